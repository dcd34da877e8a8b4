/** `/cabinet/report`: the protocol of a period, each call a line; with everybody or with one; as plots, as a table, and as files. */
import { Button, Group, NativeSelect, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { IconDownload, IconFileText } from "@tabler/icons-react";
import type { Side } from "@minuta/contracts/ids";
import { periodReportsApi, type ReportSums } from "@minuta/contracts/period-reports";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { addressOf, request } from "../../api/client.ts";
import { keyOf, reading } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { More } from "../../ui/more.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useOwnCard } from "../catalogue/use-own-card.ts";
import ledger from "../ledger/ledger.module.css";
import { FiguresTable } from "./figures-table.tsx";
import { Lines } from "./period-lines.tsx";
import { daysOf, reportPeriods, type Days } from "./period.ts";
import { plotted } from "./plotted.ts";
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
            <Lines lines={read.data?.pages.flatMap(({ lines }) => lines) ?? []} withOwn={first.total.own > 0n} />
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
      <QuickPeriods chosen={{ from, to }} onChoose={choose} />
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

function QuickPeriods({ chosen, onChoose }: { readonly chosen: Days; readonly onChoose: (days: Days) => void }) {
  const { t } = useTranslation();
  const today = useToday();
  return (
    <Group gap="xs" w="100%" role="group" aria-label={t("statistics.period")}>
      {reportPeriods.map((period) => {
        const days = daysOf(period, today);
        const pressed = days.from === chosen.from && days.to === chosen.to;
        return (
          <Button
            key={period}
            size="compact-md"
            variant={pressed ? "light" : "default"}
            aria-pressed={pressed}
            onClick={() => onChoose(days)}
          >
            {t(`periodReport.periods.${period}`)}
          </Button>
        );
      })}
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
  const { by, bars } = plotted(byDay);
  const rows = bars.map(({ key, sums }) => ({ key, name: by === "day" ? format.day(key) : format.month(key), figures: sums }));
  const series = [
    { name: "paid", label: t("periodReport.totals.paid"), color: side === "client" ? "minuta.7" : "gray.5", stackId: "out" },
    { name: "earned", label: t("periodReport.totals.earned"), color: "minuta.7", stackId: "in" },
    { name: "waiting", label: t("periodReport.totals.waiting"), color: "minuta.3", stackId: "in" },
    { name: "own", label: t("periodReport.totals.own"), color: "orange.6", stackId: side === "client" ? "out" : "in" },
  ] as const;
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
        {series
          .filter(({ name }) => total[name] > 0n)
          .map(({ name, label }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>
                <Money kopecks={total[name]} />
              </dd>
            </div>
          ))}
      </dl>
      <Suspense fallback={<Loading height={PLOTS_HEIGHT} />}>
        <Plots rows={rows} by={by} series={series} />
      </Suspense>
      <details className={classes.details}>
        <summary>{t("statistics.asTable")}</summary>
        <FiguresTable name={t(`statistics.${by}`)} rows={rows.filter(({ figures }) => figures.calls > 0)} series={series} />
      </details>
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
