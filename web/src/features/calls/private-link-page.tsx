/** A guest comes back by his private link: his cookie is set, and he goes to his call. */
import { callsApi } from "@minuta/contracts/calls";
import { peopleApi } from "@minuta/contracts/people";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { request } from "../../api/client.ts";
import { keyOf, queryClient } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { keepPrivateLink } from "./private-link.ts";

export function PrivateLinkPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/my/$token" });
  const opened = useQuery({
    queryKey: ["private-link", token],
    retry: false,
    staleTime: Infinity,
    queryFn: async () => {
      const reply = await request(callsApi.openPrivateLink, { body: { token } });
      keepPrivateLink(reply.callId, `/my/${token}`);
      void queryClient.invalidateQueries({ queryKey: keyOf(peopleApi.me) });
      return reply;
    },
  });
  if (opened.data) return <Navigate to="/call/$callId/after" params={{ callId: opened.data.callId }} replace />;
  if (!opened.error) return <Loading />;
  return (
    <Page title={t("privateLink.failedTitle")} width="narrow">
      <Problem error={opened.error} />
    </Page>
  );
}
