/**
 * `npm run lab:charging -- --legs 1000,10000,100000`: how fast the charging pass is, on a PostgreSQL of its own that syncs every commit,
 * beside pgbench and beside the same rows written with no rules, in one run. What it prints means: docs/charging.md.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { proveMoney } from "../../server/src/ledger-proof.ts";
import { CHARGING_CONNECTIONS, CHARGING_PATIENCE, runPass, startChargingPass } from "../../server/src/domains/metering/charge-due.ts";
import { systemClock } from "../../server/src/platform/clock.ts";
import { openDb, type Db } from "../../server/src/platform/db.ts";
import { startEvents } from "../../server/src/platform/events.ts";
import { createLog } from "../../server/src/platform/log.ts";
import { migrate } from "../../server/src/platform/migrate.ts";
import { startPostgres, type Connection } from "../../server/src/platform/postgres.ts";
import { moveClock, openLines, renewLeases } from "./lines.ts";
import { costOf, pgbench, preparePgbench } from "./measure.ts";
import { prepareRaw, rawRound } from "./raw.ts";

const { values: options } = parseArgs({
  options: {
    legs: { type: "string", default: "1000,10000" },
    seconds: { type: "string", default: "30" },
    rounds: { type: "string", default: "3" },
  },
});
const sizes = options.legs.split(",").map(Number);
const steadySeconds = Number(options.seconds);
const rounds = Number(options.rounds);
const PGBENCH_SECONDS = 8;
const SETTLING_SECONDS = 70;
const CATCHING_UP_MAX_MS = 300_000;
const RENEW_EVERY_MS = 5000;
/** A lease of a server copy is renewed every 5 s and asserts what was 6 s before. */
const LEASE_LAG_SECONDS = 11;
const log = createLog("warn");

interface Lab {
  readonly db: Db;
  /** The connections of the charging pass, as the product opens them. */
  readonly charging: Db;
  readonly connection: Connection;
  /** The process of PostgreSQL, for its CPU. */
  readonly server: number;
  readonly legs: number;
}

interface Found {
  readonly legs: number;
  readonly steady: { lagP50Ms: number; lagP99Ms: number; charges: number; cpuMicrosPerCharge: number };
  readonly rush: {
    chargesPerSecond: number;
    cpuMicrosPerCharge: number;
    timesPgbench: number;
    shareOfRaw: number;
    pgbench: number;
    rawPerSecond: number;
  };
}

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** All lines run by the real clock, as on any day; lag counts from the second that begins a unit, beyond what the lease needs to prove it. */
async function steady({ db, charging, server }: Lab): Promise<Found["steady"]> {
  const stopRenewing = systemClock.every(RENEW_EVERY_MS, async () => void (await renewLeases(db)));
  const stops = [
    startChargingPass({ db: charging, clock: systemClock, log }),
    startEvents({ db, clock: systemClock, log, subscribers: {} }),
  ];
  await renewLeases(db);
  // The rush of the beginning is over once every line was charged and found its own second of the minute.
  await untilCaughtUp(db);
  await seconds(SETTLING_SECONDS);
  const { rows: first } = await db.pool.query("select coalesce(max(id), 0) as id from ledger.transfer");
  const cost = await costOf(server, () => seconds(steadySeconds));
  const { rows: last } = await db.pool.query("select max(id) as id from ledger.transfer");
  stopRenewing();
  await Promise.all(stops.map((stop) => stop()));
  const { rows } = await db.pool.query(lags, [first[0].id, last[0].id, LEASE_LAG_SECONDS]);
  return { ...rows[0], cpuMicrosPerCharge: Math.round((cost.cpuSeconds / rows[0].charges) * 1e6) };
}

async function untilCaughtUp(db: Db): Promise<void> {
  const began = performance.now();
  for (;;) {
    const { rows } = await db.pool.query("select exists (select from ledger.purse where charged = 0) as behind");
    if (!rows[0].behind) break;
    if (performance.now() - began > CATCHING_UP_MAX_MS) throw new Error("the rush of the beginning does not end");
    await seconds(1);
  }
  say(`  every line charged for the first time after ${Math.round((performance.now() - began) / 1000)} s`);
}

const lags = `select count(*)::int as charges, coalesce(round(percentile_cont(0.5) within group (order by lag)), 0)::int as "lagP50Ms", coalesce(round(percentile_cont(0.99) within group (order by lag)), 0)::int as "lagP99Ms"
  from (
    select 1000 * extract(epoch from pg_xact_commit_timestamp(charge.row) - l.live_since - make_interval(secs => $3 + 1 + case when before = 0 then t.free_seconds else metering.funded_seconds(t, l.price_per_minute, before) end)) as lag
    from (select id, purse, xmin as row, (sum(amount) over (partition by purse order by id) - amount)::bigint as before from ledger.transfer where kind = 'charge') charge
    join metering.line l on l.purse = charge.purse join metering.tariff t on t.id = l.tariff
    where charge.id > $1 and charge.id <= $2
  ) charged`;

