/**
 * Recordings: what each end recorded of a call, as evidence. Nothing is recorded unless both sides agreed, and nothing is taken of time
 * to which both did not agree. An end records segments onto its own disk, tells their hashes at once (a chain for each side), and
 * uploads their bytes in parts when it can; the server seals what comes with a key of the side's own and checks it against the hash.
 * Only the parties open them, an arbiter within a dispute, and everybody's opening is seen by both. Old ones are deleted, hashes stay.
 * What plays is made of the segments without touching them; they are handed out as they were hashed, too. Time and money are not decided here: no recording, no gap stops the meter.
 */
import type { CallView } from "@minuta/contracts/calls";
import type { CallId, PersonId, Side } from "@minuta/contracts/ids";
import type { JournalEvent } from "@minuta/contracts/journal";
import { noSegments } from "@minuta/contracts/recording-chain";
import type { RecordedSegment, RecordingHead } from "@minuta/contracts/recordings";
import type { Bus } from "#platform/bus";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import type { JobHandlers } from "#platform/jobs";
import type { Keys } from "#platform/key-file";
import type { Log } from "#platform/log";
import type { Objects } from "#platform/objects";
import { addSegment, asSegment, type NewSegment } from "./add-segment.ts";
import { decide, type Answer } from "./decide.ts";
import { keepShort } from "./keep.ts";
import { NOTE_MISSING, noteMissing } from "./note-missing.ts";
import { listKept, openFile, type Opening, type Opener } from "./open.ts";
import { openOriginals } from "./originals.ts";
import { missingOf, receivePart, type OwnSegment } from "./receive-part.ts";
import type { Span } from "./rules.ts";
import * as store from "./store.ts";
import { FIND_UNRECORDED, findUnrecorded, tell, viewOf, watchSilent, type Word } from "./tell.ts";
import { createVault } from "./vault.ts";

export interface RecordingsDeps {
  readonly db: Db;
  readonly bus: Pick<Bus, "publish">;
  readonly clock: Pick<Clock, "every">;
  readonly log: Log;
  readonly objects: Objects;
  readonly keys: Keys;
  /** How long recordings are kept, counted from the last word of them. */
  readonly keptDays: number;
  readonly calls: {
    view(callId: CallId, side: Side): Promise<CallView>;
    partyOf(callId: CallId, identity: Pick<Opener, "personId" | "guestId">): Promise<{ side: Side } | null>;
  };
  /** Time that counted in the call: a recording that lacks some of it has a gap. */
  counted(callId: CallId): Promise<readonly Span[]>;
  /** Whether this person is the arbiter of an open dispute about the call. */
  isArbiter(callId: CallId, personId: PersonId): Promise<boolean>;
  /** Writes into the call's journal, in the transaction of what is written down. */
  record(tx: Tx, callId: CallId, event: Pick<JournalEvent, "actor" | "kind" | "facts">): Promise<void>;
}

/** A side of a call, as its caller was found to be. */
export interface End {
  readonly callId: CallId;
  readonly side: Side;
}

export type Recordings = ReturnType<typeof createRecordings>;

const WATCH_EVERY_MS = 5_000;
const DELETE_EVERY_MS = 3_600_000;

export function createRecordings(deps: RecordingsDeps) {
  const { db, clock, log } = deps;
  const inside = { ...deps, vault: createVault(deps), remuxing: new Map<string, Promise<void>>() };
  const watch = () => watchSilent(deps);
  const deleteOld = () => keepShort(inside);
  const tried = (what: string, work: () => Promise<unknown>) => async (): Promise<void> =>
    void (await work().catch((error: unknown) => log.warn({ err: error }, `recordings.${what}_failed`)));
  return {
    /** Refuses when there is no such call. */
    view: (end: End) => viewOf(deps, db, end),
    decide: (tx: Tx, end: End, answer: Answer) => decide(deps, tx, { end, answer }),
    tell: (end: End, word: Word) => tell(deps, end, word),
    head: async ({ callId, side }: End): Promise<RecordingHead> =>
      (await db.rows(store.listHeads, [callId])).find((one) => one.side === side) ?? noSegments,
    addSegment: (end: End, added: NewSegment) => addSegment(deps, end, added),
    missing: (of: OwnSegment) => missingOf(inside, of),
    receivePart: (of: OwnSegment, sent: { part: number; bytes: Uint8Array }) => receivePart(inside, of, sent),
    kept: (callId: CallId, opener: Opener) => listKept(inside, callId, opener),
    openFile: (opening: Opening) => openFile(inside, opening),
    openOriginals: (opening: Omit<Opening, "index" | "as">) => openOriginals(inside, opening),

    /** The ends of both sides' chains, for whoever signs them. */
    async heads(reader: Reader, callId: CallId): Promise<Readonly<Record<Side, RecordingHead>>> {
      const found = await reader.rows(store.listHeads, [callId]);
      const of = (side: Side): RecordingHead => {
        const { count, hash } = found.find((one) => one.side === side) ?? noSegments;
        return { count, hash };
      };
      return { client: of("client"), consultant: of("consultant") };
    },
    /** Every segment known of either side, with the hash of its file; those whose files were deleted too. */
    async segments(reader: Reader, callId: CallId): Promise<(RecordedSegment & { readonly side: Side })[]> {
      return (await reader.rows(store.listSegments, [callId])).map((row) => ({ ...asSegment(row), side: row.side }));
    },
    /** Keeps the call's recordings however old they are, for this reason, until it is released. Twice is once. */
    hold: async (tx: Tx, callId: CallId, reason: string): Promise<void> => void (await tx.run(store.addHold, [callId, reason])),
    release: async (tx: Tx, callId: CallId, reason: string): Promise<void> => void (await tx.run(store.releaseHold, [callId, reason])),

    /** By task name. */
    jobs: {
      [FIND_UNRECORDED]: (payload) => findUnrecorded(deps, payload),
      [NOTE_MISSING]: (payload) => noteMissing(deps, payload),
    } satisfies JobHandlers,
    watch,
    deleteOld,
    /** Finds silent recorders and deletes old recordings from now on; answers what stops it. */
    start(): () => void {
      const stops = [clock.every(WATCH_EVERY_MS, tried("watching", watch)), clock.every(DELETE_EVERY_MS, tried("deleting", deleteOld))];
      return () => stops.forEach((stop) => stop());
    },
  };
}

export { recordingsRoutes } from "./routes.ts";
