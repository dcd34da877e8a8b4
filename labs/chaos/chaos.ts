/**
 * `npm run lab:chaos -- --lines 500 --copies 3`: live calls on real copies of the product and a real PostgreSQL while copies are killed and
 * frozen, PostgreSQL is restarted and killed, and the copies' bus is cut. In the end: what was charged against the evidence in the tables,
 * and against the pages' own record of when they were together, for each fault with the time until the next one.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Meter } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import { CONSENT_VERSION } from "@minuta/contracts/consent";
import { proveMoney } from "../../server/src/ledger-proof.ts";
import { openDb } from "../../server/src/platform/db.ts";
import { Oracle } from "../../server/src/simulation/oracle.ts";
import { readVersions } from "../../server/src/simulation/arena.ts";
import { costOf, inAll, lengthMs, provenTime, type Span } from "../../server/src/simulation/model.ts";
import { takeSnapshot } from "../../server/src/simulation/snapshot.ts";
import { START_MS } from "../../server/src/simulation/world.ts";
import { atLeast, atMost, Page } from "./pages.ts";
import { Fleet, pause } from "./servers.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "500" },
    copies: { type: "string", default: "3" },
    port: { type: "string", default: "4870" },
  },
});
const ports = Array.from({ length: Number(values.copies) }, (_, n) => Number(values.port) + n);
const folder = await mkdtemp(join(tmpdir(), "minuta-chaos-"));
const fleet = new Fleet(folder, ports);
const say = (what: string): void => console.log(`${((performance.now() - began) / 1000).toFixed(1)} s: ${what}`);
const began = performance.now();

interface Talk {
  readonly callId: string;
  readonly consultantCookie: string;
  readonly pages: readonly [Page, Page];
}

/** One request as somebody's browser sends it, each from an address of its own. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what our own server answers, said by who asks
async function ask<T>(path: string, body: unknown, { cookie = "", from = "198.51.100.1" } = {}): Promise<{ reply: T; cookie: string }> {
  const origin = `http://127.0.0.1:${ports[0]}`;
  const response = await fetch(origin + path, {
    method: "POST",
    headers: { "content-type": "application/json", origin, cookie, "x-forwarded-for": from, "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const set = response.headers.getSetCookie().map((one) => one.split(";")[0]!);
  return { reply: (await response.json()) as T, cookie: [cookie, ...set].filter((one) => one !== "").join("; ") };
}

const signIn = async (email: string): Promise<string> => (await ask("/api/people/sign-in", { email, password: "demo-minuta" })).cookie;

async function openTalks(): Promise<Talk[]> {
  const emails = ["anna@minuta.example", "igor@minuta.example", "maria@minuta.example"];
  const operator = await signIn("operator@minuta.example");
  const consultants: string[] = [];
  for (const email of emails) {
    await ask("/api/ledger/top-ups", { email, amount: 10_000_000, reason: "Many calls at once" }, { cookie: operator });
    consultants.push(await signIn(email));
  }
  const talks: Talk[] = [];
  const open = async (n: number): Promise<void> => {
    const consultantCookie = consultants[n % consultants.length]!;
    const { reply } = await ask<{ invitation: { token: string } }>(
      "/api/calls/invitations",
      { task: "", configuration: null, ownRateKopecks: null },
      { cookie: consultantCookie },
    );
    const guest = { name: `Guest ${n}`, organisation: null, inn: null, email: null };
    const from = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
    const joined = await ask<{ callId: string }>(
      "/api/calls/join",
      { token: reply.invitation.token, guest, consent: CONSENT_VERSION },
      { from },
    );
    const { callId } = joined.reply;
    const page = (side: Side, cookie: string): Page => new Page({ callId, side, cookie, servers: fleet });
    talks.push({ callId, consultantCookie, pages: [page("client", joined.cookie), page("consultant", consultantCookie)] });
  };
  for (let n = 0; n < Number(values.lines); n += 10)
    await Promise.all(Array.from({ length: Math.min(10, Number(values.lines) - n) }, (_, at) => open(n + at)));
  return talks;
}

interface Fault {
  readonly fault: string;
  /** When it began, and how many lines were live just before. */
  readonly at: number;
  readonly liveLines: number;
}

const BUS_CUT_MS = 5_000;

/** The copies' bus is gone for a while: whatever connects again is cut again. */
async function cutBus(): Promise<void> {
  let cuts = 0;
  for (const until = Date.now() + BUS_CUT_MS; Date.now() < until; await pause(100)) {
    const { rowCount } = await db.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'minuta-bus'",
    );
    cuts += rowCount ?? 0;
  }
  if (cuts < ports.length) throw new Error(`the bus was cut ${cuts} times only`);
}

/** How many lines there are of each status. */
async function countLines(): Promise<Partial<Record<Meter["status"], number>>> {
  const { rows } = await db.pool.query<{ status: Meter["status"]; lines: number }>(
    "select status, count(*)::integer as lines from metering.line group by status",
  );
  return Object.fromEntries(rows.map(({ status, lines }) => [status, lines]));
}

