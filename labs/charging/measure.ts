/** What a stretch of work costs: wall time, and the CPU of PostgreSQL and of this process. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Connection } from "../../server/src/platform/postgres.ts";

const run = promisify(execFile);
const TICKS_PER_SECOND = 100;

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Linux counts CPU in hundredths of a second: measure stretches of seconds. */
export async function costOf(server: number, work: () => Promise<unknown>): Promise<Cost> {
  const before = await ticksOf(server);
  const own = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(own);
  return { seconds, cpuSeconds: ((await ticksOf(server)) - before) / TICKS_PER_SECOND + (user + system) / 1e6 };
}

async function ticksOf(server: number): Promise<number> {
  let ticks = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")).split(") ")[1]?.split(" ");
    // Fields 4 and 14-17 of proc(5): the parent; user and system time, its own and that of children it has waited for.
    if (stat === undefined || (Number(pid) !== server && Number(stat[1]) !== server)) continue;
    ticks += Number(stat[11]) + Number(stat[12]) + (Number(pid) === server ? Number(stat[13]) + Number(stat[14]) : 0);
  }
  return ticks;
}

/** pgbench's "simple update", as everybody runs it: transactions a second. */
export async function pgbench(connection: Connection, seconds: number): Promise<number> {
  const { stdout } = await run("pgbench", [
    ...of(connection),
    "--skip-some-updates",
    "--client=8",
    "--jobs=2",
    `--time=${seconds}`,
    "--no-vacuum",
    connection.database,
  ]);
  return Number(/tps = ([\d.]+) \(without/.exec(stdout)?.[1]);
}
export const preparePgbench = (connection: Connection): Promise<unknown> =>
  run("pgbench", [...of(connection), "--initialize", "--scale=10", "--quiet", connection.database]);

const of = ({ host, user }: Connection): string[] => [`--host=${host}`, `--username=${user}`];
