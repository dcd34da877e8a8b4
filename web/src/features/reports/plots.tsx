/** Minutes and money day by day. Loaded only where they are looked at; the same figures stand below as a table. */
import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import type { Side } from "@minuta/contracts/ids";
import type { Statistics } from "@minuta/contracts/reports";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import classes from "./reports.module.css";

const HEIGHT = 200;
const SECONDS_A_MINUTE = 60;
const KOPECKS_A_ROUBLE = 100;
const roubles = (kopecks: bigint): number => Number(kopecks) / KOPECKS_A_ROUBLE;

export function Plots({ byDay, side }: { readonly byDay: Statistics["byDay"]; readonly side: Side }) {
  const { t } = useTranslation();
  const format = useFormat();
  const data = byDay.map(({ day, billableSeconds, charged, earned, held }) => ({
    day: format.day(day),
    minutes: Math.round((billableSeconds / SECONDS_A_MINUTE) * 10) / 10,
    charged: roubles(charged),
    earned: roubles(earned),
    held: roubles(held),
  }));
  const money =
    side === "client"
      ? [{ name: "charged", label: t("statistics.charged"), color: "minuta.7" }]
      : [
          { name: "earned", label: t("statistics.earned"), color: "minuta.7" },
          { name: "held", label: t("statistics.held"), color: "minuta.3" },
        ];
  const look = {
    h: HEIGHT,
    data,
    dataKey: "day",
    tickLine: "none",
    maxBarWidth: 28,
    type: "stacked",
    barChartProps: { accessibilityLayer: false },
  } as const;
  return (
    <div className={classes.plots}>
      <figure className={classes.plot}>
        <Text component="figcaption" size="sm" c="dimmed" mb={6}>
          {t("statistics.minutesPlot")}
        </Text>
        <BarChart
          {...look}
          aria-hidden
          series={[{ name: "minutes", label: t("statistics.minutes"), color: "minuta.7" }]}
          valueFormatter={(minutes) => format.number(minutes)}
        />
      </figure>
      <figure className={classes.plot}>
        <Text component="figcaption" size="sm" c="dimmed" mb={6}>
          {t(`statistics.moneyPlot.${side}`)}
        </Text>
        <BarChart
          {...look}
          aria-hidden
          series={money}
          withLegend={money.length > 1}
          valueFormatter={(sum) => format.price(Math.round(sum * KOPECKS_A_ROUBLE))}
          yAxisProps={{ width: 70 }}
        />
      </figure>
    </div>
  );
}
