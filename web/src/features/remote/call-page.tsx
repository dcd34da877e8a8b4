/** `/call/:callId`: reads the call, then hands it to the engine and the screen. An ended call goes on to its after page. */
import type { CallView } from "@minuta/contracts/calls";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "../../text/index.ts";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";
import { viewOf } from "./ahead.ts";
import { CallScreen } from "./call-screen.tsx";
import { useEngine } from "./use-engine.ts";

export function CallPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/call/$callId" });
  const read = useQuery({ ...viewOf(callId), refetchOnWindowFocus: false });
  const me = useMe();
  if (read.isPending || me === undefined) return <Loading height="100dvh" />;
  if (read.error) {
    return (
      <Page title={t("call.failedTitle")} width="narrow">
        <Problem error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  const { call } = read.data;
  if (call.state !== "open" && call.state !== "ringing") return <Navigate to="/call/$callId/after" params={{ callId }} replace />;
  return <Room call={call} personId={me.person?.id ?? null} onClosed={read.refetch} />;
}

interface RoomProps {
  readonly call: CallView;
  readonly personId: string | null;
  readonly onClosed: () => unknown;
}

function Room({ call, personId, onClosed }: RoomProps) {
  const { path } = useSearch({ from: "/call/$callId" });
  const { engine, restart } = useEngine(call, { personId, ...(path ? { onlyPath: path } : {}) });
  // The server closes the channel of a call that is over; a page that was just connecting then has not heard how it ended.
  useEffect(
    () =>
      engine?.subscribe(() => {
        if (engine.getState().connection === "closed") onClosed();
      }),
    [engine, onClosed],
  );
  if (!engine) return <Loading height="100dvh" />;
  return <CallScreen key={call.id} engine={engine} opened={call} onRestart={restart} />;
}
