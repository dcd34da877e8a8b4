import { Badge, Button, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { locale, peopleApi, type Person } from "@minuta/contracts/people";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Reply } from "../../api/client.ts";
import { reading, useCommand } from "../../api/queries.ts";
import { changeLocale, useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { fieldErrors, orNull, refusedFields } from "../../ui/form.ts";
import { kopecksOfTyped, typedOfKopecks, useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { browserName } from "./browser-name.ts";
import { Devices } from "./devices.tsx";
import { setPerson, useMe } from "./me.ts";

export function ProfilePage() {
  const { t } = useTranslation();
  const person = useMe()?.person;
  if (!person) return <Loading />;
  return (
    <Page title={t("profile.title")} lead={t("profile.lead")} width="narrow">
      <Stack gap="lg">
        <ProfileForm person={person} />
        <SignIns />
        <Devices personId={person.id} />
      </Stack>
    </Page>
  );
}

function useProfileForm(person: Person) {
  const { t } = useTranslation();
  const change = useCommand(peopleApi.changeProfile);
  const [saved, setSaved] = useState(false);
  const form = useForm({
    initialValues: {
      name: person.name,
      firm: person.firm ?? "",
      inn: person.inn ?? "",
      rate: typedOfKopecks(person.ownRateKopecks),
      locale: person.locale,
    },
    validate: ({ name, rate }) => ({
      ...fieldErrors(peopleApi.changeProfile.body, { name }, t),
      ...(rate.trim() !== "" && kopecksOfTyped(rate) === null ? { rate: t("invalid.amount") } : {}),
    }),
  });
  const submit = form.onSubmit((typed) => {
    const body = {
      name: typed.name,
      firm: orNull(typed.firm),
      inn: orNull(typed.inn),
      locale: typed.locale,
      ownRateKopecks: typed.rate.trim() === "" ? null : kopecksOfTyped(typed.rate),
    };
    const done = (reply: Reply<typeof peopleApi.changeProfile>) => {
      setPerson(reply.person);
      void changeLocale(reply.person.locale);
      form.resetDirty();
      setSaved(true);
    };
    change.run({ body }, done, (refusal) => form.setErrors(refusedFields(refusal, t)));
  });
  return { form, submit, change, saved: saved && !form.isDirty() };
}

function ProfileForm({ person }: { readonly person: Person }) {
  const { t } = useTranslation();
  const { form, submit, change, saved } = useProfileForm(person);
  return (
    <Card
      title={t("profile.cardTitle")}
      action={
        <Badge variant="light" color={person.verified ? "minuta" : "gray"}>
          {person.verified ? t("card.verified") : t("card.notVerified")}
        </Badge>
      }
    >
      <form noValidate onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t("field.name")} autoComplete="name" required {...form.getInputProps("name")} />
          <TextInput
            label={t("field.firm")}
            description={t("profile.firmHint")}
            autoComplete="organization"
            {...form.getInputProps("firm")}
          />
          <TextInput label={t("field.inn")} inputMode="numeric" maxLength={12} {...form.getInputProps("inn")} />
          <TextInput
            label={t("field.ownRate")}
            description={t("profile.rateHint")}
            inputMode="decimal"
            rightSection="₽"
            {...form.getInputProps("rate")}
          />
          <NativeSelect
            label={t("field.language")}
            data={[
              { value: "ru", label: "Русский" },
              { value: "en", label: "English" },
            ]}
            value={form.values.locale}
            onChange={(event) => form.setFieldValue("locale", locale.parse(event.currentTarget.value))}
          />
          <Text size="sm" c="dimmed">
            {t("profile.email", { email: person.email })}
          </Text>
          <Problem error={change.error} />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t("action.save")}
            </Button>
            {saved && (
              <Text role="status" size="sm" c="dimmed">
                {t("profile.saved")}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function SignIns() {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useQuery(reading(peopleApi.signIns, {}));
  const end = useCommand(peopleApi.endSignIn, [peopleApi.signIns]);
  return (
    <Card title={t("profile.signInsTitle")}>
      <Problem error={read.error ?? end.error} />
      <Table verticalSpacing="sm" horizontalSpacing={0}>
        <Table.Tbody>
          {read.data?.signIns.map((signIn) => (
            <Table.Tr key={signIn.id}>
              <Table.Td>
                <Text size="sm" fw={550}>
                  {browserName(signIn.agent)}
                </Text>
                <Text size="xs" c="dimmed">
                  {t("profile.signInSeen", { address: signIn.address, at: format.dateTime(signIn.lastSeenAt) })}
                </Text>
              </Table.Td>
              <Table.Td ta="end">
                {signIn.current ? (
                  <Badge variant="light" miw="max-content">
                    {t("profile.thisOne")}
                  </Badge>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t("profile.endSignIn", { device: browserName(signIn.agent) })}
                    onClick={() => end.run({ params: { signInId: signIn.id } })}
                  >
                    {t("action.end")}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
