/** The client names himself and joins: the name is enough, the rest is folded away for those who need papers. */
import { Anchor, Button, Collapse, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconChevronDown } from "@tabler/icons-react";
import { callsApi } from "@minuta/contracts/calls";
import { peopleApi } from "@minuta/contracts/people";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "../../api/queries.ts";
import { fieldErrors, orNull, refusedFields } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";
import { keepPrivateLink } from "./private-link.ts";

/** Version of the words of `join.consent`, as the journal keeps it; a change of the words is a new version. */
const CONSENT_VERSION = "join-2026-11";

export function GuestForm({ token }: { readonly token: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const [more, setMore] = useState(false);
  const join = useCommand(callsApi.join, [peopleApi.me]);
  const { error } = join;
  const form = useForm({
    initialValues: { name: me?.person?.name ?? me?.guest?.name ?? "", organisation: "", inn: "", email: "" },
    validate: (typed) => fieldErrors(callsApi.join.body.shape.guest, guestOf(typed), t),
  });
  const { setErrors } = form;
  useEffect(() => {
    if (!error) return;
    const refused = refusedFields(error, t);
    setErrors(refused);
    if (refused.inn) setMore(true);
  }, [error, setErrors, t]);
  const submit = form.onSubmit((typed) => {
    join.run({ body: { token, guest: guestOf(typed), consent: CONSENT_VERSION } }, ({ callId, privateLink }) => {
      if (!me?.person) keepPrivateLink(callId, privateLink);
      void navigate({ to: "/call/$callId", params: { callId } });
    });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput label={t("join.name")} description={t("join.nameHint")} size="md" autoComplete="name" required {...form.getInputProps("name")} />
        <Anchor component="button" type="button" size="sm" onClick={() => setMore(!more)} aria-expanded={more} ta="start" w="fit-content">
          {t("join.more")} <IconChevronDown size={14} aria-hidden style={{ verticalAlign: "-2px" }} />
        </Anchor>
        <Collapse expanded={more} keepMounted={false}>
          <Stack gap="sm">
            <TextInput label={t("field.organisation")} autoComplete="organization" {...form.getInputProps("organisation")} />
            <TextInput label={t("field.inn")} inputMode="numeric" maxLength={12} {...form.getInputProps("inn")} />
            <TextInput label={t("field.email")} description={t("join.emailHint")} type="email" autoComplete="email" {...form.getInputProps("email")} />
          </Stack>
        </Collapse>
        <Problem error={error} />
        <Button type="submit" size="xl" fullWidth loading={join.isPending}>{t("join.submit")}</Button>
        <Text size="sm" c="dimmed">{t("join.consent")}</Text>
      </Stack>
    </form>
  );
}

const guestOf = (typed: { name: string; organisation: string; inn: string; email: string }) =>
  ({ name: typed.name, organisation: orNull(typed.organisation), inn: orNull(typed.inn), email: orNull(typed.email) });
