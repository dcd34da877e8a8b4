/** Past and running calls in detail: a quiet table on a desk, cards on a phone. */
import { Badge, SegmentedControl, Table, Text } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { callsApi, type CallSummary } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import { useInfiniteQuery } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { keyOf } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { More } from "../../ui/more.tsx";
import { Problem } from "../../ui/problem.tsx";
import classes from "./calls.module.css";

const PAGE_SIZE = 25;

export interface HistoryProps {
  readonly side: Side | undefined;
  readonly onSide: (side: Side | undefined) => void;
}

export function History({ side, onSide }: HistoryProps) {
  const { t } = useTranslation();
  const history = useInfiniteQuery({
    queryKey: [...keyOf(callsApi.history), "pages", side],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => request(callsApi.history, { query: { side, before: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const calls = history.data?.pages.flatMap((page) => page.calls) ?? [];
  return (
    <>
      <SegmentedControl
        mb="sm"
        aria-label={t("history.filter")}
        value={side ?? "all"}
        data={[
          { value: "all", label: t("history.all") },
          { value: "consultant", label: t("history.asConsultant") },
          { value: "client", label: t("history.asClient") },
        ]}
        onChange={(value) => onSide(value === "consultant" || value === "client" ? value : undefined)}
      />
      <Problem error={history.error} />
      {history.isPending && <Loading />}
      {history.isSuccess && calls.length === 0 && (
        <EmptyState icon={<IconPhoneOff aria-hidden />} title={t("history.emptyTitle")} next={t("history.emptyNext")} />
      )}
      {calls.length > 0 && (
        <>
          <HistoryTable calls={calls} />
          <HistoryCards calls={calls} />
        </>
      )}
      <More query={history} />
    </>
  );
}

/** The other side's name, as the one who asks sees the call. */
export const otherName = (call: Pick<CallSummary, "side" | "client" | "consultant">): string =>
  call.side === "consultant" ? call.client.name : call.consultant.name;

/** A ring that never became a call has a page for who rang; whom it rang at has nothing more to see. */
function CallLink({ call }: { readonly call: CallSummary }) {
  const name = otherName(call);
  const link = { params: { callId: call.id }, inherit: true, children: name };
  switch (call.state) {
    case "open":
      return <TextLink to="/call/$callId" {...link} />;
    case "ended":
    case "settled":
      return <TextLink to="/call/$callId/after" {...link} />;
    default:
      return call.side === "client" ? <TextLink to="/ring/$callId" {...link} /> : name;
  }
}

/** What became of it, where that is not the usual: it ran to its end; and what still waits for the client's word. */
function State({ call: { state, tariff, side } }: { readonly call: CallSummary }) {
  const { t } = useTranslation();
  if (state === "ended" && tariff === "marketplace" && side === "client") {
    return (
      <Badge variant="light" size="sm">
        {t("history.askSolved")}
      </Badge>
    );
  }
  if (state === "ended" || state === "settled") return null;
  return (
    <Badge variant="light" size="sm" color={state === "open" || state === "ringing" ? "minuta" : "gray"}>
      {t(`history.state.${state}`)}
    </Badge>
  );
}

function HistoryTable({ calls }: { readonly calls: readonly CallSummary[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table className={classes.desktopOnly} verticalSpacing="sm" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("history.when")}</Table.Th>
          <Table.Th>{t("history.with")}</Table.Th>
          <Table.Th>{t("history.task")}</Table.Th>
          <Table.Th ta="end">{t("history.time")}</Table.Th>
          <Table.Th ta="end">{t("history.charged")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calls.map((call) => (
          <Table.Tr key={call.id}>
            <Table.Td className={classes.nowrap}>{format.dateTime(call.openedAt)}</Table.Td>
            <Table.Td>
              <CallLink call={call} /> <State call={call} />
              <Text size="xs" c="dimmed">
                {t(`history.youWere.${call.side}`)}
              </Text>
            </Table.Td>
            <Table.Td maw={320}>
              <Text size="sm" lineClamp={2}>
                {call.task || t("history.noTask")}
              </Text>
            </Table.Td>
            <Table.Td ta="end" className={classes.nowrap}>
              {format.duration(call.billableSeconds)}
            </Table.Td>
            <Table.Td ta="end">
              <Cost call={call} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What was charged to the person, or what came to him; who earns sees also what is not his yet. */
function Cost({ call }: { readonly call: CallSummary }) {
  const { t } = useTranslation();
  if (call.youPay) return <Money kopecks={call.charged} />;
  if (call.earned > 0n) {
    return (
      <Text span inherit c="minuta">
        <Money kopecks={call.earned} signed />
      </Text>
    );
  }
  if (call.held > 0n) {
    return (
      <>
        <Money kopecks={call.held} />
        <Text size="xs" c="dimmed">
          {t("history.held")}
        </Text>
      </>
    );
  }
  return (
    <Text span inherit c="dimmed">
      {t(call.tariff === "marketplace" ? "history.nothing" : "history.free")}
    </Text>
  );
}

function HistoryCards({ calls }: { readonly calls: readonly CallSummary[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={`${classes.callCards} ${classes.phoneOnly}`}>
      {calls.map((call) => (
        <li key={call.id} className={classes.callCard}>
          <Text fw={600}>
            <CallLink call={call} /> <State call={call} />
          </Text>
          <Text ta="end" fw={600}>
            <Cost call={call} />
          </Text>
          <Text size="sm" c="dimmed">
            {format.dateTime(call.openedAt)}
          </Text>
          <Text size="sm" c="dimmed" ta="end">
            {format.duration(call.billableSeconds)}
          </Text>
          <Text size="sm" lineClamp={2} style={{ gridColumn: "1 / -1" }}>
            {call.task || t("history.noTask")}
          </Text>
        </li>
      ))}
    </ul>
  );
}
