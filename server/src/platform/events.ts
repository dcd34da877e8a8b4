/**
 * Upward news: a domain tells what happened in the transaction in which it happened; the domains above hear it at least once,
 * in order within one queue. Events never decide money.
 */
import { z } from "zod";
import type { Clock } from "./clock.ts";
import { command, query, type Db, type Tx } from "./db.ts";
import type { JsonObject } from "./jobs.ts";
import type { Log } from "./log.ts";

export interface NewEvent {
  /** `domain.past_tense`. */
  readonly topic: string;
  readonly body: JsonObject;
  /** Events of one queue are heard in order: the id of the call, most often. Whoever tells holds a lock that orders the telling. */
  readonly queue: string;
}

const event = z.object({ id: z.uuid(), topic: z.string(), queue: z.string(), body: z.record(z.string(), z.unknown()), told_at: z.date() });
/** As heard. The same `id` may come again: subscribers are idempotent by it. */
export interface Event {
  readonly id: string;
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly toldAt: Date;
}
export type Subscribers = Readonly<Record<string, readonly ((heard: Event) => Promise<void>)[]>>;

const BATCH = 200;
const LOOK_EVERY_MS = 100;
/** While the subscribers of a batch work, the transaction that took it is idle; a copy that froze then gives the rest up after this. */
const HEARING_MAX_MS = 60_000;

const tellAll = command({
  name: "platform.tell_events",
  text: `insert into platform.event (topic, queue, body) select * from unnest($1::text[], $2::text[], $3::jsonb[])`,
});
const tryToHear = query({
  name: "platform.try_to_hear",
  row: z.object({ mine: z.boolean() }),
  text: `select pg_try_advisory_xact_lock(hashtextextended('platform.event', 0)) as mine, set_config('idle_in_transaction_session_timeout', '${HEARING_MAX_MS}', true)`,
});
/** What waits for another try keeps the later ones of its queue waiting too. */
const nextEvents = query({
  name: "platform.next_events",
  row: event.extend({ n: z.bigint() }),
  text: `select e.n, e.id, e.topic, e.queue, e.body, e.told_at from platform.event e
    where not exists (select 1 from platform.event earlier where earlier.queue = e.queue and earlier.n <= e.n and earlier.retry_at > clock_timestamp())
    order by e.n limit ${BATCH}`,
});
const forget = command({ name: "platform.forget_events", text: "delete from platform.event where n = any($1)" });
const retryLater = command({
  name: "platform.retry_event",
  text: "update platform.event set attempts = attempts + 1, retry_at = clock_timestamp() + least(interval '5 minutes', interval '1 second' * (attempts + 1) ^ 2) where n = $1",
});

/** Tells `events` if and only if the transaction commits. */
export async function emit(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.run(tellAll, [
    events.map(({ topic }) => topic),
    events.map(({ queue }) => queue),
    events.map(({ body }) => JSON.stringify(body)),
  ]);
}

export interface EventOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly subscribers: Subscribers;
}

/** Hands what was told to the subscribers, one copy of the server at a time; answers what stops it. */
export function startEvents(options: EventOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const stop = options.clock.every(LOOK_EVERY_MS, () => {
    running = hearAll(options).catch((error: unknown) => options.log.error({ err: error }, "events.hearing_failed"));
    return running;
  });
  return async () => {
    stop();
    await running;
  };
}

async function hearAll({ db, log, subscribers }: EventOptions): Promise<void> {
  for (let heard = BATCH; heard === BATCH;) {
    heard = await db.tx(async (tx) => {
      if (!(await tx.one(tryToHear)).mine) return 0;
      const batch = await tx.rows(nextEvents);
      const queues = Map.groupBy(batch, ({ queue }) => queue);
      const outcomes = await Promise.all([...queues.values()].map((queue) => hearQueue(queue, subscribers, log)));
      await tx.run(forget, [outcomes.flatMap(({ done }) => done)]);
      for (const { failed } of outcomes) if (failed !== null) await tx.run(retryLater, [failed]);
      return outcomes.some(({ failed }) => failed !== null) ? 0 : batch.length;
    });
  }
}

type Waiting = z.output<(typeof nextEvents)["row"]>;

async function hearQueue(
  queue: readonly Waiting[],
  subscribers: Subscribers,
  log: Log,
): Promise<{ done: bigint[]; failed: bigint | null }> {
  const done: bigint[] = [];
  for (const { n, id, topic, body, told_at } of queue) {
    try {
      for (const hear of subscribers[topic] ?? []) await hear({ id, topic, body, toldAt: told_at });
      done.push(n);
    } catch (error) {
      log.error({ err: error, topic, id }, "events.subscriber_failed");
      return { done, failed: n };
    }
  }
  return { done, failed: null };
}
