/**
 * The journal: what happened in a call, as evidence, and the protocol printed from it.
 * Events are only ever added, in order, each bound to the one before by its hash; anybody can check that offline.
 * Other domains write by `append` in the transaction of what they tell, or by `appendSoon` when there is none.
 * The protocol is one and the same for both sides: who, when, which minutes counted and why the others did not, money, comments, events.
 * Every proven minute is stated and signed by the server and countersigned by both ends (statements/); metering is told how far they did.
 * It never decides anything: not whether a call is open (calls), not what is paid (metering).
 */
import type { CallView, Meter } from "@minuta/contracts/calls";
import type { CallId, PersonId, Side } from "@minuta/contracts/ids";
import type { JournalEvent, ProtocolInterval } from "@minuta/contracts/journal";
import type { Kopecks } from "@minuta/contracts/money";
import { fingerprintOf } from "@minuta/contracts/signing";
import type { RecordingHead, SegmentFacts } from "@minuta/contracts/recordings";
import type { Countersignature } from "@minuta/contracts/statement";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import type { Log } from "#platform/log";
import type { Signing } from "#platform/signing";
import { append, createAppendSoon, type NewEvent } from "./append.ts";
import { subscribersOf } from "./events.ts";
import type { Proof } from "./print-proof.ts";
import { makeProtocol, makeProtocolFile, readWitnessed } from "./protocol.ts";
import { state, stateClosing } from "./statements/state.ts";
import { listKeys } from "./statements/store.ts";
import { countersign, showKey, watch, type ShownKey } from "./statements/witness.ts";
import * as store from "./store.ts";

export interface JournalDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
  readonly calls: {
    view(callId: CallId, side: Side): Promise<CallView>;
    numberOf(callId: CallId): Promise<bigint | null>;
    /** Null: no such call, or it never opened. */
    isOver(callId: CallId): Promise<boolean | null>;
  };
  readonly people: {
    /** Whether the key is the person's own from now on. */
    enrolDevice(tx: Tx, one: { personId: PersonId; publicKey: string }, caller: ShownKey["caller"]): Promise<boolean>;
  };
  readonly recordings: {
    /** The ends of both sides' chains of recorded segments, as far as they were told. */
    heads(reader: Reader, callId: CallId): Promise<Readonly<Record<Side, RecordingHead>>>;
    /** Every segment told so far, those whose files are deleted too; each side's in its order. */
    segments(reader: Reader, callId: CallId): Promise<readonly (SegmentFacts & { readonly side: Side })[]>;
  };
  readonly signing: Signing;
  /** The product's address as people see it, without a slash at the end. */
  readonly publicUrl: string;
  readonly metering: {
    /** As the payer sees them. */
    meters(reader: Reader, callIds: readonly CallId[]): Promise<ReadonlyMap<CallId, Meter>>;
    intervals(callId: CallId): Promise<ProtocolInterval[]>;
    measured(reader: Reader, callIds: readonly CallId[]): Promise<ReadonlyMap<CallId, Measured>>;
    countersigned(tx: Tx, callId: CallId, seconds: number): Promise<boolean>;
    pauseUnsigned(tx: Tx, callId: CallId): Promise<boolean>;
  };
}

interface Measured {
  readonly provenSeconds: number;
  readonly charged: Kopecks;
  /** The call is paused until its ends sign. */
  readonly waitsForSignatures: boolean;
}

export type Journal = ReturnType<typeof createJournal>;

/** A line of chat as it was written down. */
export interface WrittenChat {
  readonly id: string;
  readonly from: Side;
  readonly text: string;
  readonly at: Date;
}

export function createJournal(deps: JournalDeps) {
  const { db } = deps;
  const soon = createAppendSoon(deps);
  return {
    append: (tx: Tx, callId: CallId, event: NewEvent) => append(tx, callId, event),
    appendSoon: soon.appendSoon,
    /** Everything asked for so far is written (or given up, with a line in the log). */
    flush: soon.flush,
    events: (callId: CallId): Promise<JournalEvent[]> => db.rows(store.listEvents, [callId]),
    async chat(callId: CallId): Promise<WrittenChat[]> {
      return (await db.rows(store.listChat, [callId])).map(({ at, actor, facts }) => ({ ...facts, from: actor, at }));
    },
    /** Statements of the proven minutes, signed by the server and by both ends. */
    witness: {
      /** Asks for signatures from now on; answers how far each side signed. */
      watch: (callId: CallId) => watch(deps, callId),
      showKey: (callId: CallId, shown: ShownKey) => showKey(deps, callId, shown),
      state: (callId: CallId, afterN: number) => state(deps, callId, afterN),
      /** All of them, the closing one of a call that is over included. */
      statements: (callId: CallId) => stateClosing(deps, callId),
      /** Fingerprints of the keys the client signed with, in the order in which they came. */
      async clientKeys(reader: Reader, callId: CallId): Promise<string[]> {
        const keys = (await reader.rows(listKeys, [callId])).filter(({ side }) => side === "client");
        return [...new Set(keys.map(({ publicKey }) => fingerprintOf(publicKey)))];
      },
      serverKeys: deps.signing.publicKeys,
      countersign: (callId: CallId, of: { n: number; by: Countersignature }) => countersign(deps, callId, of),
      /** Pauses a call whose ends do not sign; answers whether it did. */
      pauseUnsigned: (callId: CallId) => db.tx((tx) => deps.metering.pauseUnsigned(tx, callId)),
    },
    /** Refuses when there is no such call. `side`: who asks; only what the call's own view says differs by it. */
    protocol: (callId: CallId, side: Side) => makeProtocol(deps, callId, side),
    /** Refuses as `protocol`. */
    protocolFile: (callId: CallId) => makeProtocolFile(deps, callId),
    /** What is stated and signed of the call, for print. */
    async proof(callId: CallId): Promise<Proof> {
      await stateClosing(deps, callId);
      return { ...(await readWitnessed(deps, callId)), serverKey: deps.signing.publicKey, publicUrl: deps.publicUrl };
    },
    subscribers: subscribersOf(db),
  };
}

export { journalRoutes } from "./routes.ts";
