/** A period as the bars that people can tell apart: days, or months when there are too many of them. Pure. */
import { kopecks } from "@minuta/contracts/money";
import type { ReportSums } from "@minuta/contracts/period-reports";
import { monthOf } from "./period.ts";

/** The longest quarter. */
const DAYS_PLOTTED_MAX = 92;

export interface Plotted {
  readonly by: "day" | "month";
  /** Of `2026-11-24`, or of `2026-11`. */
  readonly bars: readonly { readonly key: string; readonly sums: ReportSums }[];
}

export function plotted(byDay: readonly (ReportSums & { readonly day: string })[]): Plotted {
  if (byDay.length <= DAYS_PLOTTED_MAX) return { by: "day", bars: byDay.map(({ day, ...sums }) => ({ key: day, sums })) };
  const months = Map.groupBy(byDay, ({ day }) => monthOf(day));
  return { by: "month", bars: [...months].map(([key, days]) => ({ key, sums: sumOf(days) })) };
}

const sumOf = (days: readonly ReportSums[]): ReportSums => {
  const money = (name: "paid" | "earned" | "waiting" | "own") => kopecks(days.reduce((sum, day) => sum + day[name], 0n));
  const count = (name: "calls" | "billableSeconds") => days.reduce((sum, day) => sum + day[name], 0);
  return {
    calls: count("calls"),
    billableSeconds: count("billableSeconds"),
    paid: money("paid"),
    earned: money("earned"),
    waiting: money("waiting"),
    own: money("own"),
  };
};
