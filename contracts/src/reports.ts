/** Read-only figures for the cabinet: what was called, how long, for how much, as client and as consultant. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId, side } from "./ids.ts";
import { statementLine } from "./ledger.ts";
import { kopecksSchema } from "./money.ts";
import { instant } from "./time.ts";

/** A calendar day in Europe/Moscow. */
const day = z.iso.date();

export const STATISTICS_DAYS_MAX = 366;
export const STATISTICS_COUNTERPARTIES_MAX = 20;
export const STATISTICS_CONFIGURATIONS_MAX = 50;

/** Of calls that are over. A call belongs to the day on which it opened, with all of its seconds and money. */
const figures = z.object({
  calls: z.int(),
  billableSeconds: z.int(),
  /** As payer: what was charged. */
  charged: kopecksSchema,
  /** As payee: settled in one's favour. */
  earned: kopecksSchema,
  /** As payee: charged to clients and not settled yet, before the platform's share. */
  held: kopecksSchema,
});
export type Figures = z.infer<typeof figures>;

const statistics = z.object({
  total: figures,
  /** Every day of the period in order, also those without calls. */
  byDay: z.array(z.extend(figures, { day })),
  /** Those with the most minutes. Two of the same name are two. */
  byCounterparty: z.array(z.extend(figures, { name: z.string() })).check(z.maxLength(STATISTICS_COUNTERPARTIES_MAX)),
  /** `code`: of a known configuration, or the words in which somebody named another; null: none was named. */
  byConfiguration: z.array(z.extend(figures, { code: z.nullable(z.string()) })).check(z.maxLength(STATISTICS_CONFIGURATIONS_MAX)),
});
export type Statistics = z.infer<typeof statistics>;

/** A calendar month in Europe/Moscow: `2026-11`. */
const month = z.string().check(z.regex(/^20\d{2}-(0[1-9]|1[0-2])$/));
const pageOfMonth = z.object({
  month,
  /** `next` of the page before. */
  before: z.optional(z.string().check(z.maxLength(20))),
  limit: whenAbsent(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 25),
});
/** Newest first; `next` begins the following page: no row is told twice or left out while new ones arrive. */
const next = z.nullable(z.string());

/** A call the wallet paid for, as one row from the first money set aside for it, however long it lasts. */
const statementCall = z.object({
  id: z.string(),
  kind: z.literal("call"),
  callId,
  at: instant,
  side,
  /** With whom. */
  name: z.string(),
  running: z.boolean(),
  /** Null while the call runs. */
  billableSeconds: z.nullable(z.int()),
  pricePerMinute: kopecksSchema,
  charged: kopecksSchema,
  /** Set aside for it now. */
  reserved: kopecksSchema,
  /** Given back when the outcome was settled. */
  refunded: kopecksSchema,
});
export type StatementCall = z.infer<typeof statementCall>;
const statementPayment = z.object({
  id: z.string(),
  kind: z.literal("payment"),
  payment: z.omit(statementLine, { id: true, callId: true }),
});
export type StatementPayment = z.infer<typeof statementPayment>;

/** Of one month by the order in which money moved: opening + added - withdrawn - spent - reserved = closing, to the kopeck. */
const statementTotals = z.object({
  opening: kopecksSchema,
  /** All that came in but what calls gave back. */
  added: kopecksSchema,
  /** All that went out but to calls. */
  withdrawn: kopecksSchema,
  /** What calls took, less what they gave back. */
  spent: kopecksSchema,
  /** Set aside for calls that still run; only in the month that is not over. */
  reserved: kopecksSchema,
  closing: kopecksSchema,
});
export type StatementTotals = z.infer<typeof statementTotals>;

/** A marketplace call one was paid for. A call belongs to the month in which it opened. */
const earning = z.object({
  id: z.string(),
  callId,
  at: instant,
  name: z.string(),
  billableSeconds: z.int(),
  pricePerMinute: kopecksSchema,
  charged: kopecksSchema,
  /** One's own share: when `waitsUntil` is told, what it comes to if the client says nothing until then. */
  share: kopecksSchema,
  /** Null: settled. */
  waitsUntil: z.nullable(instant),
});
export type Earning = z.infer<typeof earning>;
const earningsTotals = z.object({
  calls: z.int(),
  billableSeconds: z.int(),
  charged: kopecksSchema,
  earned: kopecksSchema,
  /** One's share of what still waits for clients' word. */
  waiting: kopecksSchema,
});
export type EarningsTotals = z.infer<typeof earningsTotals>;

export const reportsApi = endpoints({
  /** The wallet's month as mobile operators print it: one row a call, one for every other payment. */
  statement: {
    method: "GET",
    path: "/api/reports/statement",
    access: "person",
    query: pageOfMonth,
    reply: z.object({ totals: statementTotals, rows: z.array(z.discriminatedUnion("kind", [statementCall, statementPayment])), next }),
  },
  earnings: {
    method: "GET",
    path: "/api/reports/earnings",
    access: "person",
    query: pageOfMonth,
    reply: z.object({ totals: earningsTotals, rows: z.array(earning), next }),
  },
  statistics: {
    method: "GET",
    path: "/api/reports/statistics",
    access: "person",
    /** At most 366 days; `to` is included. */
    query: z.object({ side, from: day, to: day }),
    reply: statistics,
  },
});
