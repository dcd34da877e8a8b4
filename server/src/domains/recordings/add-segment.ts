/** An end tells of a segment that it recorded: from now on its hash stands in the chain of its side. */
import type { CallView } from "@minuta/contracts/calls";
import { hashOfSegment } from "@minuta/contracts/recording-chain";
import { SEGMENTS_MAX, type RecordedSegment, type SegmentFacts } from "@minuta/contracts/recordings";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { End, RecordingsDeps } from "./index.ts";
import { noteGap } from "./note-missing.ts";
import { agreedSpans, CLOCK_SECONDS, takes, UPLOAD_DAYS, type Span } from "./rules.ts";
import * as store from "./store.ts";

export interface NewSegment {
  readonly segment: SegmentFacts;
  readonly n: number;
  readonly hash: string;
}

const DAY_MS = 86_400_000;

export const asSegment = (row: store.SegmentRow): RecordedSegment => ({
  segmentId: row.id,
  takeId: row.take_id,
  from: row.from_at,
  to: row.to_at,
  bytes: row.bytes,
  sha256: row.sha256,
  cut: row.cut,
  n: row.n,
  hash: row.hash,
  state: row.state,
});

/**
 * Refuses what does not follow the head (`recording-out-of-order`, with the head), what was not agreed to, what is no segment, too many,
 * and what comes too long after the call. The same segment again is answered the same.
 */
export async function addSegment(deps: RecordingsDeps, end: End, added: NewSegment): Promise<RecordedSegment> {
  const { callId, side } = end;
  const { segment } = added;
  const call = await deps.calls.view(callId, side);
  const counted = await deps.counted(callId);
  return deps.db.tx(async (tx) => {
    const head = await tx.one(store.holdHead, [callId, side]);
    const known = await tx.maybe(store.findSegment, [segment.segmentId]);
    if (known !== null) return sameOrRefuse(known, end, segment);
    const agreed = await refuseUnagreed(tx, call, segment);
    if (head.count >= SEGMENTS_MAX) throw refuse("recording-full", { maxSegments: SEGMENTS_MAX });
    const n = head.count + 1;
    if (added.n !== n || added.hash !== hashOfSegment({ callId, side, n, before: head.hash }, segment))
      throw refuse("recording-out-of-order", { count: head.count, hash: head.hash });
    // What was missing some time after the call is told already.
    if (!head.missing_noted) await noteGap(deps, tx, { end, actor: side, to: segment.from, counted, agreed });
    return write(tx, end, added);
  });
}

/** Answers the time to which both agreed. */
async function refuseUnagreed(tx: Tx, { id, endedAt }: CallView, segment: SegmentFacts): Promise<Span[]> {
  const { now } = await tx.one(store.readClock);
  const agreed = agreedSpans(await tx.rows(store.listConsents, [id]), endedAt ?? now);
  const answer = takes(segment, agreed);
  const early = segment.to.getTime() > now.getTime() + CLOCK_SECONDS * 1000;
  if (answer === "not-a-segment" || early) throw refuse("invalid-input", { fields: ["segment.from", "segment.to"] });
  const late = endedAt !== null && now.getTime() - endedAt.getTime() > UPLOAD_DAYS * DAY_MS;
  if (answer === "not-agreed" || late) throw refuse("recording-not-agreed", {});
  return agreed;
}

function sameOrRefuse(known: store.SegmentRow, { callId, side }: End, { sha256 }: SegmentFacts): RecordedSegment {
  if (known.call_id !== callId || known.side !== side || known.sha256 !== sha256) throw refuse("command-conflict", {});
  return asSegment(known);
}

async function write(tx: Tx, { callId, side }: End, { segment, n, hash }: NewSegment): Promise<RecordedSegment> {
  const { segmentId, takeId, from, to, bytes, sha256, cut } = segment;
  const row = await tx.one(store.addSegment, [segmentId, callId, side, n, takeId, from, to, bytes, sha256, cut, hash]);
  await tx.run(store.moveHead, [callId, side, n, hash]);
  return asSegment(row);
}
