/** The statistics of one person on one side of his calls, over whole Moscow days. */
import type { PersonId, Side } from "@minuta/contracts/ids";
import { STATISTICS_CONFIGURATIONS_MAX, STATISTICS_COUNTERPARTIES_MAX, type Statistics } from "@minuta/contracts/reports";
import type { Reader } from "#platform/db";
import { refuse } from "#platform/refusal";
import { byCode, daysOf, nothing, sumOf } from "./rules.ts";
import * as store from "./store.ts";

export interface Asked {
  readonly personId: PersonId;
  readonly side: Side;
  /** Calendar days, both included. */
  readonly from: string;
  readonly to: string;
}

export async function statistics(db: Reader, { personId, side, from, to }: Asked): Promise<Statistics> {
  const days = daysOf(from, to);
  if (days === null) throw refuse("invalid-input", { fields: ["from", "to"] });
  const rows = await db.rows(store.sumCalls, [personId, side, from, to]);
  const of = (by: store.Sums["by"]) => rows.filter((row) => row.by === by);
  const byDay = new Map(of("day").map(({ day, figures }) => [day, figures]));
  const counterparties = of("counterparty").slice(0, STATISTICS_COUNTERPARTIES_MAX);
  return {
    total: sumOf([...byDay.values()]),
    byDay: days.map((day) => ({ day, ...(byDay.get(day) ?? nothing) })),
    byCounterparty: counterparties.map(({ name, figures }) => ({ name: name ?? "", ...figures })),
    byConfiguration: byCode(of("configuration")).slice(0, STATISTICS_CONFIGURATIONS_MAX),
  };
}
