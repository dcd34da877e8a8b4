/**
 * For tests and labs: a real PostgreSQL started once, a migrated template copied per test file, a clock that can be set.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openDb, type Db } from "./platform/db.ts";
import { migrate } from "./platform/migrate.ts";
import { startPostgres, type Connection } from "./platform/postgres.ts";

const TEMPLATE = "template_minuta";
const CONNECTION_VARIABLE = "MINUTA_TEST_POSTGRES";

/** Starts the server of all database tests (vitest's globalSetup calls it); answers what stops it. */
export async function startTestPostgres(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-test-"));
  const postgres = await startPostgres({ folder, throwaway: true });
  await asAdministrator(postgres.connection, (client) => client.query(`create database ${TEMPLATE}`));
  const template = openDb({ connection: { ...postgres.connection, database: TEMPLATE } });
  await migrate(template.pool);
  await template.close();
  process.env[CONNECTION_VARIABLE] = JSON.stringify(postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

export interface TestDatabase {
  readonly db: Db;
  readonly connection: Connection;
  /** Freezes the database's clock. */
  setClock(at: Date): Promise<void>;
  /** Moves the frozen clock on. */
  advanceClock(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A migrated, empty database of the caller's own. */
export async function testDatabase(): Promise<TestDatabase> {
  const given = process.env[CONNECTION_VARIABLE];
  if (given === undefined) throw new Error("database tests run in the vitest project `database`, which starts PostgreSQL");
  const server = JSON.parse(given) as Connection;
  const connection = { ...server, database: `test_${randomUUID().replaceAll("-", "")}` };
  await asAdministrator(server, (client) => client.query(`create database ${connection.database} template ${TEMPLATE} strategy file_copy`));
  const db = openDb({ connection });
  return {
    db,
    connection,
    setClock: async (at) => void (await db.pool.query("update platform.clock set frozen_at = $1", [at])),
    advanceClock: async (seconds) =>
      void (await db.pool.query("update platform.clock set frozen_at = frozen_at + make_interval(secs => $1)", [seconds])),
    async close() {
      await db.close();
      await asAdministrator(server, (client) => client.query(`drop database ${connection.database} with (force)`));
    },
  };
}

async function asAdministrator(connection: Connection, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ ...connection, database: "postgres" });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
