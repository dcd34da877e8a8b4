/**
 * Live messages between the copies of the server: at most once, no memory; whoever missed one reads the tables again.
 * LISTEN/NOTIFY on connections of its own, batched, so that no transaction that moves money carries a NOTIFY.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { DbOptions } from "./db.ts";
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

const CHANNEL = "minuta_bus";
const BATCH_EVERY_MS = 20;
/** PostgreSQL refuses payloads of 8000 bytes and more. */
const PAYLOAD_MAX_BYTES = 7_500;
const RECONNECT_AFTER_MS = 500;

const batch = z.object({ from: z.string(), messages: z.array(z.tuple([z.string(), z.json()])) });

/** Makes clients of the bus's own, apart from the pool. */
export const connectTo = (connection: DbOptions["connection"]) => (): pg.Client =>
  new pg.Client(
    typeof connection === "string"
      ? { connectionString: connection, application_name: "minuta-bus" }
      : { ...connection, application_name: "minuta-bus" },
  );

export interface BusOptions {
  readonly connect: () => pg.Client;
  readonly clock: Clock;
  readonly log: Log;
}

export async function openBus({ connect, clock, log }: BusOptions): Promise<Bus> {
  const self = randomUUID();
  const subscribers = new Map<string, Set<Heard>>();
  let waiting: [string, Json][] = [];
  let closed = false;
  let listener: pg.Client | null = null;

  const tell = (topic: string, message: Json): void => {
    for (const heard of subscribers.get(topic) ?? []) heard(message);
  };
  const listen = async (): Promise<void> => {
    const client = connect();
    client.on("notification", ({ payload }) => {
      const told = batch.safeParse(JSON.parse(payload ?? "null"));
      if (told.success && told.data.from !== self) for (const [topic, message] of told.data.messages) tell(topic, message);
    });
    client.on("error", (error) => log.warn({ err: error }, "bus.connection_lost"));
    client.on("end", () => {
      listener = null;
      if (!closed)
        clock.after(RECONNECT_AFTER_MS, () => void listen().catch((error: Error) => log.warn({ err: error }, "bus.connect_failed")));
    });
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    listener = client;
  };
  const flush = async (): Promise<void> => {
    if (waiting.length === 0 || listener === null) return;
    const sending = waiting;
    waiting = [];
    for (const payload of payloadsOf(self, sending)) await listener.query("select pg_notify($1, $2)", [CHANNEL, payload]);
  };
  await listen();
  const stop = clock.every(BATCH_EVERY_MS, () => flush().catch((error: Error) => log.warn({ err: error }, "bus.send_failed")));
  return {
    publish(topic, message) {
      tell(topic, message);
      waiting.push([topic, message]);
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
      closed = true;
      stop();
      await flush().catch(() => {});
      await listener?.end();
    },
  };
}

/** Splits messages into payloads that PostgreSQL takes. */
function payloadsOf(from: string, messages: readonly [string, Json][]): string[] {
  const whole = JSON.stringify({ from, messages });
  if (Buffer.byteLength(whole) <= PAYLOAD_MAX_BYTES || messages.length === 1) return [whole];
  const middle = Math.ceil(messages.length / 2);
  return [...payloadsOf(from, messages.slice(0, middle)), ...payloadsOf(from, messages.slice(middle))];
}
