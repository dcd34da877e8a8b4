/** Who was a guest and has an account: one click puts the guest's calls into his cabinet. */
import { Alert, Button, Text } from "@mantine/core";
import { callsApi } from "@minuta/contracts/calls";
import { peopleApi } from "@minuta/contracts/people";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";

/** For a page of the guest; afterwards the browser stands for the person alone. */
export function KeepCalls() {
  const { t } = useTranslation();
  const me = useMe();
  const claim = useCommand(callsApi.claim, [peopleApi.me, callsApi.history, callsApi.view]);
  if (!me) return null;
  if (!me.person) {
    return (
      <Alert variant="light" color="gray" title={t("keepCalls.strangerTitle")}>
        <Text size="sm">{t("keepCalls.strangerText")}</Text>
        <ButtonLink to="/sign-up" variant="default" size="sm" mt="sm">
          {t("landing.signUp")}
        </ButtonLink>
      </Alert>
    );
  }
  return (
    <Alert variant="light" title={t("keepCalls.title")}>
      <Text size="sm" mb="sm">
        {t("keepCalls.text", { email: me.person.email })}
      </Text>
      <Problem error={claim.error} />
      <Button size="sm" loading={claim.isPending} onClick={() => claim.run({})}>
        {t("keepCalls.submit")}
      </Button>
    </Alert>
  );
}
