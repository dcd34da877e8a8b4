/** A forgotten password: ask for the letter, then set a new one by its link. */
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { PASSWORD_MIN_LENGTH, peopleApi } from "@minuta/contracts/people";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { fieldErrors } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { AuthPage } from "./auth-page.tsx";
import { setPerson } from "./me.ts";
import { CheckMail } from "./sign-up-page.tsx";

export function ForgotPage() {
  const { t } = useTranslation();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const ask = useCommand(peopleApi.requestReset);
  const form = useForm({ initialValues: { email: "" }, validate: (values) => fieldErrors(peopleApi.requestReset.body, values, t) });
  if (sentTo) return <CheckMail title={t("signUp.sentTitle")} lead={t("forgot.sentLead", { email: sentTo })} />;
  return (
    <AuthPage title={t("forgot.title")} lead={t("forgot.lead")}>
      <form noValidate onSubmit={form.onSubmit((body) => ask.run({ body }, () => setSentTo(body.email.trim())))}>
        <Stack gap="sm">
          <TextInput label={t("field.email")} type="email" autoComplete="username" required {...form.getInputProps("email")} />
          <Problem error={ask.error} />
          <Button type="submit" size="md" loading={ask.isPending}>
            {t("forgot.submit")}
          </Button>
        </Stack>
      </form>
    </AuthPage>
  );
}

export function ResetPage() {
  const { t } = useTranslation();
  const { token } = useSearch({ from: "/reset" });
  const navigate = useNavigate();
  const reset = useCommand(peopleApi.resetPassword);
  const form = useForm({
    initialValues: { password: "" },
    validate: { password: (typed) => (typed.length < PASSWORD_MIN_LENGTH ? t("invalid.password") : null) },
  });
  const submit = form.onSubmit(({ password }) => {
    reset.run({ body: { token, password } }, ({ person }) => {
      setPerson(person);
      void navigate({ to: "/cabinet/work" });
    });
  });
  return (
    <AuthPage title={t("reset.title")} lead={t("reset.lead")}>
      <form noValidate onSubmit={submit}>
        <Stack gap="sm">
          <PasswordInput
            label={t("field.newPassword")}
            description={t("signUp.passwordHint", { count: PASSWORD_MIN_LENGTH })}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ "aria-label": t("action.showPassword") }}
            {...form.getInputProps("password")}
          />
          <Problem error={reset.error} />
          <Button type="submit" size="md" loading={reset.isPending}>
            {t("reset.submit")}
          </Button>
        </Stack>
      </form>
    </AuthPage>
  );
}
