/** The database of a simulation: emptied for each seed, with tariff versions of every shape. */
import { z } from "zod";
import { openDb, query, type Db } from "#platform/db";
import { testDatabase } from "../testing.ts";
import type { Terms } from "./model.ts";
import { START_MS } from "./world.ts";

export interface Version extends Omit<Terms, "price"> {
  readonly id: bigint;
  readonly price: bigint | null;
}

export interface Arena {
  /** Nobody's: looks on. */
  readonly db: Db;
  /** A pool of connections for each copy that runs at a time. */
  readonly pools: readonly Db[];
  readonly versions: readonly Version[];
  /** Empties everything; the same seed finds the same database. */
  reset(): Promise<void>;
  /** Accounts that are there from the beginning: of several that wait for whoever opens one first, PostgreSQL wakes any when that is undone. */
  openAccounts(payers: readonly string[]): Promise<void>;
  setClock(ms: number): Promise<void>;
  /** How many statements wait for a lock, or for a connection. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

export const COPIES = 3;

/** [kind, price, fee, first, next, free, quota, low, sibling, wait, pause, overdraft, percent]; warnings are those of the product. */
const shapes = [
  ["carrier", 100, 0, 60, 60, 6, 3, 1, 2, 300, 900, 30, 10],
  ["carrier", 100, 0, 60, 60, 6, 3, 1, 2, 60, 90, 0, 10],
  ["carrier", 700, 0, 10, 10, 0, 1, 1, 1, 40, 60, 2, 10],
  ["carrier", 1, 0, 1, 1, 0, 3, 1, 2, 60, 60, 5, 10],
  ["carrier", 333, 50, 60, 1, 3, 2, 1, 0, 30, 45, 1, 0],
  ["marketplace", null, 0, 60, 60, 6, 3, 1, 2, 300, 900, 0, 10],
  ["marketplace", null, 0, 60, 60, 6, 3, 1, 2, 45, 60, 0, 10],
  ["marketplace", null, 0, 60, 1, 0, 1, 1, 1, 60, 120, 0, 25],
  ["marketplace", null, 99, 30, 15, 10, 2, 1, 2, 30, 40, 0, 10],
  ["marketplace", null, 0, 7, 13, 20, 1, 1, 2, 50, 80, 0, 33],
] as const;

/** Every version of the tariffs there is. */
export const readVersions = query({
  name: "simulation.read_versions",
  row: z.object({
    id: z.bigint(),
    kind: z.enum(["carrier", "marketplace"]),
    price: z.bigint().nullable(),
    connectionFee: z.bigint(),
    firstSeconds: z.int(),
    nextSeconds: z.int(),
    freeSeconds: z.int(),
    siblingMinutes: z.int(),
    topUpWaitSeconds: z.int(),
    pauseMaxSeconds: z.int(),
    overdraftMinutes: z.int(),
    feePercent: z.bigint(),
  }),
  text: `select id, kind, price_per_minute as price, connection_fee as "connectionFee", first_seconds as "firstSeconds", next_seconds as "nextSeconds",
    free_seconds as "freeSeconds", sibling_minutes as "siblingMinutes", top_up_wait_seconds as "topUpWaitSeconds", pause_max_seconds as "pauseMaxSeconds",
    overdraft_minutes as "overdraftMinutes", fee_percent::bigint as "feePercent" from metering.tariff order by id`,
});

const waiting = query({
  name: "simulation.waiting",
  row: z.object({ waiting: z.int() }),
  text: `select count(distinct l.pid)::integer as waiting from pg_locks l join pg_stat_activity a on a.pid = l.pid where not l.granted and a.datname = current_database()`,
});

const tables = [
  "ledger.transfer",
  "ledger.purse",
  "ledger.account",
  "ledger.budget",
  "metering.line",
  "metering.presence",
  "metering.pause",
  "metering.copy",
  "metering.lane",
  "platform.event",
];
const numbered = ["ledger.transfer", "ledger.purse", "ledger.account", "ledger.budget", "metering.pause", "metering.copy"];
/** Replica: also what is append-only may go. */
const empty = [
  "begin",
  "set local session_replication_role = replica",
  ...tables.map((name) => `delete from ${name}`),
  ...numbered.map((name) => `select setval(pg_get_serial_sequence('${name}', 'id'), 1, false)`),
  "commit",
].join(";");

/** Planning each statement anew took two thirds of the time; whoever waits for each other is to be found out at once. */
const settings = { plan_cache_mode: "force_generic_plan", jit: "off", deadlock_timeout: "20ms" };

export async function openArena(): Promise<Arena> {
  const base = await testDatabase();
  const { database } = base.connection;
  for (const [name, value] of Object.entries(settings)) await base.db.pool.query(`alter database ${database} set ${name} = '${value}'`);
  for (const [n, shape] of shapes.entries())
    await base.db.pool.query(
      `insert into metering.tariff (kind, valid_from, price_per_minute, connection_fee, first_seconds, next_seconds, free_seconds, quota_minutes, quota_low_minutes,
        sibling_minutes, top_up_wait_seconds, pause_max_seconds, overdraft_minutes, fee_percent)
      values ($1, timestamptz '2025-01-01' + make_interval(days => $14), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [...shape, n],
    );
  const pools = Array.from({ length: COPIES }, () => openDb({ connection: base.connection, poolSize: 6, onError: () => {} }));
  return {
    db: base.db,
    pools,
    versions: (await base.db.rows(readVersions)).slice(-shapes.length),
    reset: async () => void (await base.db.pool.query(empty)),
    async openAccounts(payers) {
      const names = ["bank", "compensation", "platform:carrier", "platform:fee", ...payers.map((payer) => `wallet:${payer}`)];
      for (const name of names) await base.db.pool.query("select ledger.open_account($1)", [name]);
    },
    setClock: (ms) => base.setClock(new Date(START_MS + ms)),
    waiting: async () => (await base.db.one(waiting)).waiting + pools.reduce((sum, { pool }) => sum + pool.waitingCount, 0),
    async close() {
      for (const pool of pools) await pool.close();
      await base.close();
    },
  };
}
