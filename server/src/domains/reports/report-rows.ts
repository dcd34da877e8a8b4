/** The protocol of a period as rows of cells, whatever the file: the head of the table, a row for each call, the totals. */
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { Locale } from "@minuta/contracts/people";
import type { ReportLine, ReportSums } from "@minuta/contracts/period-reports";
import { nothing, type AskedPeriod, type ReportHead } from "./period-report.ts";
import { reportTexts, type ReportTexts } from "./report-texts.ts";

export interface Report {
  readonly asked: Pick<AskedPeriod, "side" | "from" | "to">;
  readonly head: ReportHead;
  /** May be read once. */
  readonly lines: AsyncIterable<ReportLine>;
  readonly locale: Locale;
}

/** What a cell holds is for the file to write: a sheet wants dates and figures, paper wants words. */
export type Cell =
  | string
  | { readonly kind: "date" | "time"; readonly at: Date }
  | { readonly kind: "duration"; readonly seconds: number }
  | { readonly kind: "money"; readonly kopecks: Kopecks };

export interface Row {
  readonly kind: "head" | "line" | "total";
  readonly cells: readonly Cell[];
}

/** In their order; widths in characters of a sheet and in points of a page. */
export const columns = [
  { name: "number", characters: 14, points: 54, right: false },
  { name: "date", characters: 12, points: 48, right: false },
  { name: "time", characters: 10, points: 40, right: false },
  { name: "name", characters: 30, points: 106, right: false },
  { name: "task", characters: 50, points: 142, right: false },
  { name: "duration", characters: 14, points: 62, right: true },
  { name: "price", characters: 13, points: 46, right: true },
  { name: "sum", characters: 14, points: 52, right: true },
  { name: "money", characters: 22, points: 58, right: false },
  { name: "ownRate", characters: 15, points: 50, right: true },
  { name: "ownSum", characters: 15, points: 52, right: true },
  { name: "outcome", characters: 14, points: 52, right: false },
] as const satisfies readonly { name: keyof ReportTexts["columns"]; characters: number; points: number; right: boolean }[];
type Column = (typeof columns)[number]["name"];

const rowOf = (kind: Row["kind"], cells: Partial<Record<Column, Cell>>): Row => ({
  kind,
  cells: columns.map(({ name }) => cells[name] ?? ""),
});

export async function* rowsOf({ locale, lines }: Report): AsyncGenerator<Row> {
  const texts = reportTexts[locale];
  yield rowOf("head", texts.columns);
  let total = nothing;
  for await (const line of lines) {
    total = withLine(total, line);
    yield lineRow(line, texts);
  }
  yield* totalRows(total, texts);
}

const money = (sum: Kopecks | null): Cell => (sum === null ? "" : { kind: "money", kopecks: sum });

const lineRow = (line: ReportLine, texts: ReportTexts): Row =>
  rowOf("line", {
    number: line.number,
    date: { kind: "date", at: line.at },
    time: { kind: "time", at: line.at },
    name: line.name,
    task: line.task,
    duration: { kind: "duration", seconds: line.billableSeconds },
    price: money(line.pricePerMinute),
    sum: money(line.sum),
    money: texts.money[line.money],
    ownRate: money(line.ownRate),
    ownSum: money(line.ownSum),
    outcome: texts.outcome[line.outcome],
  });

/** Calls, time and what is asked by the own rate; then each sum there is. */
function totalRows(total: ReportSums, texts: ReportTexts): Row[] {
  const sums = (["paid", "earned", "waiting"] as const).filter((name) => total[name] > 0n);
  return [
    rowOf("total", {
      name: texts.calls(total.calls),
      duration: { kind: "duration", seconds: total.billableSeconds },
      ...(total.own > 0n && { ownSum: money(total.own) }),
    }),
    ...sums.map((name) => rowOf("total", { name: texts.sums[name], sum: money(total[name]) })),
  ];
}

/** A file adds up what stands in it, whatever is charged or settled while it is written. */
const withLine = (total: ReportSums, { billableSeconds, money: state, sum, ownSum }: ReportLine): ReportSums => ({
  ...total,
  calls: total.calls + 1,
  billableSeconds: total.billableSeconds + billableSeconds,
  own: kopecks(total.own + (ownSum ?? 0n)),
  ...(state !== "nothing" && { [state]: kopecks(total[state] + sum) }),
});

/** A cell as people read it. */
export function cellWords(locale: Locale): (cell: Cell) => string {
  const point = locale === "ru" ? "," : ".";
  const { date, time } = momentWords(locale);
  return (cell) => {
    if (typeof cell === "string") return cell;
    switch (cell.kind) {
      case "date":
        return date(cell.at);
      case "time":
        return time(cell.at);
      case "duration":
        return clock(cell.seconds);
      case "money":
        return decimal(cell.kopecks, point);
    }
  };
}

/** Dates and times of Moscow. */
export function momentWords(locale: Locale): { readonly date: (at: Date) => string; readonly time: (at: Date) => string } {
  const tag = locale === "ru" ? "ru-RU" : "en-GB";
  const date = new Intl.DateTimeFormat(tag, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Europe/Moscow" });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "medium", timeZone: "Europe/Moscow" });
  return { date: (at) => date.format(at), time: (at) => time.format(at) };
}

const two = (value: number): string => String(value).padStart(2, "0");
/** `1:02:05`. */
const clock = (seconds: number): string => `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;

export function decimal(sum: Kopecks, point: "," | "."): string {
  const digits = (sum < 0n ? -sum : sum).toString().padStart(3, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -2)}${point}${digits.slice(-2)}`;
}
