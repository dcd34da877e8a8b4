/**
 * Recordings: what each end recorded of a call, in segments. Nothing is recorded unless both sides agreed, asked apart from sharing;
 * either may take it back at any time. A segment is a WebM file of at most a minute: on the end's own disk first, hashed, told to the
 * server at once, uploaded in parts during the call and after it.
 */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId, side } from "./ids.ts";
import { sha256 } from "./recording-chain.ts";
import { instant } from "./time.ts";

// ---- limits -------------------------------------------------------------------------------------------------------------

/** The recorder begins another segment after so long; a crash loses at most the one that runs. */
export const SEGMENT_SECONDS = 30;
/** One that is longer is refused: the last data of a recorder may come late, a segment may not be an hour. */
export const SEGMENT_SECONDS_MAX = 60;
export const SEGMENT_MAX_BYTES = 16 * 1024 * 1024;
/** Every part but the last of a segment has exactly so many bytes. */
export const PART_BYTES = 256 * 1024;
/** Of one side of one call: three days of them. */
export const SEGMENTS_MAX = 8_640;

export const partsOf = (bytes: number): number => Math.ceil(bytes / PART_BYTES);

// ---- what there is --------------------------------------------------------------------------------------------------------

export const RECORDING_CONSENT_VERSION = "recording-2026-11";

export const recordingConsent = z.enum(["unasked", "agreed", "refused"]);
export type RecordingConsent = z.infer<typeof recordingConsent>;

/** Why a recorder fails, or why something is missing. `silent`: the server heard nothing of it for too long. */
export const recordingTrouble = z.enum(["disk-full", "encoder", "not-supported", "silent", "internal"]);
export type RecordingTrouble = z.infer<typeof recordingTrouble>;

/** `off`: nothing has begun here, or it ended. `paused`: with the call. */
export const recorderState = z.enum(["off", "recording", "paused", "failing"]);
export type RecorderState = z.infer<typeof recorderState>;

const endOfRecording = z.object({
  consent: recordingConsent,
  recorder: recorderState,
  why: z.nullable(recordingTrouble),
});

/** What both sides always see. `on`: both agreed, and the call is not over. */
const recordingsView = z.object({ on: z.boolean(), client: endOfRecording, consultant: endOfRecording, now: instant });
export type RecordingsView = z.infer<typeof recordingsView>;

/** The end of a side's chain: how many segments are known, and the hash of the last. */
export const recordingHead = z.object({ count: z.int().check(z.nonnegative()), hash: sha256 });
export type RecordingHead = z.infer<typeof recordingHead>;

/** A segment as its end tells it. `from` and `to` by the server's clock, as the end knows it. */
export const segmentFacts = z.object({
  segmentId: z.uuid(),
  /** One run of a recorder: another after a reload, a red stop, a failure. */
  takeId: z.uuid(),
  from: instant,
  to: instant,
  bytes: z.int().check(z.positive(), z.maximum(SEGMENT_MAX_BYTES)),
  /** Of the file. */
  sha256,
  /** It was running when its page died: what reached the disk was saved later. */
  cut: z.boolean(),
});
export type SegmentFacts = z.infer<typeof segmentFacts>;

interface Span {
  readonly from: Date;
  readonly to: Date;
}
/** How much of the counted time these segments hold, in whole seconds; what two of them hold counts once. */
export function recordedSeconds(segments: readonly Span[], intervals: readonly (Span & { readonly counted: boolean })[]): number {
  const inOrder = segments.toSorted((one, other) => one.from.getTime() - other.from.getTime());
  let ms = 0;
  for (const { from, to, counted } of intervals) {
    let through = from.getTime();
    for (const segment of counted ? inOrder : []) {
      const until = Math.min(segment.to.getTime(), to.getTime());
      ms += Math.max(0, until - Math.max(segment.from.getTime(), through));
      through = Math.max(through, until);
    }
  }
  return Math.floor(ms / 1000);
}

/** `told`: its hash is known, its bytes have not come (yet); `kept`; `damaged`: what came, or lay in the store, is not what was hashed; `deleted`: its time was over. */
export const segmentState = z.enum(["told", "kept", "damaged", "deleted"]);
export type SegmentState = z.infer<typeof segmentState>;

/** A segment in the chain of its side. */
export const recordedSegment = z.extend(segmentFacts, { n: z.int().check(z.positive()), hash: sha256, state: segmentState });
export type RecordedSegment = z.infer<typeof recordedSegment>;

/** Segments of one side that play as one file. */
export const recordingFile = z.object({
  /** Place in the list of the side, from 0; the files' addresses have it. */
  index: z.int().check(z.nonnegative()),
  from: instant,
  to: instant,
  segments: z.int().check(z.positive()),
  picture: z.nullable(z.object({ codec: z.string(), width: z.int(), height: z.int() })),
});
export type RecordingFile = z.infer<typeof recordingFile>;

