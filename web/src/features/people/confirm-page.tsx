/** The link of the letter. The password chosen at sign-up says that it is the reader's own sign-up, and not one begun with his address. */
import { Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { linkToken, peopleApi } from "@minuta/contracts/people";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { z } from "zod/mini";
import { ProblemError } from "../../api/client.ts";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { fieldErrors } from "../../ui/form.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { Problem } from "../../ui/problem.tsx";
import { AuthPage } from "./auth-page.tsx";
import { setPerson } from "./me.ts";

const badLink = new ProblemError("token-not-valid");

export function ConfirmPage() {
  const { t } = useTranslation();
  const { token } = useSearch({ from: "/confirm" });
  const [confirmed, setConfirmed] = useState<string | null>(null);
  if (!linkToken.safeParse(token).success) {
    return (
      <AuthPage title={t("confirm.failedTitle")}>
        <Problem error={badLink} />
        <ButtonLink to="/sign-in" variant="default">
          {t("signUp.toSignIn")}
        </ButtonLink>
      </AuthPage>
    );
  }
  if (confirmed === null) return <Confirm token={token} onConfirmed={setConfirmed} />;
  return (
    <AuthPage title={t("confirm.title")} lead={t("confirm.lead", { email: confirmed })}>
      <ButtonLink to="/cabinet/work" size="md">
        {t("confirm.go")}
      </ButtonLink>
    </AuthPage>
  );
}

function Confirm({ token, onConfirmed }: { readonly token: string; readonly onConfirmed: (email: string) => void }) {
  const { t } = useTranslation();
  const confirm = useCommand(peopleApi.confirmEmail);
  const form = useForm({
    initialValues: { password: "" },
    validate: (values) => fieldErrors(z.pick(peopleApi.confirmEmail.body, { password: true }), values, t),
  });
  const submit = form.onSubmit(({ password }) =>
    confirm.run({ body: { token, password } }, ({ person }) => {
      setPerson(person);
      onConfirmed(person.email);
    }),
  );
  return (
    <AuthPage title={t("confirm.askTitle")} lead={t("confirm.askLead")}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <PasswordInput
            label={t("field.password")}
            autoComplete="current-password"
            required
            autoFocus
            visibilityToggleButtonProps={{ "aria-label": t("action.showPassword") }}
            {...form.getInputProps("password")}
          />
          <Problem error={confirm.error} />
          <Button type="submit" size="md" mt="xs" loading={confirm.isPending}>
            {t("confirm.submit")}
          </Button>
        </Stack>
      </form>
    </AuthPage>
  );
}
