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

/** A segment where the browser that recorded it put it into the chain. */
export const ownSegment = z.object({
  segmentId: z.uuid(),
  n: z.int().check(z.positive()),
  hash: sha256,
  /** When the server took it, in ms by the server's clock as this browser knows it; null: it has not said so. */
  toldAt: z.nullable(z.number()),
});
export type OwnSegment = z.infer<typeof ownSegment>;

/** What a browser goes by when it is shown the end of its own side's chain. */
export interface OwnRecording {
  readonly own: readonly OwnSegment[];
  /** The hashes of the side's chain, computed from the facts it is made of. */
  readonly chain: readonly string[];
  /** Nobody else recorded on this side: nothing else may be in the chain. */
  readonly alone: boolean;
  /** When it was said that the chain ends so, in ms by the server's clock. */
  readonly at: number;
}

/** A browser's idea of the server's clock may be off by so much. */
const TOLD_MS = 10_000;

/** Whether a chain that ends with `head` (null: nothing recorded) holds what this browser told until then, each segment in its place. */
export function isOwnRecording(head: string | null, { own, chain, alone, at }: OwnRecording): boolean {
  const length = head === null ? 0 : chain.indexOf(head) + 1;
  if (head !== null && length === 0) return false;
  const held = own.every(({ n, hash, toldAt }) => toldAt === null || (n <= length ? chain[n - 1] === hash : toldAt + TOLD_MS > at));
  return held && (!alone || chain.slice(0, length).every((hash) => own.some((segment) => segment.hash === hash)));
}
