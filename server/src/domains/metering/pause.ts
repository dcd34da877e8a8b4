/** Pauses. They begin now and are never backdated; the time until now stays proven. */
import type { CallId } from "@minuta/contracts/ids";
import type { Tx } from "#platform/db";
import * as store from "./store.ts";

/** Who or what a pause waits for. */
export type PauseWhy = "person" | "top-up" | "signature";

/** A person's pause; during any pause nothing changes. Answers whether it did. */
export async function pause(tx: Tx, callId: CallId, by: string): Promise<boolean> {
  return beginPause(tx, [callId], { why: "person", by });
}

/** Ends the pause that `by` began, no other's. A pause for top-up ends by itself once the money is there, one for signatures once they are. */
export async function resume(tx: Tx, callId: CallId, by: string): Promise<boolean> {
  return (await endPauses(tx, [callId], { why: "person", by })).length > 0;
}

/** Pauses those of the calls that have open lines and no pause yet; answers whether there was one. */
export async function beginPause(tx: Tx, callIds: readonly CallId[], { why, by }: { why: PauseWhy; by: string }): Promise<boolean> {
  const lines = await tx.rows(store.lockLinesOfCalls, [callIds]);
  const open = [...new Set(lines.filter(({ status }) => status === "live" || status === "idle").map(({ call_id }) => call_id))];
  if (open.length === 0) return false;
  await tx.run(store.beginPause, [open, why, by]);
  await tx.one(store.refresh, [open]);
  return true;
}

/** Ends the pauses of this kind and author (null: whoever began them); answers the calls that go on. */
export async function endPauses(tx: Tx, callIds: readonly CallId[], { why, by }: { why: PauseWhy; by: string | null }): Promise<CallId[]> {
  const lines = await tx.rows(store.lockLinesOfCalls, [callIds]);
  const paused = lines.filter(({ status }) => status !== "live" && status !== "idle" && status !== "ended");
  if (paused.length === 0) return [];
  const ended = (await tx.rows(store.endPause, [[...new Set(paused.map(({ call_id }) => call_id))], [why], by])).map(
    ({ call_id }) => call_id,
  );
  if (ended.length === 0) return [];
  await tx.one(store.refresh, [ended]);
  return ended;
}