/** Somebody opened a recording. */
const recordingAccess = z.object({
  at: instant,
  by: z.enum(["client", "consultant", "arbiter"]),
  what: z.enum(["played", "downloaded"]),
  side,
});
export type RecordingAccess = z.infer<typeof recordingAccess>;

const sideOfRecording = z.object({ head: recordingHead, segments: z.array(recordedSegment), files: z.array(recordingFile) });

export const keptRecordings = z.object({
  client: sideOfRecording,
  consultant: sideOfRecording,
  accesses: z.array(recordingAccess),
  /** When the files are deleted, their hashes stay; null: there are none, or they are held for a dispute. */
  deletedAt: z.nullable(instant),
  held: z.boolean(),
});
export type KeptRecordings = z.infer<typeof keptRecordings>;

// ---- the interface --------------------------------------------------------------------------------------------------------

const ofCall = z.object({ callId });
const ofSegment = z.extend(ofCall, { segmentId: z.uuid() });
const upload = z.object({ state: segmentState, missing: z.array(z.int()) });

export const recordingsApi = endpoints({
  view: {
    method: "GET",
    path: "/api/recordings/:callId",
    access: "party",
    params: ofCall,
    reply: z.object({ recordings: recordingsView }),
  },
  /** Agrees or refuses; taking it back is refusing. `by`: a word, or the red stop. */
  consent: {
    method: "POST",
    path: "/api/recordings/:callId/consent",
    access: "party",
    params: ofCall,
    command: true,
    body: z.object({ agreed: z.boolean(), version: z.literal(RECORDING_CONSENT_VERSION), by: z.enum(["word", "red-stop"]) }),
    reply: z.object({ recordings: recordingsView }),
  },
  /** What the caller's recorder does now; also to be told while nothing changes, or it is taken for silent. */
  tell: {
    method: "POST",
    path: "/api/recordings/:callId/takes/:takeId",
    access: "party",
    params: z.extend(ofCall, { takeId: z.uuid() }),
    limit: { max: 300, perSeconds: 60, of: "caller" },
    body: z.object({ recorder: recorderState, why: z.nullable(recordingTrouble) }),
    reply: z.object({ recordings: recordingsView }),
  },
  /** The end of the caller's own chain: the next segment follows it. */
  head: { method: "GET", path: "/api/recordings/:callId/head", access: "party", params: ofCall, reply: z.object({ head: recordingHead }) },
  /** Adds a segment to the caller's own chain. The same segment again is answered the same; refuses (`recording-out-of-order`) what does not follow the head. */
  add: {
    method: "POST",
    path: "/api/recordings/:callId/segments",
    access: "party",
    params: ofCall,
    limit: { max: 300, perSeconds: 60, of: "caller" },
    body: z.object({ segment: segmentFacts, n: z.int().check(z.positive()), hash: sha256 }),
    reply: z.object({ segment: recordedSegment }),
  },
  /** Which parts of a segment of the caller's own have not come. */
  missing: { method: "GET", path: "/api/recordings/:callId/segments/:segmentId", access: "party", params: ofSegment, reply: upload },
  /** One part, counted from 0; again changes nothing. With the last missing one the segment is checked against its hash. */
  part: {
    method: "PUT",
    path: "/api/recordings/:callId/segments/:segmentId/parts/:part",
    access: "party",
    params: z.extend(ofSegment, { part: z.coerce.number().check(z.int(), z.nonnegative()) }),
    limit: { max: 1200, perSeconds: 60, of: "caller" },
    body: z.instanceof(Uint8Array),
    bodyMaxBytes: PART_BYTES,
    reply: upload,
  },
  /** For the parties, and an arbiter while the call is in dispute. */
  kept: {
    method: "GET",
    path: "/api/recordings/:callId/kept",
    access: "anyone",
    params: ofCall,
    reply: z.object({ kept: keptRecordings }),
  },
  /** A WebM file that seeks, by ranges. */
  file: {
    method: "GET",
    path: "/api/recordings/:callId/files/:side/:index",
    access: "anyone",
    params: z.extend(ofCall, { side, index: z.coerce.number().check(z.int(), z.nonnegative()) }),
    query: z.object({ as: whenAbsent(z.enum(["play", "download"]), "play") }),
    reply: z.instanceof(ReadableStream),
  },
  /** Every kept segment of a side as it was hashed, in one tar archive; checked by `/verify`. */
  originals: {
    method: "GET",
    path: "/api/recordings/:callId/originals/:side",
    access: "anyone",
    limit: { max: 20, perSeconds: 60 },
    params: z.extend(ofCall, { side }),
    reply: z.instanceof(ReadableStream),
  },
});
