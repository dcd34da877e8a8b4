/** The periods one can choose, as whole days of Europe/Moscow. Pure. */
export const periods = ["month", "last-month", "90-days"] as const;
export type Period = (typeof periods)[number];

/** Of a report: as books are kept. */
export const reportPeriods = ["month", "last-month", "quarter", "year"] as const;

export interface Days {
  /** `2026-11-01`; both ends are included. */
  readonly from: string;
  readonly to: string;
}

const DAYS_OF_90 = 90;
const MONTHS_A_QUARTER = 3;
const isoDay = (at: Date): string => at.toISOString().slice(0, 10);
const dayAt = (year: number, month: number, day: number): string => isoDay(new Date(Date.UTC(year, month, day)));

/** The calendar day it is in Moscow at that moment. */
export const moscowDay = (at: Date): string => new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Moscow" }).format(at);

export function daysOf(period: Period | (typeof reportPeriods)[number], today: string): Days {
  const at = new Date(`${today}T00:00:00Z`);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (period) {
    case "month":
      return { from: dayAt(year, month, 1), to: today };
    case "last-month":
      return { from: dayAt(year, month - 1, 1), to: dayAt(year, month, 0) };
    case "quarter":
      return { from: dayAt(year, month - (month % MONTHS_A_QUARTER), 1), to: today };
    case "year":
      return { from: dayAt(year, 0, 1), to: today };
    case "90-days":
      return { from: dayAt(year, month, day - DAYS_OF_90 + 1), to: today };
  }
}

/** `2026-11` of `2026-11-24`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The month so many after the given one, or before it. */
export function monthAfter(month: string, months: number): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  return monthOf(dayAt(at.getUTCFullYear(), at.getUTCMonth() + months, 1));
}
