/**
 * The journal: what happened in a call, as evidence, and the protocol printed from it.
 * Events are only ever added, in order, each bound to the one before by its hash; anybody can check that offline.
 * Other domains write by `append` in the transaction of what they tell, or by `appendSoon` when there is none.
 * The protocol is one and the same for both sides: who, when, which minutes counted and why the others did not, money, comments, events.
 * It never decides anything: not whether a call is open (calls), not what is paid (metering).
 */
import type { CallView, Meter } from "@minuta/contracts/calls";
import type { CallId, Side } from "@minuta/contracts/ids";
import type { JournalEvent, ProtocolInterval } from "@minuta/contracts/journal";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import type { Log } from "#platform/log";
import { append, createAppendSoon, type NewEvent } from "./append.ts";
import { subscribersOf } from "./events.ts";
import { makeProtocol } from "./protocol.ts";
import * as store from "./store.ts";

export interface JournalDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
  readonly calls: {
    view(callId: CallId, side: Side): Promise<CallView>;
    numberOf(callId: CallId): Promise<bigint | null>;
  };
  readonly metering: {
    /** As the payer sees them. */
    meters(reader: Reader, callIds: readonly CallId[]): Promise<ReadonlyMap<CallId, Meter>>;
    intervals(callId: CallId): Promise<ProtocolInterval[]>;
  };
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
    /** Refuses when there is no such call. `side`: who asks; only what the call's own view says differs by it. */
    protocol: (callId: CallId, side: Side) => makeProtocol(deps, callId, side),
    subscribers: subscribersOf(db),
  };
}

export { journalRoutes } from "./routes.ts";
