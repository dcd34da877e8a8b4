/** The client names himself and joins: the name is enough, the rest is folded away for those who need papers. */
import { Anchor, Button, Collapse, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconChevronDown } from "@tabler/icons-react";
import { callsApi } from "@minuta/contracts/calls";
import { CONSENT_VERSION, consentTexts } from "@minuta/contracts/consent";
import { peopleApi } from "@minuta/contracts/people";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Reply } from "../../api/client.ts";
import { useCommand } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { fieldErrors, orNull, refusedFields } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";
import { keepPrivateLink } from "./private-link.ts";

export function GuestForm({ token }: { readonly token: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const [more, setMore] = useState(false);
  const join = useCommand(callsApi.join, [peopleApi.me]);
  const form = useForm({
    initialValues: { name: me?.person?.name ?? me?.guest?.name ?? "", organisation: "", inn: "", email: "" },
    validate: (typed) => fieldErrors(callsApi.join.body.shape.guest, guestOf(typed), t),
  });
  const enter = ({ callId, privateLink }: Reply<typeof callsApi.join>) => {
    if (!me?.person) keepPrivateLink(callId, privateLink);
    void navigate({ to: "/call/$callId", params: { callId } });
  };
  const refuse = (refusal: Error) => {
    const refused = refusedFields(refusal, t);
    form.setErrors(refused);
    // A wrong field must not stay folded away.
    if (Object.keys(refused).length > 0) setMore(true);
  };
  const submit = form.onSubmit((typed) => join.run({ body: { token, guest: guestOf(typed), consent: CONSENT_VERSION } }, enter, refuse));
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t("join.name")}
          description={t("join.nameHint")}
          size="md"
          autoComplete="name"
          required
          {...form.getInputProps("name")}
        />
        <Anchor component="button" type="button" size="sm" onClick={() => setMore(!more)} aria-expanded={more} ta="start" w="fit-content">
          {t("join.more")} <IconChevronDown size={14} aria-hidden style={{ verticalAlign: "-2px" }} />
        </Anchor>
        <Collapse expanded={more} keepMounted={false}>
          <Stack gap="sm">
            <TextInput label={t("field.organisation")} autoComplete="organization" {...form.getInputProps("organisation")} />
            <TextInput label={t("field.inn")} inputMode="numeric" maxLength={12} {...form.getInputProps("inn")} />
            <TextInput
              label={t("field.email")}
              description={t("join.emailHint")}
              type="email"
              autoComplete="email"
              {...form.getInputProps("email")}
            />
          </Stack>
        </Collapse>
        <Problem error={join.error} />
        <Button type="submit" size="xl" fullWidth loading={join.isPending}>
          {t("join.submit")}
        </Button>
        <Text size="sm" c="dimmed">
          {consentTexts[CONSENT_VERSION]?.[currentLocale()]}
        </Text>
      </Stack>
    </form>
  );
}

const guestOf = (typed: { name: string; organisation: string; inn: string; email: string }) => ({
  name: typed.name,
  organisation: orNull(typed.organisation),
  inn: orNull(typed.inn),
  email: orNull(typed.email),
});
