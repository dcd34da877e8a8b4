/** Read-only figures for the cabinet: what was called, how long, for how much, as client and as consultant. */
import { z } from "zod";
import { endpoints } from "./endpoint.ts";
import { side } from "./ids.ts";
import { kopecksSchema } from "./money.ts";

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
  byDay: z.array(figures.extend({ day })),
  /** Those with the most minutes. Two of the same name are two. */
  byCounterparty: z.array(figures.extend({ name: z.string() })).max(STATISTICS_COUNTERPARTIES_MAX),
  /** `code`: of a known configuration, or the words in which somebody named another; null: none was named. */
  byConfiguration: z.array(figures.extend({ code: z.string().nullable() })).max(STATISTICS_CONFIGURATIONS_MAX),
});
export type Statistics = z.infer<typeof statistics>;

export const reportsApi = endpoints({
  statistics: {
    method: "GET",
    path: "/api/reports/statistics",
    access: "person",
    /** At most 366 days; `to` is included. */
    query: z.object({ side, from: day, to: day }),
    reply: statistics,
  },
});
