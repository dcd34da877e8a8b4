/** Minutes and money by day or by month. Loaded only where they are looked at; the same figures stand below as a table. */
import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import classes from "./reports.module.css";
import { present, sumIn, type Row, type Series } from "./series.ts";

const HEIGHT = 200;
const SECONDS_A_MINUTE = 60;
const KOPECKS_A_ROUBLE = 100;
const roubles = (kopecks: bigint): number => Number(kopecks) / KOPECKS_A_ROUBLE;

export interface PlotsProps {
  /** In the order of time. */
  readonly rows: readonly Row[];
  readonly by: "day" | "month";
  readonly series: readonly Series[];
}

export function Plots({ rows, by, series }: PlotsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = present(series, rows);
  const look = {
    h: HEIGHT,
    data: rows.map((row) => ({
      name: row.name,
      minutes: Math.round((row.figures.billableSeconds / SECONDS_A_MINUTE) * 10) / 10,
      ...Object.fromEntries(money.map((sum) => [sum.name, roubles(sumIn(row, sum))])),
    })),
    dataKey: "name",
    tickLine: "none",
    maxBarWidth: 28,
    barChartProps: { accessibilityLayer: false, barGap: 0, barCategoryGap: "12%" },
  } as const;
  return (
    <div className={classes.plots}>
      <figure className={classes.plot}>
        <Text component="figcaption" size="sm" c="dimmed" mb={6}>
          {t(`statistics.minutesPlot.${by}`)}
        </Text>
        <BarChart
          {...look}
          aria-hidden
          series={[{ name: "minutes", label: t("statistics.minutes"), color: "minuta.7" }]}
          valueFormatter={(minutes) => format.number(minutes)}
        />
      </figure>
      {money.length > 0 && (
        <figure className={classes.plot}>
          <Text component="figcaption" size="sm" c="dimmed" mb={6}>
            {t(`statistics.moneyPlot.${by}`)}
          </Text>
          <BarChart
            {...look}
            aria-hidden
            series={[...money]}
            withLegend
            valueFormatter={(sum) => format.price(Math.round(sum * KOPECKS_A_ROUBLE))}
            yAxisProps={{ width: 70 }}
          />
        </figure>
      )}
    </div>
  );
}
