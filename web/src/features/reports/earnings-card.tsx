/** What a consultant of the catalogue has earned: ready for payout, still waiting for clients' word, and this month's. */
import { Skeleton, Text } from "@mantine/core";
import { reportsApi } from "@minuta/contracts/reports";
import { useQuery } from "@tanstack/react-query";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { TextLink } from "../../ui/link.tsx";
import { Money } from "../../ui/money.tsx";
import { Problem } from "../../ui/problem.tsx";
import ledger from "../ledger/ledger.module.css";
import { useWallet } from "../ledger/wallet-card.tsx";
import { daysOf } from "./period.ts";
import { useToday } from "./use-today.ts";

const REFETCH_MS = 30_000;

export function EarningsCard() {
  const { t } = useTranslation();
  const today = useToday();
  // Nothing waits longer than a few days, so ninety hold all of it; the month is a part of them.
  const read = useQuery({
    ...reading(reportsApi.statistics, { query: { side: "consultant", ...daysOf("90-days", today) } }),
    refetchInterval: REFETCH_MS,
  });
  const wallet = useWallet().data;
  const month = daysOf("month", today);
  const sums = read.data && {
    held: read.data.total.held,
    month: read.data.byDay.filter(({ day }) => day >= month.from).reduce((sum, { earned }) => sum + earned, 0n),
  };
  return (
    <Card
      title={t("earnings.title")}
      action={
        <TextLink to="/cabinet" search={{ tab: "earnings" }} size="sm">
          {t("earnings.details")}
        </TextLink>
      }
    >
      <Problem error={read.error} />
      {!sums || !wallet ? (
        !read.error && <Skeleton height={52} />
      ) : (
        <dl className={ledger.figures}>
          <div>
            <dt>{t("earnings.payable")}</dt>
            <dd data-testid="payable">
              <Money kopecks={wallet.earned} />
            </dd>
          </div>
          <div>
            <dt>{t("earnings.held")}</dt>
            <dd data-testid="held">
              <Money kopecks={sums.held} />
              <Text component="small">{t("earnings.heldNote")}</Text>
            </dd>
          </div>
          <div>
            <dt>{t("earnings.month")}</dt>
            <dd>
              <Money kopecks={sums.month} />
            </dd>
          </div>
        </dl>
      )}
    </Card>
  );
}
