import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { PASSWORD_MIN_LENGTH, peopleApi } from "@minuta/contracts/people";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { fieldErrors, refusedFields } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { AuthPage } from "./auth-page.tsx";
import { ButtonLink, TextLink } from "../../ui/link.tsx";

export function SignUpPage() {
  const { t } = useTranslation();
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo) return <CheckMail title={t("signUp.sentTitle")} lead={t("signUp.sentLead", { email: sentTo })} />;
  return (
    <AuthPage title={t("signUp.title")} lead={t("signUp.lead")}>
      <SignUpForm onSent={setSentTo} />
      <Text size="sm" c="dimmed">
        {t("signUp.haveOne")}{" "}
        <TextLink to="/sign-in" size="sm" underline="always">
          {t("signIn.submit")}
        </TextLink>
      </Text>
    </AuthPage>
  );
}

function SignUpForm({ onSent }: { readonly onSent: (email: string) => void }) {
  const { t } = useTranslation();
  const signUp = useCommand(peopleApi.signUp);
  const form = useForm({
    initialValues: { name: "", email: "", password: "" },
    validate: (values) => ({
      ...fieldErrors(peopleApi.signUp.body, { ...values, locale: currentLocale() }, t),
      ...(values.password.length < PASSWORD_MIN_LENGTH ? { password: t("invalid.password") } : {}),
    }),
  });
  const submit = form.onSubmit((values) =>
    signUp.run(
      { body: { ...values, locale: currentLocale() } },
      () => onSent(values.email.trim()),
      (refusal) => form.setErrors(refusedFields(refusal, t)),
    ),
  );
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t("field.name")}
          description={t("signUp.nameHint")}
          autoComplete="name"
          required
          {...form.getInputProps("name")}
        />
        <TextInput label={t("field.email")} type="email" autoComplete="username" required {...form.getInputProps("email")} />
        <PasswordInput
          label={t("field.password")}
          description={t("signUp.passwordHint", { count: PASSWORD_MIN_LENGTH })}
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ "aria-label": t("action.showPassword") }}
          {...form.getInputProps("password")}
        />
        <Problem error={signUp.error} />
        <Button type="submit" size="md" mt="xs" loading={signUp.isPending}>
          {t("signUp.submit")}
        </Button>
      </Stack>
    </form>
  );
}

/** "Look into your mail": the same after sign-up and after asking for a new password, whether or not the address is known. */
export function CheckMail({ title, lead }: { readonly title: string; readonly lead: string }) {
  const { t } = useTranslation();
  return (
    <AuthPage title={title} lead={lead}>
      <Text size="sm" c="dimmed">
        {t("signUp.sentHint")}
      </Text>
      <ButtonLink to="/sign-in" variant="default">
        {t("signUp.toSignIn")}
      </ButtonLink>
    </AuthPage>
  );
}
