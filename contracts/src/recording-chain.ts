/**
 * The chain of one side's recorded segments, computed alike by the end that recorded them, the server, and anyone who checks: each
 * segment's hash is SHA-256 over its facts and its file's hash, together with the hash before it. Pure.
 */
import { z } from "zod/mini";
import type { CallId, Side } from "./ids.ts";
import { canonicalJson, CHAIN_START } from "./journal-chain.ts";
import type { SegmentFacts } from "./recordings.ts";
import { sha256Hex } from "./sha256.ts";

/** Names the form below; a later form gets another name. */
const RECORDING_FORM = "minuta-recording-1";

/** SHA-256 in hex. */
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** Before the first segment. */
export const noSegments = { count: 0, hash: CHAIN_START };

export interface SegmentPlace {
  readonly callId: CallId;
  readonly side: Side;
  /** Counted from 1. */
  readonly n: number;
  /** Hash of the segment before; `CHAIN_START` for the first. */
  readonly before: string;
}

export function hashOfSegment({ callId, side, n, before }: SegmentPlace, segment: SegmentFacts): string {
  const { segmentId, takeId, from, to, bytes, sha256, cut } = segment;
  const facts = [segmentId, takeId, from.toISOString(), to.toISOString(), bytes, sha256, cut];
  return sha256Hex(canonicalJson([RECORDING_FORM, callId, side, before, n, ...facts]));
}

/** The hash of each segment of a side, in the order of its chain. */
export function hashesOfSegments(of: Pick<SegmentPlace, "callId" | "side">, segments: readonly SegmentFacts[]): string[] {
  const hashes: string[] = [];
  for (const segment of segments)
    hashes.push(hashOfSegment({ ...of, n: hashes.length + 1, before: hashes.at(-1) ?? CHAIN_START }, segment));
  return hashes;
}
