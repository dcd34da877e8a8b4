/** The protocol of a period: its sums, its lines page by page, and all of them one after the other for files. */
import type { PersonId, Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { protocolNumber } from "@minuta/contracts/protocol-number";
import { REPORT_DAYS_MAX, type ReportLine, type ReportSums } from "@minuta/contracts/period-reports";
import type { Reader } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { ReportsDeps } from "./index.ts";
import { daysOf } from "./rules.ts";
import * as store from "./store.ts";

export interface AskedPeriod {
  readonly personId: PersonId;
  readonly side: Side;
  /** Calendar days, both included. */
  readonly from: string;
  readonly to: string;
  /** The other side's person or guest; null: everybody. */
  readonly other: string | null;
}

export interface PeriodReport {
  readonly total: ReportSums;
  readonly byDay: readonly (ReportSums & { readonly day: string })[];
}

const LINES_AT_A_TIME = 1000;
export const nothing: ReportSums = {
  calls: 0,
  billableSeconds: 0,
  paid: kopecks(0),
  earned: kopecks(0),
  waiting: kopecks(0),
  own: kopecks(0),
};

const argumentsOf = ({ personId, side, from, to, other }: AskedPeriod) => [personId, side, from, to, other] as const;

/** Refuses (`invalid-input`) days in the wrong order and more than a year of them. */
export function daysAsked({ from, to }: Pick<AskedPeriod, "from" | "to">): string[] {
  const days = daysOf(from, to);
  if (days === null || days.length > REPORT_DAYS_MAX) throw refuse("invalid-input", { fields: ["from", "to"] });
  return days;
}

/** Refuses as `daysAsked`. */
export async function sumPeriod(db: Reader, asked: AskedPeriod): Promise<PeriodReport> {
  const days = daysAsked(asked);
  const rows = new Map((await db.rows(store.sumPeriod, argumentsOf(asked))).map(({ day, ...sums }) => [day, sums]));
  const total = [...rows.values()].reduce(
    (sum, one) => ({
      calls: sum.calls + one.calls,
      billableSeconds: sum.billableSeconds + one.billableSeconds,
      paid: kopecks(sum.paid + one.paid),
      earned: kopecks(sum.earned + one.earned),
      waiting: kopecks(sum.waiting + one.waiting),
      own: kopecks(sum.own + one.own),
    }),
    nothing,
  );
  return { total, byDay: days.map((day) => ({ day, ...(rows.get(day) ?? nothing) })) };
}

export interface Page {
  readonly after: bigint;
  readonly limit: number;
}

export async function pageOfLines(
  db: Reader,
  asked: AskedPeriod,
  { after, limit }: Page,
): Promise<{ lines: ReportLine[]; next: bigint | null }> {
  const rows = await db.rows(store.listPeriod, [...argumentsOf(asked), after, limit]);
  return {
    lines: rows.map(({ number, ...line }) => ({ ...line, number: protocolNumber(number) })),
    next: rows.length === limit ? (rows.at(-1)?.number ?? null) : null,
  };
}

/** Never more than a thousand of them in memory. Calls that begin meanwhile come last, none twice. */
export async function* allLines(db: Reader, asked: AskedPeriod): AsyncGenerator<ReportLine> {
  for (let after: bigint | null = 0n; after !== null;) {
    const page: { lines: ReportLine[]; next: bigint | null } = await pageOfLines(db, asked, { after, limit: LINES_AT_A_TIME });
    yield* page.lines;
    after = page.next;
  }
}

export const counterparties = (db: Reader, asked: Omit<AskedPeriod, "other">) =>
  db.rows(store.listCounterparties, [asked.personId, asked.side, asked.from, asked.to]);

export interface Party {
  readonly name: string;
  /** The consultant's firm, the client's organisation. */
  readonly firm: string | null;
  readonly inn: string | null;
}

/** Whose report it is, with whom, and when it was asked for. */
export interface ReportHead {
  readonly owner: Party;
  /** Null: with everybody, or there was no call with the other side. */
  readonly other: Party | null;
  readonly printedAt: Date;
}

export async function headOf({ db, findOwner }: ReportsDeps, asked: AskedPeriod): Promise<ReportHead> {
  const owner = await findOwner(asked.personId);
  if (owner === null) throw refuse("not-found", {});
  const other = asked.other === null ? null : await db.maybe(store.findCounterparty, argumentsOf(asked));
  const { now } = await db.one(store.readClock);
  return { owner, other: other && { name: other.name, firm: other.organisation, inn: other.inn }, printedAt: now };
}
