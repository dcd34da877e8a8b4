/** Calls that run now, each with its way back in; and the news that a client has just joined. */
import { Stack, Text } from "@mantine/core";
import { callsApi, type CallSummary } from "@minuta/contracts/calls";
import { useQuery } from "@tanstack/react-query";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { otherName } from "./history.tsx";
import classes from "./calls.module.css";
import { ButtonLink } from "../../ui/link.tsx";

const RUNNING_LOOKED_AT = 20;
const REFETCH_MS = 5_000;
const recentCalls = reading(callsApi.history, { query: { limit: RUNNING_LOOKED_AT } });

/** Open calls of the person, read again every few seconds: the live channel may be shut by a proxy. Undefined until known. */
export function useRunningCalls(): readonly CallSummary[] | undefined {
  const read = useQuery({ ...recentCalls, refetchInterval: REFETCH_MS });
  return read.data?.calls.filter((call) => call.state === "open");
}

export function RunningCalls() {
  const { t } = useTranslation();
  const format = useFormat();
  const running = useRunningCalls() ?? [];
  if (running.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-label={t("running.title")}>
      {running.map((call) => (
        <div key={call.id} className={classes.running}>
          <div>
            <Text fw={600}>{t(`running.with.${call.side}`, { name: otherName(call) })}</Text>
            <Text size="sm" c="dimmed">
              {t("running.since", { at: format.time(call.openedAt) })}
            </Text>
          </div>
          <ButtonLink to="/call/$callId" params={{ callId: call.id }}>
            {t("running.return")}
          </ButtonLink>
        </div>
      ))}
    </Stack>
  );
}
