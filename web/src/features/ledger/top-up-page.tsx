/** An operator puts money into a person's wallet, with a reason that stays in the ledger. */
import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCircleCheck } from "@tabler/icons-react";
import { ledgerApi } from "@minuta/contracts/ledger";
import { reportsApi } from "@minuta/contracts/reports";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { fieldErrors } from "../../ui/form.ts";
import { kopecksOfTyped, useFormat } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";

export function TopUpPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const [done, setDone] = useState<{ email: string; balance: bigint } | null>(null);
  const topUp = useCommand(ledgerApi.topUp, [ledgerApi.wallet, reportsApi.statement]);
  const form = useForm({
    initialValues: { email: "", amount: "", reason: "" },
    validate: ({ email, amount, reason }) => fieldErrors(ledgerApi.topUp.body, { email, amount: kopecksOfTyped(amount), reason }, t),
  });
  const submit = form.onSubmit(({ email, amount, reason }) => {
    setDone(null);
    topUp.run({ body: { email, amount: kopecksOfTyped(amount) ?? 0, reason } }, ({ balance }) => {
      setDone({ email: email.trim(), balance });
      form.setFieldValue("amount", "");
    });
  });
  return (
    <Page title={t("topUp.title")} lead={t("topUp.lead")} width="narrow">
      <Card>
        <form noValidate onSubmit={submit}>
          <Stack gap="sm">
            <TextInput label={t("field.email")} type="email" autoComplete="off" required {...form.getInputProps("email")} />
            <TextInput label={t("topUp.amount")} inputMode="decimal" rightSection="₽" required {...form.getInputProps("amount")} />
            <TextInput label={t("topUp.reason")} description={t("topUp.reasonHint")} required {...form.getInputProps("reason")} />
            <Problem error={topUp.error} />
            {done && (
              <Alert role="status" variant="light" icon={<IconCircleCheck aria-hidden />}>
                {t("topUp.done", { email: done.email, balance: format.money(done.balance) })}
              </Alert>
            )}
            <Button type="submit" size="md" loading={topUp.isPending}>
              {t("topUp.submit")}
            </Button>
          </Stack>
        </form>
      </Card>
    </Page>
  );
}
