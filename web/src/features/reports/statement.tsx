/** The wallet's month as mobile operators print it: what it began and ended with, and one row a call, with its detail on demand. */
import { Loader, Stack, Text } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { ledgerApi } from "@minuta/contracts/ledger";
import { reportsApi, type StatementCall, type StatementPayment, type StatementTotals } from "@minuta/contracts/reports";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { request } from "../../api/client.ts";
import { reading } from "../../api/queries.ts";
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

export function Statement({ month, onChoose }: MonthChoiceProps) {
  const { t } = useTranslation();
  const { query, totals, rows } = useMonthPages({
    endpoint: reportsApi.statement,
    month,
    read: (query) => request(reportsApi.statement, { query }),
  });
  return (
    <Stack gap="lg">
      <MonthChoice month={month} onChoose={onChoose} />
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Loading />}
      {totals && <Totals totals={totals} />}
      {totals && rows.length === 0 && (
        <EmptyState icon={<IconReceipt aria-hidden />} title={t("statement.emptyTitle")} next={t("statement.emptyNext")} />
      )}
      {rows.length > 0 && (
        <div>
          <Heads sum={t("statement.sum")} />
          <ul className={classes.rows}>
            {rows.map((row) => (
              <li key={row.id}>{row.kind === "call" ? <Call call={row} /> : <Payment {...row} />}</li>
            ))}
          </ul>
          <More query={query} />
        </div>
      )}
    </Stack>
  );
}

/** What did not happen in the month is left out; the rest adds up from left to right. */
function Totals({ totals }: { readonly totals: StatementTotals }) {
  const { t } = useTranslation();
  const between = (["added", "withdrawn", "spent", "reserved"] as const).filter((name) => totals[name] !== 0n);
  return (
    <Figures
      figures={(["opening", ...between, "closing"] as const).map((name) => ({
        name: t(`statement.totals.${name}`),
        value: (
          <Money
            kopecks={name === "added" || name === "opening" || name === "closing" ? totals[name] : -totals[name]}
            signed={name === "added"}
          />
        ),
      }))}
    />
  );
}

function Payment({ payment }: StatementPayment) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={classes.row}>
      <span className={classes.rowWhen}>{format.dayAndTime(payment.occurredAt)}</span>
      <span className={classes.rowName}>
        <b>{t(`statement.kind.${payment.kind}`)}</b>
        {payment.reason && <small>{payment.reason}</small>}
      </span>
      <span className={classes.rowSum}>
        <Text span inherit {...(payment.amount > 0n ? { c: "minuta" } : {})}>
          <Money kopecks={payment.amount} signed />
        </Text>
      </span>
    </div>
  );
}

function Call({ call }: { readonly call: StatementCall }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <details className={classes.call} onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>
        <CallRow
          at={call.at}
          name={call.name}
          note={call.side === "consultant" && t("statement.ownClient")}
          seconds={call.billableSeconds}
          price={call.pricePerMinute}
        >
          <Money kopecks={-(call.charged - call.refunded)} />
          {call.reserved > 0n && (
            <small>
              {t("statement.reserved")} <Money kopecks={call.reserved} />
            </small>
          )}
          {call.refunded > 0n && (
            <small>
              {t("statement.refunded")} <Money kopecks={call.refunded} />
            </small>
          )}
        </CallRow>
      </summary>
      {opened && <Movements call={call} />}
    </details>
  );
}

function Movements({ call: { callId, running } }: { readonly call: StatementCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useQuery(reading(ledgerApi.callMovements, { params: { callId } }));
  return (
    <div className={classes.detail}>
      <Problem error={read.error} />
      {read.isPending && <Loader size="sm" />}
      {read.data && (
        // Scrolled by keyboard too: a call of hours has hundreds of lines.
        <div className={classes.movements} tabIndex={0} role="group" aria-label={t("statement.detail")}>
          <table>
            <tbody>
              {read.data.movements.map((moved, place) => (
                <tr key={place}>
                  <td>{format.time(moved.occurredAt)}</td>
                  <td>{t(`statement.moved.${moved.kind}`)}</td>
                  <td>
                    <Money kopecks={moved.amount} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <TextLink to={running ? "/call/$callId" : "/call/$callId/after"} params={{ callId }} size="sm" underline="always">
        {t(running ? "statement.toCall" : "statement.toProtocol")}
      </TextLink>
    </div>
  );
}
