/**
 * `npm run lab:reports`: the protocol of a year with 100,000 calls, read over HTTP from a server of its own as CSV, XLSX and PDF; each once
 * as fast as it comes and once by a reader who takes it slowly, so that the server must wait for him. `peakMegabytes`: the most memory the
 * server had at any moment (its resident set), `startMegabytes` what it had before; `seconds`: the three files as fast as they come;
 * `pageSeconds`: the first page of the screen. `--calls=N` for a quick look.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { personId } from "@minuta/contracts/ids";
import { openDb } from "../../server/src/platform/db.ts";
import { Fleet } from "../chaos/servers.ts";
import { writeYear } from "./calls.ts";

const { values } = parseArgs({ options: { calls: { type: "string", default: "100000" }, port: { type: "string", default: "4890" } } });
const calls = Number(values.calls);
const port = Number(values.port);
const MEGABYTE = 1_000_000;
const DAY_MS = 86_400_000;
/** Slower than any of the files is made. */
const SLOW_BYTES_PER_SECOND = 300_000;

const folder = await mkdtemp(join(tmpdir(), "minuta-lab-reports-"));
const fleet = new Fleet(folder, [port]);
const postgres = await fleet.startPostgres();
const round = (value: number): number => Number(value.toFixed(1));
const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
const period = `side=consultant&from=${day(364)}&to=${day(0)}`;

async function prepare(): Promise<string> {
  await fleet.start(0);
  const db = openDb({ connection: postgres.connection });
  const { rows } = await db.pool.query("select id from people.person where email = 'anna@minuta.example'");
  const began = performance.now();
  await writeYear(db, personId.parse(rows[0].id), calls);
  await db.close();
  console.log(`${calls} calls written in ${round((performance.now() - began) / 1000)} s, all money proven`);
  const origin = `http://127.0.0.1:${port}`;
  const signedIn = await fetch(`${origin}/api/people/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin, "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ email: "anna@minuta.example", password: "demo-minuta" }),
  });
  return signedIn.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
}

interface Read {
  readonly bytes: number;
  readonly seconds: number;
}

/** Reads what the address answers to its end; slowly, when a speed is given. */
async function read(cookie: string, path: string, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<Read> {
  const at = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({ host: "127.0.0.1", port, path, headers: { cookie } }, resolve).on("error", reject);
  const reply = await promise;
  if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.statusCode}`);
  let bytes = 0;
  for await (const piece of reply as AsyncIterable<Buffer>) {
    bytes += piece.length;
    const ahead = (bytes / bytesPerSecond) * 1000 - (performance.now() - at);
    if (ahead > 0) await pause(ahead);
  }
  return { bytes, seconds: round((performance.now() - at) / 1000) };
}

/** `VmRSS`: what the server has now; `VmHWM`: the most it ever had (proc(5), in KiB). */
async function megabytes(of: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${fleet.pid(0)}/status`, "utf8");
  return Math.round((Number(new RegExp(`${of}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / MEGABYTE);
}

try {
  const cookie = await prepare();
  const startMegabytes = await megabytes("VmRSS");
  const page = await read(cookie, `/api/reports/calls?${period}`);
  const files: Record<string, { megabytes: number; seconds: number; slowSeconds: number }> = {};
  for (const as of ["csv", "xlsx", "pdf"]) {
    const path = `/api/reports/calls/file?${period}&as=${as}`;
    const fast = await read(cookie, path);
    const slow = await read(cookie, path, SLOW_BYTES_PER_SECOND);
    files[as] = { megabytes: round(fast.bytes / MEGABYTE), seconds: fast.seconds, slowSeconds: slow.seconds };
    console.log(`${as}: ${JSON.stringify(files[as])}, the server's most so far ${await megabytes("VmHWM")} MB`);
  }
  const seconds = round(Object.values(files).reduce((sum, file) => sum + file.seconds, 0));
  const peakMegabytes = await megabytes("VmHWM");
  console.log(JSON.stringify({ lab: "reports", calls, peakMegabytes, seconds, startMegabytes, pageSeconds: page.seconds, files }));
} finally {
  await fleet.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
