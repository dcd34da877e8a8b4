/** What is missing of a recording is an event that both see: a gap when the next segment is told, the rest some time after the call. */
import { inRanges } from "@minuta/contracts/check-recordings";
import { callId as aCall, side as sides, type CallId } from "@minuta/contracts/ids";
import type { JournalActor } from "@minuta/contracts/journal";
import { z } from "zod";
import type { Tx } from "#platform/db";
import { addJob } from "#platform/jobs";
import type { End, RecordingsDeps } from "./index.ts";
import { agreedSpans, gapSeconds, LATE_SECONDS, type Span } from "./rules.ts";
import * as store from "./store.ts";
import { tellBoth } from "./tell.ts";

interface Gap extends Readonly<Record<"counted" | "agreed", readonly Span[]>> {
  readonly end: End;
  readonly actor: JournalActor;
  /** Where the gap ends, if there is one. */
  readonly to: Date;
}

/** Counted time up to then that nobody recorded, back to the segment before it or to the agreement. */
export async function noteGap(deps: RecordingsDeps, tx: Tx, { end: { callId, side }, actor, to, counted, agreed }: Gap): Promise<void> {
  const from = (await tx.one(store.endBefore, [callId, side, to])).to_at ?? agreed[0]?.from;
  if (from === undefined) return;
  const seconds = gapSeconds({ from, to }, counted, agreed);
  if (seconds === 0) return;
  await deps.record(tx, callId, { actor, kind: "recording-gap", facts: { side, from: from.toISOString(), to: to.toISOString(), seconds } });
  tellBoth(deps, tx, callId);
}

export const NOTE_MISSING = "recordings.note_missing";

/** From the agreement on. The timer lies in the database: it outlives this process and runs on any copy. */
export async function awaitEnd(tx: Tx, callId: CallId, afterSeconds = LATE_SECONDS): Promise<void> {
  const { at } = await tx.one(store.wakeAfter, [afterSeconds]);
  await addJob(tx, { task: NOTE_MISSING, payload: { callId }, runAt: at, key: `${NOTE_MISSING}:${callId}` });
}

const ofCall = z.object({ callId: aCall });

/** The job of the timer. Woken too early it goes back to sleep; a second time it changes nothing. */
export async function noteMissing(deps: RecordingsDeps, payload: unknown): Promise<void> {
  const { callId } = ofCall.parse(payload);
  const { endedAt } = await deps.calls.view(callId, "client");
  const counted = await deps.counted(callId);
  await deps.db.tx(async (tx) => {
    const { now } = await tx.one(store.readClock);
    const waits = endedAt === null ? LATE_SECONDS : LATE_SECONDS - (now.getTime() - endedAt.getTime()) / 1000;
    if (endedAt === null || waits > 0) return awaitEnd(tx, callId, waits);
    const agreed = agreedSpans(await tx.rows(store.listConsents, [callId]), endedAt);
    // Both heads before the journal: whoever adds a segment takes them in this order.
    const unnoted: End[] = [];
    for (const side of sides.options) if ((await tx.run(store.noteMissing, [callId, side])) === 1) unnoted.push({ callId, side });
    for (const end of unnoted) {
      await noteGap(deps, tx, { end, actor: "server", to: endedAt, counted, agreed });
      await noteUnsent(deps, tx, end);
    }
  });
}

/** Segments whose hashes are known and whose bytes have not come. */
async function noteUnsent(deps: RecordingsDeps, tx: Tx, { callId, side }: End): Promise<void> {
  const unsent = (await tx.rows(store.listSegments, [callId])).filter((one) => one.side === side && one.state === "told");
  if (unsent.length === 0) return;
  const facts = { side, segments: unsent.length, numbers: inRanges(unsent.map(({ n }) => n)) };
  await deps.record(tx, callId, { actor: "server", kind: "recording-missing", facts });
  tellBoth(deps, tx, callId);
}
