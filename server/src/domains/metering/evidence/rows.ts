/** Presence as it is written: rows of one copy, by the copy's own numbers, so that writing twice writes once. */
import type { CallId, Side } from "@minuta/contracts/ids";
import type { Tx } from "#platform/db";
import * as lines from "../store.ts";
import * as store from "./store.ts";

export interface Written {
  readonly copy: bigint;
  readonly n: number;
  readonly callId: CallId;
  readonly side: Side;
  readonly beganAt: Date;
  readonly endedAt: Date | null;
}

/** Rows of one copy. An end earlier than what the copy's lease asserted is taken as the lease: durable evidence never shrinks. */
export async function writePresence(tx: Tx, rows: readonly Written[]): Promise<void> {
  for (const [copy, of] of Map.groupBy(rows, (row) => row.copy)) {
    await tx.run(store.writePresence, [
      copy,
      of.map(({ n }) => n),
      of.map(({ callId }) => callId),
      of.map(({ side }) => side),
      of.map(({ beganAt }) => beganAt),
      of.map(({ endedAt }) => endedAt),
    ]);
  }
}

/** This copy may assert nothing more, and what it holds open counts through its lease; answers whether it was its end. `expired`: only if its lease ran out. */
export async function endCopy(tx: Tx, copy: bigint, because: "closed" | "expired"): Promise<boolean> {
  if ((await tx.maybe(store.endCopy, [copy, because])) === null) return false;
  const calls = (await tx.rows(store.callsOfCopy, [copy])).map(({ call_id }) => call_id);
  await tx.rows(lines.lockLinesOfCalls, [calls]);
  await tx.run(store.closePresenceOfCopy, [copy]);
  await tx.one(lines.refresh, [calls]);
  return true;
}
