/** Both carriers of the bus, each real: two copies of the server hear each other, also after what is between them was cut. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { testDatabase, type TestDatabase } from "../testing.ts";
import { byNats } from "./bus-nats.ts";
import { byPostgres } from "./bus-postgres.ts";
import { openBus, type Bus, type OpenCarrier } from "./bus.ts";
import { systemClock } from "./clock.ts";
import { createLog } from "./log.ts";

const log = createLog("silent");
const user = "minuta";
const password = "p:a/s@s";
let database: TestDatabase;
let nats: { port: number; process: ChildProcess };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function startNats(port: number): Promise<ChildProcess> {
  const child = spawn("nats-server", ["--addr", "127.0.0.1", "--port", String(port), "--user", user, "--pass", password], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await new Promise<void>((resolve) => child.stderr.on("data", (words: Buffer) => words.includes("Server is ready") && resolve()));
  return child;
}

async function stopNats(): Promise<void> {
  const over = once(nats.process, "exit");
  nats.process.kill("SIGKILL");
  await over;
}

beforeAll(async () => {
  const port = await freePort();
  nats = { port, process: await startNats(port) };
  database = await testDatabase();
});
afterAll(() => Promise.all([database.close(), stopNats()]));

const carriers: { by: string; carrier: () => OpenCarrier; cut: () => Promise<unknown> }[] = [
  {
    by: "PostgreSQL",
    carrier: () => byPostgres(database.connection),
    cut: () =>
      database.db.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'minuta-bus' and datname = current_database()",
      ),
  },
  {
    by: "NATS",
    carrier: () => byNats(`nats://${user}:${encodeURIComponent(password)}@127.0.0.1:${nats.port}`),
    async cut() {
      await stopNats();
      nats = { ...nats, process: await startNats(nats.port) };
    },
  },
];

describe.each(carriers)("carried by $by", ({ carrier, cut }) => {
  const open: Bus[] = [];
  const openOne = async (): Promise<Bus> => {
    const bus = await openBus({ carrier: carrier(), clock: systemClock, log });
    open.push(bus);
    return bus;
  };
  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));

  test("a message reaches the other copy of the server and the own subscribers, also after the connection was cut", async () => {
    const [one, two] = [await openOne(), await openOne()];
    const heardByOne = vi.fn();
    const heardByTwo = vi.fn();
    one.subscribe("call:1", heardByOne);
    two.subscribe("call:1", heardByTwo);
    one.publish("call:1", { t: "first" });
    await vi.waitFor(() => expect(heardByTwo).toHaveBeenCalledWith({ t: "first" }), { timeout: 5_000 });
    expect(heardByOne).toHaveBeenCalledTimes(1);

    await cut();
    await vi.waitFor(
      () => {
        one.publish("call:1", { t: "again" });
        expect(heardByTwo).toHaveBeenCalledWith({ t: "again" });
      },
      { timeout: 10_000, interval: 200 },
    );
  });

  test("many long messages arrive whole, in order, and only at those who asked for their topic", async () => {
    const [one, two] = [await openOne(), await openOne()];
    const heard: unknown[] = [];
    const other = vi.fn();
    two.subscribe("topic", (message) => heard.push(message));
    const unsubscribe = two.subscribe("topic", other);
    two.subscribe("another topic", other);
    unsubscribe();
    const said = Array.from({ length: 50 }, (_, n) => ({ n, text: "я".repeat(500) }));
    for (const message of said) one.publish("topic", message);
    await vi.waitFor(() => expect(heard).toHaveLength(50), { timeout: 5_000 });
    expect(heard).toEqual(said);
    expect(other).not.toHaveBeenCalled();
  });
});

test("what is no message of ours is passed over", async () => {
  const parts: { hear?: (payload: string) => void } = {};
  const carrier: OpenCarrier = async (hear) => {
    parts.hear = hear;
    return { payloadMaxBytes: 100, connected: true, send: async () => {}, close: async () => {} };
  };
  const bus = await openBus({ carrier, clock: systemClock, log });
  const heard = vi.fn();
  bus.subscribe("topic", heard);
  for (const payload of ["", "{", "null", '{"from":"x","messages":[["topic"]]}']) parts.hear?.(payload);
  expect(heard).not.toHaveBeenCalled();
  parts.hear?.('{"from":"x","messages":[["topic",1]]}');
  expect(heard).toHaveBeenCalledWith(1);
  await bus.close();
});

test("a NATS server that is not there, or does not know us, is a clear refusal at the start", async () => {
  for (const carrier of [byNats(`nats://127.0.0.1:${await freePort()}`), byNats(`nats://${user}:wrong@127.0.0.1:${nats.port}`)])
    await expect(openBus({ carrier, clock: systemClock, log })).rejects.toThrow(
      /NATS at .* does not take us: (connection refused|.*authorization)/i,
    );
});

test("a bus whose NATS server is away is closed all the same", async () => {
  const carrier = await byNats(`nats://${user}:${encodeURIComponent(password)}@127.0.0.1:${nats.port}`)(() => {}, {
    clock: systemClock,
    log,
  });
  await stopNats();
  await vi.waitFor(() => expect(carrier.connected).toBe(false), { timeout: 5_000 });
  await carrier.send("for nobody");
  await carrier.close();
  nats = { ...nats, process: await startNats(nats.port) };
});
