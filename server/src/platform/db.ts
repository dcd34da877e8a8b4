/**
 * PostgreSQL: queries are declared once with the schema of their rows, run by name (prepared), parsed on the way in.
 * int8 is bigint, timestamptz is Date. A transaction that loses a deadlock or a serialization race is run again.
 */
import pg from "pg";
import { z } from "zod";

export interface Query<Row extends z.core.$ZodType> {
  /** Unique: it names the prepared statement. `domain.verb_noun`, at most 60 characters. */
  readonly name: string;
  readonly row: Row;
  readonly text: string;
}
export interface Command {
  readonly name: string;
  readonly text: string;
}

/** Declares a statement that answers rows. */
export const query = <Row extends z.core.$ZodType>(of: Query<Row>): Query<Row> => of;
/** Declares a statement that only changes rows. */
export const command = (of: Command): Command => of;

export interface Reader {
  rows<Row extends z.core.$ZodType>(of: Query<Row>, values?: readonly unknown[]): Promise<z.output<Row>[]>;
  /** Exactly one row; throws otherwise. */
  one<Row extends z.core.$ZodType>(of: Query<Row>, values?: readonly unknown[]): Promise<z.output<Row>>;
  /** One row or none; throws on more. */
  maybe<Row extends z.core.$ZodType>(of: Query<Row>, values?: readonly unknown[]): Promise<z.output<Row> | null>;
  /** How many rows changed. */
  run(of: Command, values?: readonly unknown[]): Promise<number>;
}

export interface Tx extends Reader {
  /** Runs `work` once the transaction is committed, never when it is rolled back. */
  afterCommit(work: () => void): void;
  /** The connection itself, for libraries that take one (graphile-worker). */
  readonly connection: pg.ClientBase;
}

export interface Db extends Reader {
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text: string) => BigInt(text));

const RETRIES_MAX = 5;
const deadlockOrSerialization = new Set(["40P01", "40001"]);

/**
 * How long a process may keep others waiting, in milliseconds. PostgreSQL enforces them, so they also hold for a process that is frozen or
 * cut off in the middle of a transaction: its connection is ended and what it had not committed is undone.
 */
export interface Patience {
  /** A transaction in which nothing is asked for this long is over, and its locks are free. */
  readonly idleInTransactionMs: number;
  /** Nothing waits longer for somebody else's lock (SQLSTATE 55P03). */
  readonly lockMs?: number;
  /** No statement runs longer (57014). */
  readonly statementMs?: number;
}

export interface DbOptions {
  /** A connection string, or the parts of one (the embedded server listens on a socket only). */
  readonly connection: string | { host: string; user: string; database: string };
  readonly poolSize?: number;
  /** Without one everything may take as long as the database allows: a backup, a proof. */
  readonly patience?: Patience;
  readonly onError?: (error: Error) => void;
}

function poolOf(options: DbOptions): pg.Pool {
  const { connection, patience } = options;
  const pool = new pg.Pool({
    ...(typeof connection === "string" ? { connectionString: connection } : connection),
    max: options.poolSize ?? 10,
    application_name: "minuta",
    types,
    ...(patience !== undefined && {
      idle_in_transaction_session_timeout: patience.idleInTransactionMs,
      lock_timeout: patience.lockMs ?? 0,
      statement_timeout: patience.statementMs ?? 0,
    }),
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  const report = (error: Error): void => options.onError?.(error);
  pool.on("error", report);
  pool.on("connect", (connection) => connection.on("error", report));
  return pool;
}

export function openDb(options: DbOptions): Db {
  const pool = poolOf(options);
  return { ...readerOn(pool), pool, tx: (work) => transact(pool, work), close: () => pool.end() };
}

function readerOn(on: pg.Pool | pg.ClientBase): Reader {
  const send = (of: Command, values: readonly unknown[]) => on.query({ name: of.name, text: of.text, values: [...values] });
  const rows: Reader["rows"] = async (of, values = []) => {
    const answer = await send(of, values);
    return answer.rows.map((row) => z.parse(of.row, row));
  };
  return {
    rows,
    async one(of, values) {
      const found = await rows(of, values);
      if (found.length !== 1) throw new Error(`${of.name}: expected one row, got ${found.length}`);
      return found[0]!;
    },
    async maybe(of, values) {
      const found = await rows(of, values);
      if (found.length > 1) throw new Error(`${of.name}: expected one row at most, got ${found.length}`);
      return found[0] ?? null;
    },
    run: async (of, values = []) => (await send(of, values)).rowCount ?? 0,
  };
}

async function transact<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transactOnce(pool, work);
    } catch (error) {
      const lostRace = error instanceof pg.DatabaseError && deadlockOrSerialization.has(error.code ?? "");
      if (!lostRace || attempt >= RETRIES_MAX) throw error;
    }
  }
}

async function transactOnce<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  const afterwards: (() => void)[] = [];
  let broken: Error | undefined;
  try {
    await connection.query("begin");
    const result = await work({ ...readerOn(connection), connection, afterCommit: (later) => void afterwards.push(later) });
    await connection.query("commit");
    for (const later of afterwards) later();
    return result;
  } catch (error) {
    await connection.query("rollback").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    connection.release(broken);
  }
}
