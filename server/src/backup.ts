/**
 * `npm run backup -- file`: a copy of the whole (all tables at one moment, and the files of the data folder, keys included) in one
 * file, while the product runs or not. Restored by restore.ts.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { writeArchive, type Part } from "#platform/archive";
import { openDb, type Db, type Tx } from "#platform/db";
import { atOneMoment, migrationsOf, momentOf, once, partsOfTable, sequencesOf, tablesOf, type TableRecord } from "#platform/dump";
import { startPostgres } from "#platform/postgres";
import { FILES, leftOut, MANIFEST, type FileRecord, type Manifest } from "./backup-manifest.ts";
import { readConfig } from "./config.ts";

export interface BackupOptions {
  readonly db: Db;
  /** The data folder. */
  readonly folder: string;
  /** Where the copy goes; refused when there is a file already. */
  readonly file: string;
}

/** Writes the copy; the file appears whole or not at all. Whoever writes meanwhile is not stopped and not half in it. */
export async function backUp({ db, folder, file }: BackupOptions): Promise<Manifest> {
  let written: Manifest | undefined;
  await atOneMoment(db, (connection) =>
    writeArchive(
      file,
      partsOf({ connection, folder, file }, (manifest) => (written = manifest)),
    ),
  );
  if (written === undefined) throw new Error("the backup has no manifest");
  return written;
}

type Source = Pick<BackupOptions, "folder" | "file"> & { readonly connection: Tx["connection"] };

async function* partsOf({ connection, folder, file }: Source, tell: (manifest: Manifest) => void): AsyncGenerator<Part> {
  const [at, migrations, shapes] = [await momentOf(connection), await migrationsOf(connection), await tablesOf(connection)];
  const tables: TableRecord[] = [];
  for (const shape of shapes) {
    const record = { ...shape, rows: 0, parts: [] };
    tables.push(record);
    yield* partsOfTable(connection, record);
  }
  const sequences = await sequencesOf(connection);
  // After the tables, so that every file a row speaks of is there.
  const files: FileRecord[] = [];
  for (const name of await filesIn(folder, resolve(file))) yield* partOfFile(folder, name, files);
  const manifest: Manifest = { format: "minuta-backup", version: 1, at, migrations, tables, sequences, files };
  const content = Buffer.from(JSON.stringify(manifest));
  yield { name: MANIFEST, size: content.length, mode: 0o600, content: once(content) };
  tell(manifest);
}

/** Plain files of the data folder, by their paths with slashes; without the database's, the mails and the backup itself. */
async function filesIn(folder: string, backup: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => resolve(path) !== backup && resolve(path) !== `${backup}.part`)
    .map((path) => relative(folder, path).split(sep).join("/"))
    .filter((name) => !leftOut.includes(name.split("/")[0] ?? ""))
    .sort();
}

async function* partOfFile(folder: string, name: string, records: FileRecord[]): AsyncGenerator<Part> {
  const handle = await open(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    // Deleted since the folder was read.
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (handle === null) return;
  try {
    const { size, mode } = await handle.stat();
    const hash = createHash("sha256");
    yield { name: `${FILES}${name}`, size, mode: mode & 0o777, content: beginningOf(handle, size, (bytes) => hash.update(bytes)) };
    records.push({ name, size, mode: mode & 0o777, sha256: hash.digest("hex") });
  } finally {
    await handle.close();
  }
}

/** A file that grows meanwhile is copied as long as it was. */
async function* beginningOf(handle: FileHandle, size: number, note: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  for await (const bytes of handle.createReadStream({ start: 0, end: size - 1, autoClose: false })) {
    note(bytes);
    yield bytes;
  }
}

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new Error("usage: npm run backup -- FILE");
  // npm changes into the project's folder; the file is meant from where the command was typed.
  const file = resolve(process.env["INIT_CWD"] ?? "", name);
  const { DATABASE_URL, DATA_DIR } = readConfig(process.env);
  const folder = resolve(DATA_DIR);
  const embedded = join(folder, "postgres");
  if (DATABASE_URL === undefined && !existsSync(embedded)) throw new Error(`there is nothing to copy: ${folder} holds no database`);
  const postgres = DATABASE_URL === undefined ? await startPostgres({ folder: embedded }) : null;
  const db = openDb({ connection: DATABASE_URL ?? postgres!.connection });
  try {
    const { at, tables, files } = await backUp({ db, folder, file });
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const { size } = await stat(file);
    console.log(`Copied ${rows} rows of ${tables.length} tables and ${files.length} files, as of ${at}, into ${file} (${size} bytes).`);
    console.log("It holds keys and personal data: keep it as carefully as the original.");
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