/** Everything is due at once, again and again; beside it, in turn, pgbench and the rows without rules. */
async function rush(lab: Lab): Promise<Found["rush"]> {
  const { db, charging: pool, legs, connection } = lab;
  const rates: { charged: number; cpu: number; raw: number; bench: number }[] = [];
  // Small rounds are repeated until CPU, which is counted in hundredths of a second, can be read.
  const repeats = Math.max(3, Math.ceil(20_000 / legs));
  await moveClock(db, 0);
  await prepareRaw(db);
  for (let round = 0; round < rounds; round += 1) {
    const charged = await repeat(lab, repeats, async () => {
      await moveClock(db, 60);
      return () => runPass({ db: pool });
    });
    if (charged.charges !== legs * repeats) throw new Error(`${charged.charges} charges where ${legs * repeats} were due`);
    const raw = await repeat(
      lab,
      repeats,
      async (n) => () => rawRound(db, { round: round * repeats + n, quotaEvery: Math.round(charged.charges / charged.quotas) }),
    );
    rates.push({
      charged: charged.charges / charged.seconds,
      cpu: (charged.cpuSeconds / charged.charges) * 1e6,
      raw: (legs * repeats) / raw.seconds,
      bench: await pgbench(connection, PGBENCH_SECONDS),
    });
    say(
      `  ${JSON.stringify(rates.at(-1), (_, value) => (typeof value === "number" ? Math.round(value) : value))} quotas ${charged.quotas} of ${charged.charges}`,
    );
  }
  const chargesPerSecond = median(rates.map(({ charged }) => charged));
  return {
    chargesPerSecond: Math.round(chargesPerSecond),
    cpuMicrosPerCharge: Math.round(median(rates.map(({ cpu }) => cpu))),
    pgbench: Math.round(median(rates.map(({ bench }) => bench))),
    rawPerSecond: Math.round(median(rates.map(({ raw }) => raw))),
    timesPgbench: round2(median(rates.map(({ charged, bench }) => charged / bench))),
    shareOfRaw: round2(median(rates.map(({ charged, raw }) => charged / raw))),
  };
}

const round2 = (of: number): number => Math.round(of * 100) / 100;

/** Prepares and runs `times` times; only the runs are measured. */
async function repeat({ db, server }: Lab, times: number, prepare: (n: number) => Promise<() => Promise<unknown>>) {
  const total = { seconds: 0, cpuSeconds: 0, charges: 0, quotas: 0 };
  for (let n = 0; n < times; n += 1) {
    const work = await prepare(n);
    const { rows: before } = await db.pool.query("select coalesce(max(id), 0) as id from ledger.transfer");
    const cost = await costOf(server, work);
    const { rows } = await db.pool.query(
      "select count(*) filter (where kind = 'charge')::int as charges, count(*) filter (where kind = 'quota')::int as quotas from ledger.transfer where id > $1",
      [before[0].id],
    );
    total.seconds += cost.seconds;
    total.cpuSeconds += cost.cpuSeconds;
    total.charges += rows[0].charges;
    total.quotas += rows[0].quotas;
    await db.pool.query("delete from platform.event");
  }
  return total;
}

const seconds = (of: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, of * 1000));

async function measure(legs: number, base: Connection, server: number): Promise<Found> {
  const connection = { ...base, database: `lab_${legs}` };
  await administer(base, `create database ${connection.database}`);
  const db = openDb({ connection, poolSize: 20 });
  const charging = openDb({ connection, poolSize: CHARGING_CONNECTIONS, patience: CHARGING_PATIENCE });
  const lab = { db, charging, connection, server, legs };
  try {
    await migrate(db.pool);
    say(`${legs} lines: opening`);
    await openLines(db, legs);
    await preparePgbench(connection);
    const found = { legs, steady: await steady(lab), rush: await rush(lab) };
    const broken = (await proveMoney(db)).filter(({ holds }) => !holds);
    if (broken.length > 0)
      throw new Error(`money is not right: ${broken.map(({ invariant, figure }) => `${invariant}: ${figure}`).join("; ")}`);
    say(`  ${JSON.stringify(found)}`);
    return found;
  } finally {
    await Promise.all([db.close(), charging.close()]);
    await administer(base, `drop database ${connection.database} with (force)`);
  }
}

/** What is promised to be on the disk when a charge is. */
async function durability(connection: Connection): Promise<Record<string, string>> {
  const db = openDb({ connection: { ...connection, database: "postgres" }, poolSize: 1 });
  const { rows } = await db.pool.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
  );
  await db.close();
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

async function administer(connection: Connection, text: string): Promise<void> {
  const db = openDb({ connection: { ...connection, database: "postgres" }, poolSize: 1 });
  await db.pool.query(text);
  await db.close();
}

const folder = await mkdtemp(join(tmpdir(), "minuta-lab-"));
try {
  // Commit times are kept from the next start on.
  const first = await startPostgres({ folder });
  await administer(first.connection, "alter system set track_commit_timestamp = on");
  await first.stop();
  const postgres = await startPostgres({ folder });
  const server = Number((await readFile(join(folder, "cluster", "postmaster.pid"), "utf8")).split("\n")[0]);
  const found: Found[] = [];
  const settings = await durability(postgres.connection);
  try {
    for (const legs of sizes) found.push(await measure(legs, postgres.connection, server));
  } finally {
    await postgres.stop();
  }
  const by = <T>(of: (one: Found) => T): Record<string, T> => Object.fromEntries(found.map((one) => [one.legs, of(one)]));
  say(
    JSON.stringify({
      lab: "charging",
      chargesPerSecond: by(({ rush }) => rush.chargesPerSecond),
      lagP99Ms: by(({ steady }) => steady.lagP99Ms),
      timesPgbench: by(({ rush }) => rush.timesPgbench),
      shareOfRaw: by(({ rush }) => rush.shareOfRaw),
      cpuMicrosPerCharge: by(({ rush }) => rush.cpuMicrosPerCharge),
      settings,
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
