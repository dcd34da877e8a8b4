/** Writing into a journal: in somebody's transaction, or soon, in the order of asking. */
import type { CallId } from "@minuta/contracts/ids";
import { canonicalJson, hashOfEvent } from "@minuta/contracts/journal-chain";
import type { JournalEvent } from "@minuta/contracts/journal";
import { z } from "zod";
import type { Clock } from "#platform/clock";
import type { Db, Tx } from "#platform/db";
import type { Log } from "#platform/log";
import { EVENTS_MAX, FACTS_MAX_LENGTH, WAITING_MAX } from "./rules.ts";
import * as store from "./store.ts";

export interface NewEvent extends Pick<JournalEvent, "actor" | "kind" | "facts"> {
  /** The id of the news this is written from: a second time writes nothing. */
  readonly source?: string;
}

/**
 * Writes `event` after the last one of the call, in the transaction of what it tells of; holds the call's journal until that ends, so
 * whoever writes into several calls takes them in one order. Throws on facts that are too long. A journal is never too full for what is
 * written in the transaction of its reason: a flood of other events must not keep a call from its end, or money from its outcome.
 */
export const append = (tx: Tx, callId: CallId, event: NewEvent): Promise<void> =>
  write(tx, callId, { event, eventsMax: Number.POSITIVE_INFINITY });

async function write(tx: Tx, callId: CallId, { event, eventsMax }: { event: NewEvent; eventsMax: number }): Promise<void> {
  const facts = storable(event.facts);
  const head = await tx.one(store.holdHead, [callId]);
  if (event.source !== undefined && (await tx.maybe(store.findBySource, [callId, event.source])) !== null) return;
  const n = head.n + 1;
  if (n > eventsMax) throw new RangeError(`the journal of call ${callId} is full`);
  const { actor, kind } = event;
  const hash = hashOfEvent(callId, head.hash, { n, at: head.at, actor, kind, facts });
  await tx.run(store.addEvent, [callId, n, head.at, actor, kind, facts, hash, event.source ?? null]);
  await tx.run(store.moveHead, [callId, n, hash]);
}

const jsonObject = z.record(z.string(), z.unknown());

/** As the database gives it back: JSON, without halves of characters and without the character 0, which it does not keep. */
function storable(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const told: unknown = JSON.parse(JSON.stringify(facts), (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\u0000", "") : value,
  );
  if (canonicalJson(told).length > FACTS_MAX_LENGTH) throw new RangeError(`facts of one event are at most ${FACTS_MAX_LENGTH} characters`);
  return jsonObject.parse(told);
}

export interface SoonDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
}

const ATTEMPTS_MAX = 5;
const RETRY_AFTER_MS = 400;

interface Waiting {
  readonly event: NewEvent;
  readonly written: () => void;
}

/**
 * For what happens outside transactions (a screen is shared, a microphone goes off): answers when it is written, never rejects. Events
 * of one call are written in the order of asking, those that wait together in one transaction. What a crash takes is the last moment.
 */
export function createAppendSoon({ db, clock, log }: SoonDeps): {
  appendSoon(callId: CallId, event: NewEvent): Promise<void>;
  flush(): Promise<void>;
} {
  const queues = new Map<CallId, Waiting[]>();
  const running = new Set<Promise<void>>();
  const pause = (ms: number): Promise<void> => new Promise((over) => void clock.after(ms, over));

  const writeAll = async (callId: CallId, batch: readonly Waiting[]): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await db.tx(async (tx) => {
          for (const { event } of batch) await write(tx, callId, { event, eventsMax: EVENTS_MAX });
        });
        return;
      } catch (error) {
        if (error instanceof RangeError || attempt >= ATTEMPTS_MAX) {
          log.error({ err: error, callId, kinds: batch.map(({ event }) => event.kind) }, "journal.append_failed");
          return;
        }
        await pause(RETRY_AFTER_MS * attempt);
      }
    }
  };
  const drain = async (callId: CallId, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      await writeAll(callId, batch);
      for (const { written } of batch) written();
    }
    queues.delete(callId);
  };
  return {
    appendSoon(callId, event) {
      return new Promise((written) => {
        const queue = queues.get(callId);
        if (queue === undefined) {
          const fresh = [{ event, written }];
          queues.set(callId, fresh);
          const work = drain(callId, fresh).finally(() => running.delete(work));
          running.add(work);
        } else if (queue.length < WAITING_MAX) queue.push({ event, written });
        else {
          log.error({ callId, kind: event.kind }, "journal.append_dropped");
          written();
        }
      });
    },
    flush: async () => void (await Promise.all(running)),
  };
}
