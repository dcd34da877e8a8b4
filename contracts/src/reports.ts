/** Read-only figures for the cabinet: what was called, how long, for how much, as client and as consultant. */
import { z } from "zod";
import { endpoints } from "./endpoint.ts";
import { side } from "./ids.ts";
import { kopecksSchema } from "./money.ts";

/** A calendar day in Europe/Moscow. */
export const day = z.iso.date();

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

export const reportsApi = endpoints({
  statistics: {
    method: "GET", path: "/api/reports/statistics", access: "person",
    /** At most 366 days; `to` is included. */
    query: z.object({ side, from: day, to: day }),
    reply: z.object({
      total: figures,
      byDay: z.array(figures.extend({ day })),
      byCounterparty: z.array(figures.extend({ name: z.string() })).max(20),
      byConfiguration: z.array(figures.extend({ code: z.string().nullable() })).max(50),
    }),
  },
});
