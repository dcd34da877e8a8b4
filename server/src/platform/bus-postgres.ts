/**
 * The bus by LISTEN/NOTIFY, on a connection of its own and in batches, so that no transaction that moves money carries a NOTIFY (2.7 times
 * the cost of the transaction).
 */
import pg from "pg";
import type { OpenCarrier } from "./bus.ts";
import type { DbOptions } from "./db.ts";

const CHANNEL = "minuta_bus";
/** PostgreSQL refuses payloads of 8000 bytes and more. */
const PAYLOAD_MAX_BYTES = 7_500;
const RECONNECT_AFTER_MS = 500;

export const byPostgres =
  (connection: DbOptions["connection"]): OpenCarrier =>
  async (hear, { clock, log }) => {
    const of = typeof connection === "string" ? { connectionString: connection } : connection;
    let closed = false;
    let listener: pg.Client | null = null;
    const listen = async (): Promise<void> => {
      const client = new pg.Client({ ...of, application_name: "minuta-bus" });
      client.on("notification", ({ payload }) => hear(payload ?? ""));
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
    await listen();
    return {
      payloadMaxBytes: PAYLOAD_MAX_BYTES,
      get connected() {
        return listener !== null;
      },
      async send(payload) {
        await listener?.query("select pg_notify($1, $2)", [CHANNEL, payload]);
      },
      async close() {
        closed = true;
        await listener?.end();
      },
    };
  };
