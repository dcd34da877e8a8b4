/** The product itself, started as its users start it, on a data folder of its own. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { devApi } from "@minuta/contracts/dev";
import { z } from "zod";
import { run, start, until, type Running } from "./process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_PATIENCE_MS = 90_000;
/** Killed by force, the product would leave its database behind. */
const STOP_PATIENCE_MS = 30_000;
const FULL_DISK_BYTES = 1024;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface DemoPerson extends Credentials {
  readonly name: string;
}

export interface Product {
  /** `http://localhost:PORT`, without a slash at the end; the same after a restart. */
  readonly address: string;
  readonly dataFolder: string;
  /** The demo person with this address. */
  demo(email: string): Promise<DemoPerson>;
  /** The newest letter to the address; waits for it. */
  letter(to: string, subject?: RegExp): Promise<{ subject: string; text: string }>;
  /** Kills the program as a crash would (its database may live on), starts it again and waits until it answers. */
  crashAndRestart(): Promise<void>;
  /** Whether the program's disk is full: none of its files grows beyond a kilobyte then. Its database goes on: that runs in programs of its own. */
  diskIsFull(full: boolean): Promise<void>;
  /** Reads every invariant of the money from the running product's database; refuses (throws) when one does not hold. */
  proveMoney(): Promise<string>;
  stop(): Promise<void>;
}

async function answers(address: string): Promise<true | null> {
  const reply = await fetch(`${address}/api/people/me`).catch(() => null);
  return reply?.ok === true ? true : null;
}

/** `withPast`: a month of demo calls is there from the beginning. */
interface ProductWishes {
  readonly withPast: boolean;
  /** `localhost` when not wished otherwise. */
  readonly host?: string;
}

interface Start extends ProductWishes {
  readonly dataFolder: string;
  readonly port: string;
}

async function startServer({ dataFolder, port, withPast, host = "localhost" }: Start): Promise<{ server: Running; address: string }> {
  const demo = { DEMO: "on", DEMO_HISTORY: withPast ? "on" : "off" };
  const place = { DATA_DIR: dataFolder, PORT: port, HOST: host, UDP_PORT: "0", LOG_LEVEL: "warn" };
  const env = { ...process.env, ...demo, ...place };
  const server = start(process.execPath, ["server/src/main.js"], { cwd: ROOT, env });
  const address = await until(
    "the product's address",
    () => {
      if (server.child.exitCode !== null) throw new Error(`the product ended: ${server.output()}`);
      return /http:\/\/localhost:\d+/.exec(server.output())?.[0];
    },
    START_PATIENCE_MS,
  );
  await until("the product's first answer", async () => await answers(address), START_PATIENCE_MS);
  return { server, address };
}

async function get<S extends z.core.$ZodType>(url: string, schema: S): Promise<z.output<S>> {
  const reply = await fetch(url);
  return z.parse(schema, await reply.json());
}

/** Starts the product with demo people on any free port. The pages must have been built. */
export async function startProduct(wishes: ProductWishes = { withPast: false }): Promise<Product> {
  if (!existsSync(join(ROOT, "web/dist/index.html"))) throw new Error("build the pages first: npm run check:web");
  const dataFolder = await mkdtemp(join(tmpdir(), "minuta-data-"));
  let { server, address } = await startServer({ ...wishes, dataFolder, port: "0" });
  return {
    address,
    dataFolder,
    async demo(email) {
      const { people } = await get(`${address}${devApi.demo.path}`, devApi.demo.reply);
      const found = people.find((person) => person.email === email);
      if (found === undefined) throw new Error(`no demo person ${email}`);
      return found;
    },
    letter: async (to, subject = /./) =>
      await until(`a letter to ${to}`, async () => {
        const { mails } = await get(`${address}${devApi.mail.path}`, devApi.mail.reply);
        return mails.find((mail) => mail.to === to && subject.test(mail.subject));
      }),
    async crashAndRestart() {
      await server.kill("SIGKILL");
      ({ server, address } = await startServer({ ...wishes, dataFolder, port: new URL(address).port }));
    },
    async diskIsFull(full) {
      await run("prlimit", ["--pid", String(server.child.pid), `--fsize=${full ? FULL_DISK_BYTES : "unlimited"}:`]);
    },
    proveMoney: async () =>
      await run(process.execPath, [join(ROOT, "server/src/ledger-proof.ts")], { ...process.env, DATA_DIR: dataFolder }),
    async stop() {
      await server.stop(STOP_PATIENCE_MS);
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
