/**
 * Live messages between the copies of the server: at most once, no memory; whoever missed one reads the tables again. What carries them from
 * copy to copy is PostgreSQL (bus-postgres.ts) or, when configured, NATS (bus-nats.ts).
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Heard = (message: Json) => void;

export interface Bus {
  /** Tells every subscriber of the topic, here at once and at the other copies a moment later. Small messages: ids, not contents. */
  publish(topic: string, message: Json): void;
  /** Returns the unsubscriber. */
  subscribe(topic: string, heard: Heard): () => void;
  close(): Promise<void>;
}

/** Between the copies; a copy may hear itself. */
export interface Carrier {
  /** Larger payloads are not taken. */
  readonly payloadMaxBytes: number;
  /** Without a connection nothing is sent: it waits for a better moment. */
  readonly connected: boolean;
  send(payload: string): Promise<void>;
  close(): Promise<void>;
}

/** Refuses (throws) when there is no connection to begin with; later it comes back by itself. */
export type OpenCarrier = (hear: (payload: string) => void, parts: { readonly clock: Clock; readonly log: Log }) => Promise<Carrier>;

const BATCH_EVERY_MS = 20;
/** What waits for a connection: the oldest are dropped, for whoever missed one reads the tables again. */
const WAITING_MAX = 10_000;

const batch = z.object({ from: z.string(), messages: z.array(z.tuple([z.string(), z.json()])) });

export interface BusOptions {
  readonly carrier: OpenCarrier;
  readonly clock: Clock;
  readonly log: Log;
}

export async function openBus({ carrier: open, clock, log }: BusOptions): Promise<Bus> {
  const self = randomUUID();
  const subscribers = new Map<string, Set<Heard>>();
  let waiting: [string, Json][] = [];

  const tell = (topic: string, message: Json): void => {
    for (const heard of subscribers.get(topic) ?? []) heard(message);
  };
  const hear = (payload: string): void => {
    const told = batch.safeParse(jsonOf(payload));
    if (told.success && told.data.from !== self) for (const [topic, message] of told.data.messages) tell(topic, message);
  };
  const carrier = await open(hear, { clock, log });
  const flush = async (): Promise<void> => {
    if (waiting.length === 0 || !carrier.connected) return;
    const sending = waiting;
    waiting = [];
    for (const payload of payloadsOf(sending)) await carrier.send(payload);
  };
  /** Splits messages into payloads that the carrier takes. */
  const payloadsOf = (messages: readonly [string, Json][]): string[] => {
    const whole = JSON.stringify({ from: self, messages });
    if (Buffer.byteLength(whole) <= carrier.payloadMaxBytes || messages.length === 1) return [whole];
    const middle = Math.ceil(messages.length / 2);
    return [...payloadsOf(messages.slice(0, middle)), ...payloadsOf(messages.slice(middle))];
  };
  const stop = clock.every(BATCH_EVERY_MS, () => flush().catch((error: Error) => log.warn({ err: error }, "bus.send_failed")));
  return {
    publish(topic, message) {
      tell(topic, message);
      waiting.push([topic, message]);
      if (waiting.length > WAITING_MAX) waiting.splice(0, waiting.length - WAITING_MAX);
    },
    subscribe(topic, heard) {
      const set = subscribers.get(topic) ?? new Set();
      subscribers.set(topic, set.add(heard));
      return () => {
        set.delete(heard);
        if (set.size === 0) subscribers.delete(topic);
      };
    },
    async close() {
      stop();
      await flush().catch(() => {});
      await carrier.close();
    },
  };
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}
