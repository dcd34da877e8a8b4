import { randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoPeople, seedDemoPeople } from "#people";
import { readArchive, writeArchive } from "#platform/archive";
import { openDb, type Db } from "#platform/db";
import { addJob } from "#platform/jobs";
import { backUp } from "./backup.ts";
import { checkBackup, restore } from "./restore.ts";
import { testDatabase, type TestDatabase } from "./testing.ts";

let source: TestDatabase;
let folder: string;
const made: { db: Db; name: string }[] = [];

beforeAll(async () => {
  source = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "minuta-backup-"));
  await fillData();
});
afterAll(async () => {
  for (const { db, name } of made) {
    await db.close();
    await source.db.pool.query(`drop database ${name} with (force)`);
  }
  await source.close();
  await rm(folder, { recursive: true, force: true });
});

/** People, money, waiting and running jobs, and values that are hard to copy. */
async function fillData(): Promise<void> {
  const { db } = source;
  await db.tx(seedDemoPeople);
  await db.pool.query("update people.person set firm = $1 where email = 'igor@minuta.example'", [
    '"Кавычки", (скобки), \\ и\nстроки; \t \u0001 😀 null',
  ]);
  await db.pool.query("select ledger.open_account(name) from unnest(array['bank', 'wallet:anna', 'wallet:igor']) name");
  await move("bank", "wallet:anna", 100_000);
  await db.pool.query("select ledger.open_purse(id, $1) from ledger.account where name = 'wallet:anna'", [randomUUID()]);
  await db.tx(async (tx) => {
    await addJob(tx, { task: "test.later", payload: { text: "потом" }, runAt: new Date("2030-01-01T00:00:00Z") });
    await addJob(tx, { task: "test.running", payload: { text: "сейчас" } });
  });
  await db.pool.query("select graphile_worker.add_job('test.running')");
  await db.pool.query("update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a-worker' where run_at <= now()");
}

let keys = 0;
async function move(from: string, to: string, amount: number): Promise<void> {
  await source.db.pool.query(
    `select ledger.post_batch(array[('backup-test:' || $1, 'correction', null, (select id from ledger.account where name = $2), (select id from ledger.account where name = $3), $4::bigint, null, false, 'a test', platform.now())::ledger.movement])`,
    [++keys, from, to, amount],
  );
}

let files = 0;
const freshFile = (): string => join(folder, `backup-${++files}`);
const freshFolder = (): Promise<string> => mkdtemp(join(folder, "data-"));
async function backUpTo(file = freshFile(), data?: string): Promise<string> {
  await backUp({ db: source.db, folder: data ?? (await freshFolder()), file });
  return file;
}
async function emptyDatabase(): Promise<Db> {
  const name = `restored_${randomUUID().replaceAll("-", "")}`;
  await source.db.pool.query(`create database ${name} template template0`);
  const db = openDb({ connection: { ...source.connection, database: name } });
  made.push({ db, name });
  return db;
}

const tableNames = async ({ pool }: Db): Promise<string[]> =>
  (
    await pool.query(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^pg_' and schemaname <> 'information_schema' and (schemaname, tablename) <> ('platform', 'attempt') order by 1",
    )
  ).rows.map(({ name }) => name);
