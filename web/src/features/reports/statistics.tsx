/** How much was called, how long and for how much, on one side over a period: figures, plots, and the same as tables. */
import { SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import type { Side } from "@minuta/contracts/ids";
import { reportsApi, type Figures, type Statistics } from "@minuta/contracts/reports";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { Problem } from "../../ui/problem.tsx";
import { termName } from "../catalogue/terms.ts";
import ledger from "../ledger/ledger.module.css";
import { FiguresTable } from "./figures-table.tsx";
import { daysOf, periods, type Period } from "./period.ts";
import classes from "./reports.module.css";
import { useToday } from "./use-today.ts";

const Plots = lazy(async () => ({ default: (await import("./plots.tsx")).Plots }));
const PLOTS_HEIGHT = 300;

export interface StatisticsProps {
  readonly side: Side;
  readonly period: Period;
  readonly onChoose: (choice: { side: Side; period: Period }) => void;
}

export function StatisticsPanel({ side, period, onChoose }: StatisticsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = daysOf(period, useToday());
  const read = useQuery({ ...reading(reportsApi.statistics, { query: { side, ...days } }), placeholderData: keepPreviousData });
  return (
    <Stack gap="lg">
      <div className={classes.choice}>
        <SegmentedControl
          aria-label={t("statistics.side")}
          value={side}
          data={[
            { value: "consultant", label: t("history.asConsultant") },
            { value: "client", label: t("history.asClient") },
          ]}
          onChange={(value) => onChoose({ side: value, period })}
        />
        <SegmentedControl
          aria-label={t("statistics.period")}
          value={period}
          data={periods.map((value) => ({ value, label: t(`statistics.periods.${value}`) }))}
          onChange={(value) => onChoose({ side, period: value })}
        />
        <Text size="sm" c="dimmed">
          {t("statistics.range", { from: format.day(days.from), to: format.day(days.to) })}
        </Text>
      </div>
      <Problem error={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading />}
      {read.data && !read.isPlaceholderData && <Shown statistics={read.data} side={side} />}
    </Stack>
  );
}

function Shown({ statistics, side }: { readonly statistics: Statistics; readonly side: Side }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { total, byDay, byCounterparty, byConfiguration } = statistics;
  const days = byDay.map((day) => ({ key: day.day, name: format.day(day.day), figures: day }));
  const series = [
    { name: "earned", label: t("statistics.earned"), color: "minuta.7", stackId: "in" },
    { name: "held", label: t("statistics.held"), color: "minuta.3", stackId: "in" },
    { name: "charged", label: t("statistics.charged"), color: side === "client" ? "minuta.7" : "gray.5", stackId: "out" },
  ] as const;
  if (total.calls === 0) {
    return <EmptyState icon={<IconChartBar aria-hidden />} title={t("statistics.emptyTitle")} next={t(`statistics.emptyNext.${side}`)} />;
  }
  return (
    <>
      <Total total={total} />
      <Suspense fallback={<Loading height={PLOTS_HEIGHT} />}>
        <Plots rows={days} by="day" series={series} />
      </Suspense>
      <details className={classes.details}>
        <summary>{t("statistics.asTable")}</summary>
        <FiguresTable name={t("statistics.day")} rows={days.filter(({ figures }) => figures.calls > 0)} series={series} />
      </details>
      <section aria-labelledby="by-counterparty">
        <Title order={2} size="h5" id="by-counterparty" mb="xs">
          {t(`statistics.byCounterparty.${side}`)}
        </Title>
        <FiguresTable
          series={series}
          name={t("statistics.name")}
          rows={byCounterparty.map((figures, place) => ({ key: String(place), name: figures.name, figures }))}
        />
      </section>
      <section aria-labelledby="by-configuration">
        <Title order={2} size="h5" id="by-configuration" mb="xs">
          {t("statistics.byConfiguration")}
        </Title>
        <FiguresTable
          series={series}
          name={t("statistics.configuration")}
          rows={byConfiguration.map(({ code, ...figures }) => ({
            key: code ?? "",
            name: code === null ? t("statistics.noConfiguration") : termName("configuration", code),
            figures,
          }))}
        />
      </section>
    </>
  );
}

/** What was neither paid nor earned on this side is left out. */
function Total({ total }: { readonly total: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = (["charged", "earned", "held"] as const).filter((name) => total[name] > 0n);
  return (
    <dl className={ledger.figures}>
      <div>
        <dt>{t("statistics.calls")}</dt>
        <dd>{total.calls}</dd>
      </div>
      <div>
        <dt>{t("statistics.time")}</dt>
        <dd>{format.duration(total.billableSeconds)}</dd>
      </div>
      {sums.map((name) => (
        <div key={name}>
          <dt>{t(`statistics.${name}`)}</dt>
          <dd>
            <Money kopecks={total[name]} />
          </dd>
        </div>
      ))}
      <div>
        <dt>{t("statistics.average")}</dt>
        <dd>{format.duration(total.billableSeconds / total.calls)}</dd>
      </div>
    </dl>
  );
}
