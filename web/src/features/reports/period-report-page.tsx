/** `/cabinet/report`: the protocol of a period, each call a line; with everybody or with one; as plots, as a table, and as files. */
import { Button, Group, NativeSelect, SegmentedControl, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconDownload, IconFileText } from "@tabler/icons-react";
import type { Side } from "@minuta/contracts/ids";
import { periodReportsApi, type ReportLine, type ReportSums } from "@minuta/contracts/period-reports";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { addressOf, request } from "../../api/client.ts";
import { keyOf, reading } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { More } from "../../ui/more.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useOwnCard } from "../catalogue/use-own-card.ts";
import ledger from "../ledger/ledger.module.css";
import { daysOf } from "./period.ts";
import classes from "./reports.module.css";
import { useToday } from "./use-today.ts";

const Plots = lazy(async () => ({ default: (await import("./plots.tsx")).Plots }));
const PLOTS_HEIGHT = 300;
const LINES_A_PAGE = 50;

interface Asked {
  readonly side: Side;
  readonly from: string;
  readonly to: string;
  readonly with?: string;
}

export function PeriodReportPage() {
  const { t } = useTranslation();
  const card = useOwnCard().data?.card;
  return (
    <Page title={t("periodReport.title")} lead={t("periodReport.lead")}>
      {card ? <Report side={card.slug === null ? "client" : "consultant"} /> : <Loading />}
    </Page>
  );
}

/** The choice stands in the address; without one it is this month, on the side the person is mostly on. */
function useAsked(side: Side): Asked {
  const search = useSearch({ from: "/person/cabinet/report" });
  const month = daysOf("month", useToday());
  return {
    side: search.side ?? side,
    from: search.from ?? month.from,
    to: search.to ?? month.to,
    ...(search.with === undefined ? {} : { with: search.with }),
  };
}

function Report({ side }: { readonly side: Side }) {
  const asked = useAsked(side);
  const read = useInfiniteQuery({
    queryKey: [...keyOf(periodReportsApi.calls), asked],
    queryFn: ({ pageParam }) =>
      request(periodReportsApi.calls, { query: { ...asked, limit: LINES_A_PAGE, ...(pageParam === null ? {} : { after: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const [first] = read.data?.pages ?? [];
  return (
    <Stack gap="lg">
      <Choice asked={asked} />
      <Problem error={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading />}
      {first?.total.calls === 0 && <Nothing />}
      {first && first.total.calls > 0 && (
        <>
          <Sums total={first.total} byDay={first.byDay} side={asked.side} />
          <Card>
            <Files asked={asked} />
            <Lines lines={read.data?.pages.flatMap(({ lines }) => lines) ?? []} />
            <More query={read} />
          </Card>
        </>
      )}
    </Stack>
  );
}

function Nothing() {
  const { t } = useTranslation();
  return <EmptyState icon={<IconFileText aria-hidden />} title={t("periodReport.emptyTitle")} next={t("periodReport.emptyNext")} />;
}

function Choice({ asked }: { readonly asked: Asked }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { side, from, to } = asked;
  const others = useQuery({
    ...reading(periodReportsApi.counterparties, { query: { side, from, to } }),
    placeholderData: keepPreviousData,
  });
  const choose = (choice: Partial<Asked>) =>
    void navigate({ to: "/cabinet/report", search: { ...asked, ...choice }, replace: true, resetScroll: false });
  return (
    <Group align="flex-end" gap="md">
      <SegmentedControl
        aria-label={t("statistics.side")}
        value={side}
        data={[
          { value: "consultant", label: t("history.asConsultant") },
          { value: "client", label: t("history.asClient") },
        ]}
        onChange={(value) => void navigate({ to: "/cabinet/report", search: { side: value, from, to }, replace: true, resetScroll: false })}
      />
      <TextInput
        type="date"
        label={t("periodReport.from")}
        value={from}
        max={to}
        onChange={({ currentTarget: { value } }) => value !== "" && choose({ from: value })}
      />
      <TextInput
        type="date"
        label={t("periodReport.to")}
        value={to}
        min={from}
        onChange={({ currentTarget: { value } }) => value !== "" && choose({ to: value })}
      />
      <NativeSelect
        label={t("periodReport.with")}
        value={asked.with ?? ""}
        data={[
          { value: "", label: t("periodReport.everybody") },
          ...(others.data?.counterparties ?? []).map(({ id, name, calls }) => ({ value: id, label: `${name} (${calls})` })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          void navigate({
            to: "/cabinet/report",
            search: { side, from, to, with: value === "" ? undefined : value },
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Group>
  );
}

interface SumsProps {
  readonly side: Side;
  readonly total: ReportSums;
  readonly byDay: readonly (ReportSums & { readonly day: string })[];
}

function Sums({ side, total, byDay }: SumsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = (["paid", "earned", "waiting"] as const).filter((name) => total[name] > 0n);
  return (
    <>
      <dl className={ledger.figures}>
        <div>
          <dt>{t("periodReport.totals.calls")}</dt>
          <dd>{total.calls}</dd>
        </div>
        <div>
          <dt>{t("periodReport.totals.time")}</dt>
          <dd>{format.duration(total.billableSeconds)}</dd>
        </div>
        {sums.map((name) => (
          <div key={name}>
            <dt>{t(`periodReport.totals.${name}`)}</dt>
            <dd>
              <Money kopecks={total[name]} />
            </dd>
          </div>
        ))}
      </dl>
      <Suspense fallback={<Loading height={PLOTS_HEIGHT} />}>
        <Plots side={side} byDay={byDay.map(({ paid, waiting, ...day }) => ({ ...day, charged: paid, held: waiting }))} />
      </Suspense>
    </>
  );
}

function Files({ asked }: { readonly asked: Asked }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs" mb="sm" role="group" aria-label={t("periodReport.files")}>
      {(["pdf", "xlsx", "csv"] as const).map((as) => (
        <Button
          key={as}
          component="a"
          href={addressOf(periodReportsApi.file, { query: { ...asked, as, locale: currentLocale() } })}
          download
          variant="default"
          size="compact-md"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t(`periodReport.${as}`)}
        </Button>
      ))}
    </Group>
  );
}

function Lines({ lines }: { readonly lines: readonly ReportLine[] }) {
  const { t } = useTranslation();
  return (
    // Scrolled by keyboard too when it is wider than a phone.
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t("periodReport.lines")}>
      <Table className={classes.table} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("periodReport.name")}</Table.Th>
            <Table.Th>{t("periodReport.at")}</Table.Th>
            <Table.Th>{t("periodReport.task")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.time")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.price")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.sum")}</Table.Th>
            <Table.Th>{t("periodReport.outcome")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Line key={line.callId} line={line} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Line({ line }: { readonly line: ReportLine }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table.Tr>
      <Table.Td>{line.name}</Table.Td>
      <Table.Td>
        <TextLink to="/call/$callId/protocol" params={{ callId: line.callId }} size="sm">
          {format.dateTime(line.at)}
        </TextLink>
      </Table.Td>
      <Table.Td>
        <Text size="sm" maw={320} truncate title={line.task}>
          {line.task}
        </Text>
      </Table.Td>
      <Table.Td ta="end">{format.clock(line.billableSeconds)}</Table.Td>
      <Table.Td ta="end">{format.price(line.pricePerMinute)}</Table.Td>
      <Table.Td ta="end">
        <Money kopecks={line.sum} />
      </Table.Td>
      <Table.Td>{t(`periodReport.outcomes.${line.outcome}`)}</Table.Td>
    </Table.Tr>
  );
}
