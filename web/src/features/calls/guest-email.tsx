/** A guest confirms his e-mail by a code, so that the protocol names him as identified. */
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCircleCheck } from "@tabler/icons-react";
import { callsApi, type CallView } from "@minuta/contracts/calls";
import { journalApi } from "@minuta/contracts/journal";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { fieldErrors } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";

export function GuestEmail({ call }: { readonly call: CallView }) {
  const { t } = useTranslation();
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (call.client.emailConfirmed) {
    return (
      <Alert variant="light" icon={<IconCircleCheck aria-hidden />}>
        {t("guestEmail.confirmed", { email: call.client.email ?? "" })}
      </Alert>
    );
  }
  return (
    <Card title={t("guestEmail.title")}>
      <Text size="sm" c="dimmed" mb="sm">
        {t("guestEmail.text")}
      </Text>
      {sentTo ? <CodeStep call={call} email={sentTo} onOther={() => setSentTo(null)} /> : <EmailStep call={call} onSent={setSentTo} />}
    </Card>
  );
}

function EmailStep({ call, onSent }: { readonly call: CallView; readonly onSent: (email: string) => void }) {
  const { t } = useTranslation();
  const ask = useCommand(callsApi.requestGuestEmailCode);
  const form = useForm({
    initialValues: { email: call.client.email ?? "" },
    validate: (values) => fieldErrors(callsApi.requestGuestEmailCode.body, values, t),
  });
  return (
    <form noValidate onSubmit={form.onSubmit((body) => ask.run({ params: { callId: call.id }, body }, () => onSent(body.email.trim())))}>
      <Stack gap="sm" align="flex-start">
        <TextInput w="100%" label={t("field.email")} type="email" autoComplete="email" {...form.getInputProps("email")} />
        <Problem error={ask.error} />
        <Button type="submit" variant="default" loading={ask.isPending}>
          {t("guestEmail.ask")}
        </Button>
      </Stack>
    </form>
  );
}

function CodeStep({ call, email, onOther }: { readonly call: CallView; readonly email: string; readonly onOther: () => void }) {
  const { t } = useTranslation();
  const confirm = useCommand(callsApi.confirmGuestEmail, [journalApi.protocol, callsApi.view]);
  const form = useForm({ initialValues: { code: "" }, validate: (values) => fieldErrors(callsApi.confirmGuestEmail.body, values, t) });
  return (
    <form noValidate onSubmit={form.onSubmit((body) => confirm.run({ params: { callId: call.id }, body }))}>
      <Stack gap="sm" align="flex-start">
        <TextInput
          label={t("guestEmail.code", { email })}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          autoFocus
          {...form.getInputProps("code")}
        />
        <Problem error={confirm.error} />
        <Group gap="sm">
          <Button type="submit" loading={confirm.isPending}>
            {t("guestEmail.confirm")}
          </Button>
          <Button variant="subtle" onClick={onOther}>
            {t("guestEmail.other")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
