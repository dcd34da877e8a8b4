/** Looking at lines: money is set aside, what is due is charged, and the news of it is told, all in the caller's transaction. */
import type { LineId } from "@minuta/contracts/ids";
import type { z } from "zod";
import { emit, type NewEvent } from "#platform/events";
import type { Tx } from "#platform/db";
import * as store from "./store.ts";

export type Looked = z.output<(typeof store.look)["row"]>;

/** How far ahead money is set aside: minutes ahead for lines that are live, only the next unit, or nothing (lines that end). */
export type Ahead = "quota" | "unit" | "none";

/** Charges what is due on these lines. The steady minute is one statement; a new slot or warning is written where nobody holds the line. */
export async function look(tx: Tx, ids: readonly LineId[], ahead: Ahead): Promise<Looked[]> {
  if (ids.length === 0) return [];
  const looked = await tx.rows(store.look, [ids, ahead]);
  const changed = looked.filter((line) => line.status === "live" && (line.slot !== line.slot_before || line.warned !== line.warned_before));
  const noted = new Set(changed.length === 0 ? [] : (await noteLooked(tx, changed)).map(({ id }) => id));
  await emit(tx, [
    ...looked.filter((line) => line.charge > 0n).map(charged),
    ...changed.filter((line) => noted.has(line.id) && line.warned > line.warned_before).map(lowBalance),
  ]);
  return looked;
}

const noteLooked = (tx: Tx, lines: readonly Looked[]) =>
  tx.rows(store.noteLooked, [lines.map(({ id }) => id), lines.map(({ slot }) => slot), lines.map(({ warned }) => warned)]);

const charged = (line: Looked): NewEvent => ({
  topic: "metering.charged",
  queue: line.call_id,
  body: {
    callId: line.call_id,
    lineId: line.id,
    amountKopecks: Number(line.charge),
    chargedKopecks: Number(line.charged),
    billableSeconds: line.billable,
  },
});

const lowBalance = (line: Looked): NewEvent => ({
  topic: "metering.low_balance",
  queue: line.call_id,
  body: { callId: line.call_id, lineId: line.id, minutesLeft: line.minutes_left ?? 0 },
});
