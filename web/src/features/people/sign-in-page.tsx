import { Button, Group, PasswordInput, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { peopleApi } from "@minuta/contracts/people";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCommand } from "../../api/queries.ts";
import { changeLocale, useTranslation } from "../../text/index.ts";
import { fieldErrors } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { AuthPage } from "./auth-page.tsx";
import { demoSignIns } from "./dev.ts";
import { setPerson } from "./me.ts";
import classes from "./people.module.css";
import { TextLink } from "../../ui/link.tsx";

interface Credentials {
  email: string;
  password: string;
}

export function SignInPage() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const router = useRouter();
  const signIn = useCommand(peopleApi.signIn);
  const form = useForm<Credentials>({
    initialValues: { email: "", password: "" },
    validate: (values) => fieldErrors(peopleApi.signIn.body, values, t),
  });
  const submit = form.onSubmit((body) => {
    signIn.run({ body }, ({ person }) => {
      setPerson(person);
      void changeLocale(person.locale);
      if (next) router.history.push(next);
      else void navigate({ to: "/cabinet/work" });
    });
  });
  return (
    <AuthPage title={t("signIn.title")} lead={t("signIn.lead")} aside={<DemoBox onPick={(picked) => form.setValues(picked)} />}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput label={t("field.email")} type="email" autoComplete="username" required {...form.getInputProps("email")} />
          <PasswordInput
            label={t("field.password")}
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ "aria-label": t("action.showPassword") }}
            {...form.getInputProps("password")}
          />
          <Problem error={signIn.error} />
          <Button type="submit" size="md" mt="xs" loading={signIn.isPending}>
            {t("signIn.submit")}
          </Button>
        </Stack>
      </form>
      <Group justify="space-between" gap="xs">
        <TextLink to="/forgot" size="sm">
          {t("signIn.forgot")}
        </TextLink>
        <TextLink to="/sign-up" size="sm">
          {t("signIn.create")}
        </TextLink>
      </Group>
    </AuthPage>
  );
}

function DemoBox({ onPick }: { readonly onPick: (credentials: Credentials) => void }) {
  const { t } = useTranslation();
  const people = useQuery(demoSignIns).data?.people ?? [];
  if (people.length === 0) return null;
  return (
    <section className={classes.demo} aria-label={t("signIn.demoTitle")}>
      <Text size="sm" fw={600}>
        {t("signIn.demoTitle")}
      </Text>
      <Text size="sm" c="dimmed" mb={4}>
        {t("signIn.demoLead")}
      </Text>
      {people.map((demo) => (
        <UnstyledButton key={demo.email} className={classes.demoRow} onClick={() => onPick({ email: demo.email, password: demo.password })}>
          <Text size="sm" fw={550}>
            {demo.name}
          </Text>
          <Text size="xs" c="dimmed">
            {demo.email} · {t(`signIn.demoRole.${demo.role}`)}
          </Text>
        </UnstyledButton>
      ))}
    </section>
  );
}
