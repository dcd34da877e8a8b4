/** The statement of earnings: a month's calls one was paid for, each with what came of it, held or earned. */
import { Badge, Stack } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { reportsApi, type Earning, type EarningsTotals } from "@minuta/contracts/reports";
import { request } from "../../api/client.ts";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Figures } from "../../ui/figures.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { More } from "../../ui/more.tsx";
import { Problem } from "../../ui/problem.tsx";
import { CallRow, Heads } from "./call-row.tsx";
import { MonthChoice, type MonthChoiceProps } from "./month-choice.tsx";
import classes from "./reports.module.css";
import { useMonthPages } from "./use-month-pages.ts";

export function Earnings({ month, onChoose }: MonthChoiceProps) {
  const { t } = useTranslation();
  const { query, totals, rows } = useMonthPages({
    endpoint: reportsApi.earnings,
    month,
    read: (query) => request(reportsApi.earnings, { query }),
  });
  return (
    <Stack gap="lg">
      <MonthChoice month={month} onChoose={onChoose} />
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Loading />}
      {totals && rows.length === 0 && (
        <EmptyState icon={<IconCoins aria-hidden />} title={t("earnings.emptyTitle")} next={t("earnings.emptyNext")} />
      )}
      {totals && rows.length > 0 && (
        <>
          <Totals totals={totals} />
          <div>
            <Heads sum={t("earnings.share")} />
            <ul className={classes.rows}>
              {rows.map((earning) => (
                <li key={earning.id}>
                  <Row earning={earning} />
                </li>
              ))}
            </ul>
            <More query={query} />
          </div>
        </>
      )}
    </Stack>
  );
}

function Totals({ totals }: { readonly totals: EarningsTotals }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Figures
      figures={[
        { name: t("statistics.calls"), value: totals.calls },
        { name: t("statistics.time"), value: format.duration(totals.billableSeconds) },
        { name: t("earnings.charged"), value: <Money kopecks={totals.charged} /> },
        { name: t("earnings.earned"), value: <Money kopecks={totals.earned} /> },
        { name: t("earnings.waiting"), value: <Money kopecks={totals.waiting} /> },
      ]}
    />
  );
}

function Row({ earning }: { readonly earning: Earning }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = (
    <TextLink to="/call/$callId/after" params={{ callId: earning.callId }} inherit>
      {earning.name}
    </TextLink>
  );
  const note = earning.waitsUntil ? (
    <Badge variant="light" color="gray" size="sm">
      {t("earnings.until", { at: format.dayAndTime(earning.waitsUntil) })}
    </Badge>
  ) : undefined;
  return (
    <CallRow at={earning.at} name={name} note={note} seconds={earning.billableSeconds} price={earning.pricePerMinute}>
      <Money kopecks={earning.share} {...(earning.waitsUntil ? { c: "dimmed" } : {})} />
      <small>{t("earnings.of", { sum: format.money(earning.charged) })}</small>
    </CallRow>
  );
}
