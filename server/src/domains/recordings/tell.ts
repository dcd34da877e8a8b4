/** What the recorders say of themselves, what both sides see of it, and those that say nothing any more. */
import { randomUUID } from "node:crypto";
import { callId as aCall, side as sides, type CallId, type Side } from "@minuta/contracts/ids";
import type { RecordingsView } from "@minuta/contracts/recordings";
import { z } from "zod";
import type { Reader, Tx } from "#platform/db";
import { addJob } from "#platform/jobs";
import { refuse } from "#platform/refusal";
import type { End, RecordingsDeps } from "./index.ts";
import { consentOf, newsOf, SILENT_SECONDS, TAKES_MAX, type Told } from "./rules.ts";
import * as store from "./store.ts";

export interface Word extends Told {
  readonly takeId: string;
}

/** Both ends look again, once the change is there to be seen. */
export const tellBoth = ({ bus }: RecordingsDeps, tx: Tx, callId: CallId): void =>
  tx.afterCommit(() => bus.publish(`call:${callId}`, { t: "recordings-changed" }));

export async function viewOf({ calls }: RecordingsDeps, reader: Reader, { callId, side }: End): Promise<RecordingsView> {
  const open = (await calls.view(callId, side)).state === "open";
  const decisions = await reader.rows(store.listConsents, [callId]);
  const takes = await reader.rows(store.lastTakes, [callId]);
  const { now } = await reader.one(store.readClock);
  const endOf = (of: Side): RecordingsView[Side] => {
    const take = takes.find((one) => one.side === of);
    const consent = consentOf(decisions, of);
    return open && take !== undefined ? { consent, recorder: take.recorder, why: take.why } : { consent, recorder: "off", why: null };
  };
  const [client, consultant] = [endOf("client"), endOf("consultant")];
  return { on: open && client.consent === "agreed" && consultant.consent === "agreed", client, consultant, now };
}

/** Notes what the recorder says; what is news both sides see at once, and the journal keeps. Refuses another side's recorder. */
export async function tell(deps: RecordingsDeps, end: End, { takeId, recorder, why }: Word): Promise<RecordingsView> {
  const { callId, side } = end;
  return deps.db.tx(async (tx) => {
    await tx.one(store.lockCall, [callId]);
    const before = await tx.maybe(store.findTake, [takeId]);
    if (before !== null && (before.call_id !== callId || before.side !== side)) throw refuse("not-found", {});
    if (before === null) await refuseMany(tx, end);
    const now: Told = { recorder, why: recorder === "failing" ? (why ?? "internal") : null };
    await tx.run(store.putTake, [takeId, callId, side, now.recorder, now.why]);
    if (before === null) await tx.run(store.retireTakes, [callId, side, takeId]);
    await writeNews(deps, tx, { end, takeId, before, now });
    const view = await viewOf(deps, tx, end);
    if (view.on && recorder === "off") await awaitRecorders(tx, callId);
    return view;
  });
}

async function refuseMany(tx: Tx, { callId, side }: End): Promise<void> {
  const { count } = await tx.one(store.countTakes, [callId, side]);
  if (count >= TAKES_MAX) throw refuse("not-allowed", {});
}

interface News {
  readonly end: End;
  readonly takeId: string;
  readonly before: Told | null;
  readonly now: Told;
}

async function writeNews(deps: RecordingsDeps, tx: Tx, { end: { callId, side }, takeId, before, now }: News): Promise<void> {
  const kind = newsOf(before, now);
  const facts = kind === "recording-failed" ? { takeId, why: now.why } : { takeId };
  if (kind !== null) await deps.record(tx, callId, { actor: now.why === "silent" ? "server" : side, kind, facts: { ...facts, side } });
  if (kind !== null || before?.recorder !== now.recorder) tellBoth(deps, tx, callId);
}

/** Recorders that said nothing for too long are found failing, or off when the call is over. Answers how many. */
export async function watchSilent(deps: RecordingsDeps): Promise<number> {
  const silent = await deps.db.rows(store.findSilent, [SILENT_SECONDS]);
  for (const { id: takeId, call_id: callId, side } of silent) {
    const open = (await deps.calls.view(callId, side)).state === "open";
    const now: Told = open ? { recorder: "failing", why: "silent" } : { recorder: "off", why: null };
    await deps.db.tx(async (tx) => {
      await tx.one(store.lockCall, [callId]);
      const before = await tx.maybe(store.findTake, [takeId]);
      const found = await tx.maybe(store.endSilent, [takeId, SILENT_SECONDS, now.recorder, now.why]);
      if (found !== null) await writeNews(deps, tx, { end: { callId, side }, takeId, before, now });
    });
  }
  return silent.length;
}

export const FIND_UNRECORDED = "recordings.find_unrecorded";

/** Both agreed, and somebody has no recorder: one is to begin. */
export async function awaitRecorders(tx: Tx, callId: CallId): Promise<void> {
  const { at } = await tx.one(store.wakeAfter, [SILENT_SECONDS]);
  await addJob(tx, { task: FIND_UNRECORDED, payload: { callId }, runAt: at, key: `${FIND_UNRECORDED}:${callId}` });
}

const ofCall = z.object({ callId: aCall });

/** The job of that: a page that never began to record is told of to both as one that fell silent is. A second time it changes nothing. */
export async function findUnrecorded(deps: RecordingsDeps, payload: unknown): Promise<void> {
  const { callId } = ofCall.parse(payload);
  await deps.db.tx(async (tx) => {
    await tx.one(store.lockCall, [callId]);
    const view = await viewOf(deps, tx, { callId, side: "client" });
    if (!view.on) return;
    const takes = await tx.rows(store.lastTakes, [callId]);
    for (const side of sides.options) {
      if (view[side].recorder !== "off") continue;
      const before = takes.find((one) => one.side === side) ?? null;
      const [takeId, now] = [before?.id ?? randomUUID(), { recorder: "failing", why: "silent" } as const];
      await tx.run(store.putTake, [takeId, callId, side, now.recorder, now.why]);
      await writeNews(deps, tx, { end: { callId, side }, takeId, before, now });
    }
  });
}
