import { linkToken, peopleApi } from "@minuta/contracts/people";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError, request } from "../../api/client.ts";
import { queryClient, keyOf } from "../../api/queries.ts";
import { Loading } from "../../ui/loading.tsx";
import { Problem } from "../../ui/problem.tsx";
import { AuthPage } from "./auth-page.tsx";
import { ButtonLink } from "../../ui/link.tsx";

/** The link of the letter: confirmed at once, and once, however often the page is drawn. */
export function ConfirmPage() {
  const { t } = useTranslation();
  const { token } = useSearch({ from: "/confirm" });
  const confirmed = useQuery({
    queryKey: ["confirm-email", token],
    retry: false,
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: () => {
      if (!linkToken.safeParse(token).success) throw new ProblemError("token-not-valid");
      return request(peopleApi.confirmEmail, { body: { token } });
    },
  });
  useEffect(() => {
    if (confirmed.isSuccess) void queryClient.invalidateQueries({ queryKey: keyOf(peopleApi.me) });
  }, [confirmed.isSuccess]);
  if (confirmed.isPending) return <Loading />;
  if (confirmed.error) {
    return (
      <AuthPage title={t("confirm.failedTitle")}>
        <Problem error={confirmed.error} />
        <ButtonLink to="/sign-in" variant="default">
          {t("signUp.toSignIn")}
        </ButtonLink>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t("confirm.title")} lead={t("confirm.lead", { email: confirmed.data.person.email })}>
      <ButtonLink to="/cabinet/work" size="md">
        {t("confirm.go")}
      </ButtonLink>
    </AuthPage>
  );
}
