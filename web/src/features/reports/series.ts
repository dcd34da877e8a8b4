/** The sums of money that a plot draws and the table behind it lists. */

/** A part of a bar: what comes in stands on each other, and so does what goes out. */
export interface Series {
  readonly name: "paid" | "charged" | "earned" | "waiting" | "held" | "own";
  readonly label: string;
  readonly color: string;
  readonly stackId: "in" | "out";
}

/** Of a day, a month, a person: what is plotted and listed. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly figures: { readonly calls: number; readonly billableSeconds: number } & { readonly [Sum in Series["name"]]?: bigint };
}

export const sumIn = ({ figures }: Row, { name }: Series): bigint => figures[name] ?? 0n;

/** What was neither paid nor earned is left out. */
export const present = (series: readonly Series[], rows: readonly Row[]): readonly Series[] =>
  series.filter((sum) => rows.some((row) => sumIn(row, sum) > 0n));