/** Faults, each with time to heal; between them the calls go on. */
async function breakThings(): Promise<{ kills: number; faults: Fault[] }> {
  let kills = 0;
  const restart = async (n: number): Promise<void> => {
    fleet.signal(n, "SIGKILL");
    kills += 1;
    await pause(3000);
    await fleet.start(n);
  };
  const freeze = async (n: number, ms: number): Promise<void> => {
    fleet.signal(n, "SIGSTOP");
    await pause(ms);
    fleet.signal(n, "SIGCONT");
  };
  const plan: [string, () => Promise<unknown>][] = [
    ["copy 2 is killed", () => restart(1)],
    ["copy 3 is frozen for longer than its lease", () => freeze(2, 20_000)],
    ["PostgreSQL is restarted", () => fleet.restartPostgres("SIGINT")],
    ["the bus is cut", cutBus],
    ["copy 1 is frozen for a moment", () => freeze(0, 7000)],
    ["copy 3 is killed", () => restart(2)],
    ["PostgreSQL is killed", () => fleet.restartPostgres("SIGKILL")],
  ];
  const faults: Fault[] = [];
  for (const [fault, happen] of plan) {
    await pause(12_000);
    const lines = await countLines();
    const liveLines = lines.live ?? 0;
    say(`${fault}; lines ${JSON.stringify(lines)}`);
    faults.push({ fault, at: Date.now(), liveLines });
    await happen();
  }
  await pause(25_000);
  return { kills, faults };
}

/** Whatever happens, nothing that was started here stays. */
let cleaning: Promise<void> | null = null;
async function clean(): Promise<void> {
  await db.close();
  await fleet.stop();
  await fleet.startPostgres().then((running) => running.stop());
  await rm(folder, { recursive: true, force: true });
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void (cleaning ??= clean()).finally(() => process.exit(1)));

const postgres = await fleet.startPostgres();
const db = openDb({ connection: postgres.connection, onError: () => {} });
try {
  await fleet.start(0);
  for (let n = 1; n < ports.length; n += 1) await fleet.start(n);
  const talks = await openTalks();
  say(`${talks.length} calls are open`);
  await pause(20_000);
  const { kills, faults } = await breakThings();
  say("everybody hangs up");
  for (const { callId, consultantCookie } of talks) await ask(`/api/calls/${callId}/end`, {}, { cookie: consultantCookie });
  for (const { pages } of talks) for (const page of pages) page.close();
  await judge(talks, { kills, faults });
} finally {
  await (cleaning ??= clean());
}

/** Whole seconds of talk that were lost to the payee, of one call: in all, and from each fault until the next. */
function unchargedSeconds(
  together: readonly Span[],
  proven: readonly Span[],
  faults: readonly Fault[],
): { all: number; byFault: number[] } {
  const lost = (within: Span): number => {
    const [least, most] = [together, proven].map((spans) => lengthMs(inAll([spans, [within]])));
    return Math.max(0, Math.floor(least! / 1000) - Math.floor(most! / 1000));
  };
  const byFault = faults.map(({ at }, n) => lost({ from: at, to: faults[n + 1]?.at ?? Infinity }));
  return { all: lost({ from: 0, to: Infinity }), byFault };
}

async function judge(talks: readonly Talk[], { kills, faults }: { kills: number; faults: readonly Fault[] }): Promise<void> {
  const seen = await takeSnapshot(db, 0);
  const oracle = new Oracle(await db.rows(readVersions));
  const figures = { charges: 0, wrongKopecks: 0n, overchargedCalls: 0, unchargedSecondsMax: 0, unchargedSecondsMean: 0 };
  const byFault = faults.map(({ fault, liveLines }) => ({ fault, liveLines, unchargedSecondsMax: 0, unchargedSecondsSum: 0 }));
  for (const { callId, pages } of talks) {
    const line = seen.lines.find(({ call }) => call === callId);
    if (line === undefined) throw new Error(`call ${callId} has no line`);
    const terms = oracle.termsOf(line);
    const difference = line.charged - costOf(terms, oracle.proven(line, seen, Number.MAX_SAFE_INTEGER));
    figures.wrongKopecks += difference < 0n ? -difference : difference;
    const life = { from: line.openedAt + START_MS, to: (line.endedAt ?? 0) + START_MS };
    const [most, together] = [atMost, atLeast].map((record) => inAll([record(pages[0]), record(pages[1]), [life]]));
    if (line.charged > costOf(terms, Math.floor(lengthMs(most!) / 1000))) figures.overchargedCalls += 1;
    const proven = provenTime(oracle.evidence(line, seen, Number.MAX_SAFE_INTEGER)).map(({ from, to }) => ({
      from: from + START_MS,
      to: to + START_MS,
    }));
    const uncharged = unchargedSeconds(together!, proven, faults);
    figures.unchargedSecondsMax = Math.max(figures.unchargedSecondsMax, uncharged.all);
    figures.unchargedSecondsMean += uncharged.all / talks.length;
    for (const [n, seconds] of uncharged.byFault.entries()) {
      byFault[n]!.unchargedSecondsMax = Math.max(byFault[n]!.unchargedSecondsMax, seconds);
      byFault[n]!.unchargedSecondsSum += seconds;
    }
  }
  const broken = (await proveMoney(db)).filter(({ holds }) => !holds);
  const { rows } = await db.pool.query("select count(*)::integer as charges from ledger.transfer where kind = 'charge'");
  console.log(
    JSON.stringify({
      lab: "chaos",
      lines: talks.length,
      ...figures,
      charges: (rows as { charges: number }[])[0]!.charges,
      kills,
      wrongKopecks: Number(figures.wrongKopecks),
      unchargedSecondsMean: Math.round(figures.unchargedSecondsMean * 10) / 10,
      liveLinesMin: Math.min(...faults.map(({ liveLines }) => liveLines)),
      byFault,
      broken: broken.map(({ invariant, figure }) => `${invariant}: ${figure}`),
      seconds: Math.round((performance.now() - began) / 1000),
    }),
  );
}
