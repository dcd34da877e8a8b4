/** Applies server/migrations/NNNN_name.sql in order, each in a transaction of its own, once; several copies may start together. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type pg from "pg";

const folder = new URL("../../migrations/", import.meta.url);
/** Any number, the same for every copy: only one migrates at a time. */
const MIGRATION_LOCK = 0x6d696e;

/** Brings the database up to the newest migration; refuses when an applied file has changed since, or the database is newer than this program. */
export async function migrate(pool: pg.Pool): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const connection = await pool.connect();
  try {
    await connection.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await connection.query(
      "create table if not exists public.migration (name text primary key, hash text not null, applied_at timestamptz not null default now())",
    );
    const applied = new Map<string, string>(
      (await connection.query("select name, hash from public.migration")).rows.map((row) => [row.name, row.hash]),
    );
    const unknown = [...applied.keys()].filter((name) => !files.includes(name));
    if (unknown.length > 0) throw new Error(`the database is newer than this program: it has ${unknown.join(", ")}`);
    for (const name of files) await applyOnce(connection, name, applied.get(name));
    await migrateQueue(connection, pool);
  } finally {
    await connection.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => {});
    connection.release();
  }
}

/** The job queue keeps its tables in a schema of its own and brings its own migrations: newer ones when it begins to work (jobs.ts). */
async function migrateQueue(connection: pg.PoolClient, pool: pg.Pool): Promise<void> {
  const { rows } = await connection.query("select to_regclass('graphile_worker.migrations') is not null as known");
  if (rows[0].known) return;
  const { Logger, runMigrations } = await import("graphile-worker");
  await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) });
}

async function applyOnce(connection: pg.PoolClient, name: string, appliedHash: string | undefined): Promise<void> {
  const text = await readFile(new URL(name, folder), "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  if (appliedHash === hash) return;
  if (appliedHash !== undefined) throw new Error(`migration ${name} was changed after it was applied`);
  try {
    await connection.query("begin");
    await connection.query(text);
    await connection.query("insert into public.migration (name, hash) values ($1, $2)", [name, hash]);
    await connection.query("commit");
  } catch (error) {
    await connection.query("rollback");
    throw new Error(`migration ${name}: ${(error as Error).message}`, { cause: error });
  }
}
