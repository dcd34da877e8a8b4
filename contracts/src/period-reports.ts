/** The protocol of a period: each call a line, for one side of the caller's calls, with everybody or with one other party; on screen and as files. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId, side } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { locale } from "./people.ts";
import { instant } from "./time.ts";

/** A calendar day in Europe/Moscow. */
const day = z.iso.date();

export const REPORT_DAYS_MAX = 366;
export const COUNTERPARTIES_MAX = 500;

/** Of whose calls: `with` is the id of the other side's person or guest. */
const asked = z.object({ side, from: day, to: day, with: z.optional(z.uuid()) });

/**
 * What became of a call's money, seen from this side. `paid`: the caller's wallet paid the sum; `earned`: it was settled in his favour;
 * `waiting`: the client paid it and may still speak, the sum is what is left to the caller when it is solved; `nothing`: no money of the caller.
 */
export const lineMoney = z.enum(["paid", "earned", "waiting", "nothing"]);

/** As the client said it. His silence settles the money, and is no word of his; the client of a carrier call is not asked. */
export const lineOutcome = z.enum(["solved", "not-told"]);

export const reportLine = z.object({
  callId,
  number: z.string(),
  at: instant,
  name: z.string(),
  task: z.string(),
  billableSeconds: z.int(),
  /** Of the platform: 0 for the client of a carrier call, who pays it nothing. */
  pricePerMinute: kopecksSchema,
  sum: kopecksSchema,
  money: lineMoney,
  /** What the consultant of a carrier call asks of his client, a minute and in all; the platform moves none of it. Null: he named no rate. */
  ownRate: z.nullable(kopecksSchema),
  ownSum: z.nullable(kopecksSchema),
  outcome: lineOutcome,
});
export type ReportLine = z.infer<typeof reportLine>;

/** `own`: by the consultant's own rate. */
const sums = z.object({
  calls: z.int(),
  billableSeconds: z.int(),
  paid: kopecksSchema,
  earned: kopecksSchema,
  waiting: kopecksSchema,
  own: kopecksSchema,
});
export type ReportSums = z.infer<typeof sums>;

export const periodReportsApi = endpoints({
  /** With whom the caller had calls on this side in the period; most calls first. */
  counterparties: {
    method: "GET",
    path: "/api/reports/counterparties",
    access: "person",
    query: z.omit(asked, { with: true }),
    reply: z.object({
      counterparties: z.array(z.object({ id: z.uuid(), name: z.string(), calls: z.int() })).check(z.maxLength(COUNTERPARTIES_MAX)),
    }),
  },
  /** Sums of the whole period, every day of it, and its lines page by page in the order of time. */
  calls: {
    method: "GET",
    path: "/api/reports/calls",
    access: "person",
    query: z.extend(asked, {
      after: z.optional(z.string().check(z.maxLength(20))),
      limit: whenAbsent(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 50),
    }),
    reply: z.object({
      total: sums,
      byDay: z.array(z.extend(sums, { day })),
      lines: z.array(reportLine),
      next: z.nullable(z.string()),
    }),
  },
  /** The whole period as a file, however many calls it has. */
  file: {
    method: "GET",
    path: "/api/reports/calls/file",
    access: "person",
    limit: { max: 20, perSeconds: 60 },
    query: z.extend(asked, { as: z.enum(["pdf", "xlsx", "csv"]), locale: whenAbsent(locale, "ru") }),
    reply: z.instanceof(ReadableStream),
  },
});
