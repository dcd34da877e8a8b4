/** The bus by NATS core: one subject for all, at most once, which is all that a bus promises. */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { OpenCarrier } from "./bus.ts";
import type { Log } from "./log.ts";

const SUBJECT = "minuta.bus";
/** What a NATS server takes unless it is told otherwise is 1 MiB. */
const PAYLOAD_MAX_BYTES = 500_000;
const RECONNECT_AFTER_MS = 500;
const CONNECT_WITHIN_MS = 5000;

/** Refuses when nobody takes us at the start. `url`: nats://user:password@host:4222, or tls://…; with commas between the servers of a cluster, the first one's user for all. */
export const byNats =
  (url: string): OpenCarrier =>
  async (hear, { log }) => {
    const servers = url.split(",").map((one) => new URL(one.trim()));
    const { username = "", password = "", protocol } = servers[0] ?? {};
    const hosts = servers.map(({ host }) => host);
    const connection = await connect({
      servers: hosts,
      name: "minuta-bus",
      timeout: CONNECT_WITHIN_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_AFTER_MS,
      ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
      ...(protocol === "tls:" ? { tls: {} } : {}),
    }).catch((error: Error) => {
      throw new Error(`NATS at ${hosts.join(", ")} (NATS_URL) does not take us: ${error.message}`, { cause: error });
    });
    const state = { connected: true };
    void watch(connection, state, log);
    connection.subscribe(SUBJECT, { callback: (error, message) => (error === null ? hear(message.string()) : undefined) });
    await connection.flush();
    return {
      payloadMaxBytes: PAYLOAD_MAX_BYTES,
      get connected() {
        return state.connected;
      },
      async send(payload) {
        connection.publish(SUBJECT, payload);
      },
      // What waits for a server that is away is not waited for.
      close: () => (state.connected ? connection.drain() : connection.close()),
    };
  };

async function watch(connection: NatsConnection, state: { connected: boolean }, log: Log): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === "disconnect") log.warn("bus.connection_lost");
    if (type === "disconnect") state.connected = false;
    if (type === "reconnect") state.connected = true;
  }
}
