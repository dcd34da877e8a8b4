/** How far both ends signed what was measured. A line that ran its allowance further waits, unbilled, until they sign. */
import type { CallId } from "@minuta/contracts/ids";
import { emit } from "#platform/events";
import type { Tx } from "#platform/db";
import { beginPause, endPauses } from "../pause.ts";
import * as lines from "../store.ts";
import * as store from "./store.ts";

/**
 * Both ends signed that `seconds` were proven; 0: from now on signatures are asked for. Less than before changes nothing, nor does
 * anything for a line that ended. Answers whether the call goes on by it.
 */
export async function countersigned(tx: Tx, callId: CallId, seconds: number): Promise<boolean> {
  await tx.rows(lines.lockLinesOfCalls, [[callId]]);
  await tx.run(store.noteCountersigned, [callId, seconds]);
  if ((await tx.one(store.isUnsigned, [callId])).unsigned) return false;
  const resumed = await endPauses(tx, [callId], { why: "signature", by: null });
  await tell(tx, resumed, "metering.resumed");
  return resumed.length > 0;
}

/** Pauses the call when it is on the line and proven further than signatures allow; answers whether it did. */
export async function pauseUnsigned(tx: Tx, callId: CallId): Promise<boolean> {
  const locked = await tx.rows(lines.lockLinesOfCalls, [[callId]]);
  if (!locked.some(({ status }) => status === "live") || !(await tx.one(store.isUnsigned, [callId])).unsigned) return false;
  const paused = await beginPause(tx, [callId], { why: "signature", by: "meter" });
  if (paused) await tell(tx, [callId], "metering.paused_for_signature");
  return paused;
}

const tell = (tx: Tx, callIds: readonly CallId[], topic: string): Promise<void> =>
  emit(
    tx,
    callIds.map((callId) => ({ topic, queue: callId, body: { callId } })),
  );
