/**
 * Upward news: a domain tells what happened in the transaction in which it happened; the domains above hear it at least once,
 * in order within one queue. Events never decide money.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Tx } from "./db.ts";
import { addJobs, type JobHandlers, type JsonObject } from "./jobs.ts";

export interface NewEvent {
  /** `domain.past_tense`. */
  readonly topic: string;
  readonly body: JsonObject;
  /** Events of one queue are heard in order: the id of the call, most often. */
  readonly queue: string;
}

const event = z.object({ id: z.uuid(), topic: z.string(), body: z.record(z.string(), z.unknown()) });
/** As heard. The same `id` may come again: subscribers are idempotent by it. */
export type Event = z.infer<typeof event>;
export type Subscribers = Readonly<Record<string, readonly ((heard: Event) => Promise<void>)[]>>;

const TASK = "platform.hear_event";

export async function emit(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  await addJobs(tx, events.map(({ topic, body, queue }) => ({ task: TASK, queue, payload: { id: randomUUID(), topic, body } })));
}

/** The job handler that hands events to their subscribers. */
export function eventHandler(subscribers: Subscribers): JobHandlers {
  return {
    async [TASK](payload) {
      const heard = event.parse(payload);
      for (const subscriber of subscribers[heard.topic] ?? []) await subscriber(heard);
    },
  };
}
