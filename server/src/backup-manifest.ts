/** What a backup says of itself, and which files of the data folder belong into it. */
import { z } from "zod";
import { appliedMigration, sequenceRecord, tableRecord } from "#platform/dump";

export const MANIFEST = "manifest.json";
/** Where files of the data folder stand in the archive. */
export const FILES = "files/";
/** Of the data folder, not copied: the database's own files (its rows are), and mails kept for developers. */
export const leftOut: readonly string[] = ["postgres", "mail"];

const fileRecord = z.object({ name: z.string().refine(isBelow), size: z.int(), mode: z.int(), sha256: z.string() });

/** The last part of the archive: by then everything is known. */
export const manifest = z.object({
  format: z.literal("minuta-backup"),
  version: z.literal(1),
  /** The moment the whole is of, by the database's clock. */
  at: z.iso.datetime({ offset: true }),
  migrations: z.array(appliedMigration),
  tables: z.array(tableRecord),
  sequences: z.array(sequenceRecord),
  files: z.array(fileRecord),
});
export type FileRecord = z.infer<typeof fileRecord>;
export type Manifest = z.infer<typeof manifest>;

/** A path below the folder it is put into, whatever somebody wrote into the file. */
function isBelow(name: string): boolean {
  return (
    name !== "" &&
    !name.startsWith("/") &&
    !name.includes("\\") &&
    name.split("/").every((piece) => piece !== "" && piece !== "." && piece !== "..")
  );
}
