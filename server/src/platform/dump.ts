/**
 * All tables of a database as parts of an archive, and back. Rows are PostgreSQL's own text of a whole row, one JSON string a line:
 * exact for every type. Knows no business word: it takes whatever tables the migrations (and the job queue) made.
 */
import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import type { Part } from "./archive.ts";
import type { Db } from "./db.ts";

const ROWS_PER_FETCH = 500;
/** A part is kept in memory while its size is not known. */
const PART_BYTES = 4 * 1024 * 1024;

export const tableShape = z.object({ name: z.string(), columns: z.array(z.string()) });
export const tableRecord = tableShape.extend({
  rows: z.int(),
  parts: z.array(z.object({ name: z.string(), size: z.int(), sha256: z.string() })),
});
export const sequenceRecord = z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() });
export const appliedMigration = z.object({ name: z.string(), hash: z.string() });
export type TableShape = z.infer<typeof tableShape>;
export type TableRecord = z.infer<typeof tableRecord>;
export type SequenceRecord = z.infer<typeof sequenceRecord>;
export type AppliedMigration = z.infer<typeof appliedMigration>;

/** The same text of a value whatever the server's and the connection's settings are. */
const exactTexts =
  "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local bytea_output = 'hex'; set local extra_float_digits = 3";

/** Tables and sequences that live on disk, are ours (not the system's, not an extension's) and, for tables, hold rows themselves. */
const ours = (kind: "r" | "S"): string => `from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = '${kind}' and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

const listTables = `select format('%I.%I', n.nspname, c.relname) as name,
    array(select quote_ident(a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
  ${ours("r")} order by 1`;
const listSequences = `select format('%I.%I', n.nspname, c.relname) as name ${ours("S")} order by 1`;
const listForeignKeys = `select con.conrelid::regclass::text as "table", quote_ident(con.conname) as name, pg_get_constraintdef(con.oid) as definition
  from pg_constraint con where con.contype = 'f' and con.conparentid = 0 and con.conrelid in (select c.oid ${ours("r")}) order by 1, 2`;
const listTriggers = `select t.tgrelid::regclass::text as "table", quote_ident(t.tgname) as name
  from pg_trigger t where not t.tgisinternal and t.tgenabled = 'O' and t.tgrelid in (select c.oid ${ours("r")}) order by 1, 2`;
const listSchemas =
  "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1";

const named = z.object({ name: z.string() });
const ofTable = z.object({ table: z.string(), name: z.string() });
const foreignKey = ofTable.extend({ definition: z.string() });

async function rowsOf<Row extends z.core.$ZodType>(connection: pg.ClientBase, schema: Row, text: string): Promise<z.output<Row>[]> {
  const { rows } = await connection.query(text);
  return rows.map((row) => z.parse(schema, row));
}

export const tablesOf = (connection: pg.ClientBase): Promise<TableShape[]> => rowsOf(connection, tableShape, listTables);
export const schemasOf = async (connection: pg.ClientBase): Promise<string[]> =>
  (await rowsOf(connection, named, listSchemas)).map(({ name }) => name);
export const migrationsOf = (connection: pg.ClientBase): Promise<AppliedMigration[]> =>
  rowsOf(connection, appliedMigration, "select name, hash from public.migration order by name");

/** The moment of what is read, by the database's clock, RFC 3339. */
export async function momentOf(connection: pg.ClientBase): Promise<string> {
  const [row] = await rowsOf(connection, z.object({ at: z.date() }), "select platform.now() as at");
  return row!.at.toISOString();
}

/** Everything read by `work` is of one moment, while others go on writing. */
export async function atOneMoment<T>({ pool }: Db, work: (connection: pg.ClientBase) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  try {
    await connection.query("begin isolation level repeatable read read only");
    await connection.query(exactTexts);
    return await work(connection);
  } finally {
    await connection.query("rollback").catch(() => {});
    connection.release();
  }
}

/** All rows of a table as parts; what they are is noted into `record` as they pass. */
export async function* partsOfTable(connection: pg.ClientBase, record: TableRecord): AsyncGenerator<Part> {
  // The alias is no column's name, so it means the row.
  await connection.query(`declare dump no scroll cursor for select whole_row_::text as line from ${record.name} as whole_row_`);
  let lines: string[] = [];
  let bytes = 0;
  for (;;) {
    const fetched = await rowsOf(connection, z.object({ line: z.string() }), `fetch ${ROWS_PER_FETCH} from dump`);
    for (const { line } of fetched) {
      lines.push(`${JSON.stringify(line)}\n`);
      bytes += Buffer.byteLength(line);
    }
    record.rows += fetched.length;
    const last = fetched.length < ROWS_PER_FETCH;
    if (lines.length > 0 && (last || bytes >= PART_BYTES)) {
      yield partOf(record, Buffer.from(lines.join("")));
      lines = [];
      bytes = 0;
    }
    if (last) break;
  }
  await connection.query("close dump");
}

function partOf(record: TableRecord, content: Buffer): Part {
  const name = `tables/${record.name}/${String(record.parts.length + 1).padStart(6, "0")}.jsonl`;
  record.parts.push({ name, size: content.length, sha256: createHash("sha256").update(content).digest("hex") });
  return { name, size: content.length, mode: 0o600, content: once(content) };
}

export async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

/** Where the sequences stand. They do not wait for transactions, so this is asked after the tables: never behind them. */
export async function sequencesOf(connection: pg.ClientBase): Promise<SequenceRecord[]> {
  const records: SequenceRecord[] = [];
  for (const { name } of await rowsOf(connection, named, listSequences)) {
    const [record] = await rowsOf(
      connection,
      sequenceRecord.omit({ name: true }),
      `select last_value::text as "lastValue", is_called as "isCalled" from ${name}`,
    );
    if (record) records.push({ name, ...record });
  }
  return records;
}

/** Empties all tables and lets `fill` put rows in, with our triggers asleep and foreign keys away; they are checked anew for all rows at the end. */
export async function refill(connection: pg.ClientBase, fill: () => Promise<void>): Promise<void> {
  await connection.query(exactTexts);
  const keys = await rowsOf(connection, foreignKey, listForeignKeys);
  const triggers = await rowsOf(connection, ofTable, listTriggers);
  const tables = await tablesOf(connection);
  for (const { table, name } of keys) await connection.query(`alter table ${table} drop constraint ${name}`);
  for (const { table, name } of triggers) await connection.query(`alter table ${table} disable trigger ${name}`);
  await connection.query(`truncate ${tables.map(({ name }) => name).join(", ")}`);
  await fill();
  for (const { table, name, definition } of keys) await connection.query(`alter table ${table} add constraint ${name} ${definition}`);
  for (const { table, name } of triggers) await connection.query(`alter table ${table} enable trigger ${name}`);
}

/** Puts rows (the lines of a part) into a table as they were, identities included; answers how many. */
export async function insertLines(connection: pg.ClientBase, table: TableShape, lines: readonly string[]): Promise<number> {
  const columns = table.columns.join(", ");
  const values = table.columns.map((column) => `(whole_row_).${column}`).join(", ");
  // "offset 0" keeps the text from being parsed once for each column.
  const text = `insert into ${table.name} (${columns}) overriding system value
    select ${values} from (select line::${table.name} as whole_row_ from unnest($1::text[]) as line offset 0) as parsed`;
  return (await connection.query(text, [lines])).rowCount ?? 0;
}

export async function setSequences(connection: pg.ClientBase, records: readonly SequenceRecord[]): Promise<void> {
  for (const { name, lastValue, isCalled } of records)
    await connection.query("select setval($1::regclass, $2::bigint, $3)", [name, lastValue, isCalled]);
}

/** Jobs that were running when the copy was made are run again: nobody works on them here. */
export async function freeJobs(connection: pg.ClientBase): Promise<void> {
  await connection.query(`select graphile_worker.force_unlock_workers(array(
    select locked_by from graphile_worker._private_jobs where locked_by is not null
    union select locked_by from graphile_worker._private_job_queues where locked_by is not null))`);
}

/** Takes back what was made in a database that had nothing but `schemasBefore`, all without tables. */
export async function dropAllBut(connection: pg.ClientBase, schemasBefore: readonly string[]): Promise<void> {
  for (const name of await schemasOf(connection)) if (!schemasBefore.includes(name)) await connection.query(`drop schema ${name} cascade`);
  for (const { name } of await tablesOf(connection)) await connection.query(`drop table ${name} cascade`);
}