/** Every row of every table, as text. */
async function everything(db: Db): Promise<Record<string, string[]>> {
  const tables = await tableNames(db);
  const read = tables.map(
    async (name) =>
      [name, (await db.pool.query(`select whole::text as line from ${name} whole order by 1`)).rows.map(({ line }) => line)] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

test("a restored database holds the same rows, and goes on numbering where the old one stood", async () => {
  await source.db.pool.query("update graphile_worker._private_jobs set locked_at = null, locked_by = null");
  const file = await backUpTo();
  const restored = await emptyDatabase();
  await restore(await checkBackup(file), { db: restored, folder: await freshFolder() });
  const [before, after] = [await everything(source.db), await everything(restored)];
  expect(after).toEqual(before);
  expect(before["people.person"]).toHaveLength(demoPeople().length);
  expect(before["graphile_worker._private_jobs"]!.length).toBeGreaterThan(1);
  const next = async ({ pool }: Db) =>
    (await pool.query("insert into ledger.account (name, kind) values ('earned:next', 'earned') returning id")).rows[0].id;
  expect(await next(restored)).toBe(await next(source.db));
});

test("a restored database guards itself as the old one: keys between tables, append-only tables, limits", async () => {
  const restored = await emptyDatabase();
  await restore(await checkBackup(await backUpTo()), { db: restored, folder: await freshFolder() });
  const rules = `select conrelid::regclass::text as "table", conname, convalidated, pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1, 2`;
  const triggers = "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2";
  for (const query of [rules, triggers]) expect((await restored.pool.query(query)).rows).toEqual((await source.db.pool.query(query)).rows);
  await expect(restored.pool.query("delete from ledger.transfer")).rejects.toThrow("append-only");
  await expect(
    restored.pool.query("insert into people.sign_in (token_hash, person_id, address, agent) values ('', uuidv7(), '', '')"),
  ).rejects.toThrow("foreign key");
});

test("jobs that were running when the copy was made are run again", async () => {
  await source.db.pool.query("update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a-worker' where run_at <= now()");
  const restored = await emptyDatabase();
  await restore(await checkBackup(await backUpTo()), { db: restored, folder: await freshFolder() });
  const jobs = await restored.pool.query("select locked_by from graphile_worker._private_jobs");
  expect(jobs.rows.length).toBeGreaterThan(1);
  expect(jobs.rows.every(({ locked_by }) => locked_by === null)).toBe(true);
});

test("a backup made while money moves is of one moment: the sum of all balances is zero, and each equals its transfers", async () => {
  let going = true;
  let moved = 0;
  const movers = Array.from({ length: 3 }, async () => {
    while (going) {
      await move("bank", "wallet:anna", 7);
      await move("wallet:anna", "wallet:igor", 3);
      moved += 2;
    }
  });
  while (moved < 50) await new Promise((resume) => setTimeout(resume, 5));
  const from = moved;
  const copies = [await backUpTo(), await backUpTo(), await backUpTo()];
  going = false;
  await Promise.all(movers);
  expect(moved, "money moved while it was copied").toBeGreaterThan(from);
  const sizes = new Set<number>();
  for (const file of copies) {
    const restored = await emptyDatabase();
    await restore(await checkBackup(file), { db: restored, folder: await freshFolder() });
    const { rows } = await restored.pool
      .query(`select (select sum(balance)::int from ledger.account) + (select sum(reserved + held)::int from ledger.purse) as zero,
      (select count(*)::int from ledger.transfer) as transfers,
      (select count(*)::int from ledger.account a where a.balance <> coalesce((select sum(case when t.to_account = a.id then t.amount else -t.amount end) from ledger.transfer t where a.id in (t.from_account, t.to_account)), 0)) as wrong`);
    expect(rows[0]).toMatchObject({ zero: 0, wrong: 0 });
    sizes.add(rows[0].transfers);
  }
  expect(sizes.size).toBeGreaterThan(1);
});

test("files of the data folder come back with their permissions; the database's own files and mails are left out", async () => {
  const data = await freshFolder();
  const key = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at & 255));
  await mkdir(join(data, "keys"));
  await writeFile(join(data, "keys", "ключ.bin"), key, { mode: 0o600 });
  await writeFile(join(data, "empty"), "", { mode: 0o640 });
  for (const left of ["postgres", "mail"]) {
    await mkdir(join(data, left));
    await writeFile(join(data, left, "left"), "out");
  }
  const file = join(data, "backup-inside-the-folder");
  const manifest = await backUp({ db: source.db, folder: data, file });
  expect(manifest.files.map(({ name }) => name)).toEqual(["empty", "keys/ключ.bin"]);
  const restoredFolder = await freshFolder();
  await restore(await checkBackup(file), { db: await emptyDatabase(), folder: restoredFolder });
  expect((await readdir(restoredFolder, { recursive: true })).sort()).toEqual(["empty", "keys", "keys/ключ.bin"]);
  expect(await readFile(join(restoredFolder, "keys", "ключ.bin"))).toEqual(key);
  expect((await stat(join(restoredFolder, "keys", "ключ.bin"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(restoredFolder, "empty"))).mode & 0o777).toBe(0o640);
});

test("a database that is not empty is refused and keeps what it has", async () => {
  const backup = await checkBackup(await backUpTo());
  const used = await testDatabase();
  const before = await everything(used.db);
  await expect(restore(backup, { db: used.db, folder: await freshFolder() })).rejects.toThrow("the database is not empty");
  expect(await everything(used.db)).toEqual(before);
  await used.close();
});

test("a data folder that has one of the files already is refused, the file untouched and the database still empty", async () => {
  const data = await freshFolder();
  await writeFile(join(data, "key"), "old");
  const backup = await checkBackup(await backUpTo(freshFile(), data));
  await writeFile(join(data, "key"), "newer");
  const empty = await emptyDatabase();
  await expect(restore(backup, { db: empty, folder: data })).rejects.toThrow("exists already");
  expect(await readFile(join(data, "key"), "utf8")).toBe("newer");
  expect(await tableNames(empty)).toEqual([]);
});

test("a backup with one byte changed is refused before anything is touched", async () => {
  const file = await backUpTo();
  const whole = await readFile(file);
  for (const at of [3, 4, 9, whole.length >> 1, whole.length - 1]) {
    const damaged = freshFile();
    await copyFile(file, damaged);
    const handle = await open(damaged, "r+");
    await handle.write(Buffer.from([whole[at]! ^ 0x10]), 0, 1, at);
    await handle.close();
    await expect(checkBackup(damaged), `byte ${at}`).rejects.toThrow(/damaged/);
  }
});

test("a file put together anew with other rows does not pass for the backup: its manifest tells other parts", async () => {
  const forged = freshFile();
  const original = await backUpTo();
  async function* parts() {
    for await (const part of readArchive(original)) {
      const content = Buffer.concat(await Array.fromAsync(part.content));
      const other = part.name.startsWith("tables/people.person/") ? Buffer.from(content.toString().replace("Анна", "Инна")) : content;
      yield {
        ...part,
        content: (async function* () {
          yield other;
        })(),
      };
    }
  }
  await writeArchive(forged, parts());
  await expect(checkBackup(forged)).rejects.toThrow("damaged");
});

test("a backup that breaks the database's own rules is refused as a whole: no row, no file, no table stays, and a good one can follow", async () => {
  const data = await freshFolder();
  await writeFile(join(data, "key"), "secret");
  const good = await checkBackup(await backUpTo(freshFile(), data));
  // The rows of one table are said to be none and its parts are passed over: sign-ins, say, without their persons.
  await source.db.pool.query(
    "insert into people.sign_in (token_hash, person_id, address, agent) select '\\x00', id, '', '' from people.person limit 1",
  );
  const broken = await checkBackup(await backUpTo(freshFile(), data));
  const persons = broken.manifest.tables.find(({ name }) => name === "people.person")!;
  Object.assign(persons, { rows: 0, parts: [] });
  const empty = await emptyDatabase();
  const target = await freshFolder();
  await expect(restore(broken, { db: empty, folder: target })).rejects.toThrow("foreign key");
  expect(await tableNames(empty)).toEqual([]);
  expect(await readdir(target)).toEqual([]);
  await restore(good, { db: empty, folder: target });
  expect((await everything(empty))["people.person"]).toHaveLength(demoPeople().length);
});

test("a backup of another version of the product is refused with the migration they differ in, and leaves an empty database", async () => {
  const { file, manifest } = await checkBackup(await backUpTo());
  const older = { file, manifest: { ...manifest, migrations: manifest.migrations.filter(({ name }) => name !== "0003_people.sql") } };
  const empty = await emptyDatabase();
  await expect(restore(older, { db: empty, folder: await freshFolder() })).rejects.toThrow("0003_people.sql");
  expect(await tableNames(empty)).toEqual([]);
});
