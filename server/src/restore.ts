/**
 * `npm run restore -- file`: puts a copy made by backup.ts into an empty database and data folder, whole or not at all.
 * Everything about the file is checked before anything is touched.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkArchive, DamagedArchive, readArchive, type Part } from "#platform/archive";
import { openDb, type Db, type Tx } from "#platform/db";
import {
  dropAllBut,
  freeJobs,
  insertLines,
  migrationsOf,
  refill,
  schemasOf,
  setSequences,
  tablesOf,
  type TableRecord,
} from "#platform/dump";
import { migrate } from "#platform/migrate";
import { startPostgres } from "#platform/postgres";
import { FILES, MANIFEST, manifest as manifestSchema, type Manifest } from "./backup-manifest.ts";
import { readConfig } from "./config.ts";

/** A backup that was read through once and found whole. */
export interface CheckedBackup {
  readonly file: string;
  readonly manifest: Manifest;
}

/** Reads the whole file; throws `DamagedArchive` unless every byte, part and count is as the manifest says. */
export async function checkBackup(file: string): Promise<CheckedBackup> {
  await checkArchive(file);
  const found: { name: string; size: number; sha256: string }[] = [];
  let manifest: Manifest | null = null;
  for await (const part of readArchive(file)) {
    if (part.name === MANIFEST) manifest = manifestSchema.parse(JSON.parse((await wholeOf(part)).toString()));
    else found.push({ name: part.name, size: part.size, sha256: await hashOfPart(part) });
  }
  if (manifest === null) throw new DamagedArchive(`${file} is no backup of this product`);
  const told = [
    ...manifest.tables.flatMap(({ parts }) => parts),
    ...manifest.files.map(({ name, size, sha256 }) => ({ name: `${FILES}${name}`, size, sha256 })),
  ];
  if (!isDeepStrictEqual(found, told)) throw new DamagedArchive(`${file} is damaged: its parts are not those of its manifest`);
  return { file, manifest };
}

export interface RestoreOptions {
  /** Without tables. */
  readonly db: Db;
  /** The data folder; holds none of the backup's files yet. */
  readonly folder: string;
}

/** Restores in one transaction. Refuses a database with tables, files that are there already, and a backup of another version; then nothing has changed. */
export async function restore({ file, manifest }: CheckedBackup, { db, folder }: RestoreOptions): Promise<void> {
  for (const { name } of manifest.files) {
    if (await stat(join(folder, name)).catch(() => null))
      throw new Error(
        `${join(folder, name)} exists already, nothing was changed. Restore wants a data folder without the files of the backup`,
      );
  }
  const schemasBefore = await withConnection(db, async (connection) => {
    if ((await tablesOf(connection)).length > 0)
      throw new Error(
        "the database is not empty, nothing was changed. Restore wants a new one: for the embedded database, stop the product and move its data folder away",
      );
    return schemasOf(connection);
  });
  const files = new NewFiles(folder);
  try {
    await migrate(db.pool);
    await db.tx(async ({ connection }) => {
      await checkVersion(connection, manifest);
      await refill(connection, () => putParts({ file, manifest, connection, files }));
      await setSequences(connection, manifest.sequences);
      await freeJobs(connection);
      await files.appear();
    });
  } catch (error) {
    await files.vanish();
    await withConnection(db, (connection) => dropAllBut(connection, schemasBefore));
    throw error;
  }
  await db.pool.query("analyze");
}

async function withConnection<T>({ pool }: Db, work: (connection: Tx["connection"]) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  return work(connection).finally(() => connection.release());
}

/** The same migrations and, of the job queue too, the same tables. */
async function checkVersion(connection: Tx["connection"], manifest: Manifest): Promise<void> {
  const here = await migrationsOf(connection);
  const other = [...manifest.migrations, ...here].find(
    (one) => ![manifest.migrations, here].every((all) => all.some((same) => isDeepStrictEqual(same, one))),
  );
  if (other)
    throw new Error(
      `the backup was made by another version of the product (they differ in ${other.name}): restore it with that version, then upgrade`,
    );
  const shapes = manifest.tables.map(({ name, columns }) => ({ name, columns }));
  if (!isDeepStrictEqual(shapes, await tablesOf(connection)))
    throw new Error("the backup was made by another version of the product: its tables are other ones");
}

interface Filling extends CheckedBackup {
  readonly connection: Tx["connection"];
  readonly files: NewFiles;
}

async function putParts({ file, manifest, connection, files }: Filling): Promise<void> {
  const tableOf = new Map<string, TableRecord>(manifest.tables.flatMap((table) => table.parts.map(({ name }) => [name, table])));
  const rows = new Map<string, number>();
  for await (const part of readArchive(file)) {
    const table = tableOf.get(part.name);
    if (part.name.startsWith(FILES)) await files.write(part);
    else if (table)
      rows.set(table.name, (rows.get(table.name) ?? 0) + (await insertLines(connection, table, linesOf(await wholeOf(part)))));
  }
  for (const { name, rows: told } of manifest.tables) {
    if ((rows.get(name) ?? 0) !== told)
      throw new DamagedArchive(`${file} is damaged: ${name} has ${rows.get(name) ?? 0} rows instead of ${told}`);
  }
}

const linesOf = (content: Buffer): string[] =>
  content
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => String(JSON.parse(line)));

async function wholeOf({ content }: Part): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(content));
}

async function hashOfPart({ content }: Part): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of content) hash.update(bytes);
  return hash.digest("hex");
}

/** Files of the data folder, written aside and put in place together at the end. */
class NewFiles {
  private readonly folder: string;
  private readonly written: { aside: string; place: string }[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async write({ name, mode, content }: Part): Promise<void> {
    const place = join(this.folder, name.slice(FILES.length));
    const aside = `${place}.restoring`;
    await mkdir(dirname(place), { recursive: true });
    this.written.push({ aside, place });
    const handle = await open(aside, "wx", 0o600);
    try {
      for await (const bytes of content) await handle.write(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(aside, mode);
  }

  async appear(): Promise<void> {
    for (const { aside, place } of this.written) await rename(aside, place);
  }

  async vanish(): Promise<void> {
    for (const { aside, place } of this.written) await Promise.all([rm(aside, { force: true }), rm(place, { force: true })]);
  }
}

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new Error("usage: npm run restore -- FILE");
  // npm changes into the project's folder; the file is meant from where the command was typed.
  const backup = await checkBackup(resolve(process.env["INIT_CWD"] ?? "", name));
  const { DATABASE_URL, DATA_DIR } = readConfig(process.env);
  const folder = resolve(DATA_DIR);
  const postgres = DATABASE_URL === undefined ? await startPostgres({ folder: join(folder, "postgres") }) : null;
  const db = openDb({ connection: DATABASE_URL ?? postgres!.connection });
  try {
    await restore(backup, { db, folder });
    const rows = backup.manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    console.log(
      `Restored ${rows} rows of ${backup.manifest.tables.length} tables and ${backup.manifest.files.length} files, as of ${backup.manifest.at}.`,
    );
  } finally {
    await db.close();
    await postgres?.stop();
  }
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
