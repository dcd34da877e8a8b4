/**
 * What was recorded, on this browser's own disk (the origin private file system) until the server has it: for each segment a file of
 * media, and a note beside it that says whose it is. Runs in workers only.
 */
import { callId, side } from "@minuta/contracts/ids";
import { z } from "zod/mini";
import { FOLDER } from "./folder.ts";

const note = z.object({
  segmentId: z.uuid(),
  takeId: z.uuid(),
  callId,
  side,
  /** By this machine's clock, in ms; `offsetMs` later by the server's. */
  from: z.number(),
  offsetMs: z.number(),
  /** When its newest piece came, by this machine's clock: so far it goes should its page die. A file's own date is not kept everywhere. */
  through: z.number(),
  /** Set when it is whole: nothing is written to it any more. */
  closed: z.nullable(z.object({ to: z.number(), bytes: z.int(), sha256: z.string(), cut: z.boolean() })),
});
export type Note = z.infer<typeof note>;

/** Held by the recorder for as long as it lives: whoever gets it may take over what that recorder left. */
export const lockOfTake = (takeId: string): string => `${RECORDER_LOCKS}${takeId}`;
export const RECORDER_LOCKS = "minuta-recorder ";

const folder = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
const mediaName = (segmentId: string): string => `${segmentId}.webm`;
const noteName = (segmentId: string): string => `${segmentId}.json`;

/** Whether this browser can keep recordings at all. */
export const canKeep = (): boolean =>
  typeof FileSystemFileHandle !== "undefined" && "createSyncAccessHandle" in FileSystemFileHandle.prototype;

/** Appears whole or not at all. */
export async function writeNote(of: Note): Promise<void> {
  const file = await (await folder()).getFileHandle(noteName(of.segmentId), { create: true });
  const writable = await file.createWritable();
  await writable.write(JSON.stringify(of));
  await writable.close();
}

/** In the order in which they were recorded; notes that cannot be read are passed over. */
export async function listNotes(): Promise<Note[]> {
  const found: Note[] = [];
  for await (const entry of (await folder()).values()) {
    const read = entry.kind === "file" && entry.name.endsWith(".json") ? await readNote(entry) : null;
    if (read !== null) found.push(read);
  }
  return found.sort((one, other) => one.from - other.from);
}

/** The note as it stands now; null: it is not there, or cannot be read. */
export async function noteOf(segmentId: string): Promise<Note | null> {
  try {
    return await readNote(await (await folder()).getFileHandle(noteName(segmentId)));
  } catch {
    return null;
  }
}

const readNote = async (file: FileSystemFileHandle): Promise<Note | null> =>
  note.safeParse(parsed(await (await file.getFile()).text())).data ?? null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The segment's media; null: there is no file. */
export async function readMedia(segmentId: string): Promise<File | null> {
  try {
    return await (await (await folder()).getFileHandle(mediaName(segmentId))).getFile();
  } catch {
    return null;
  }
}

export async function forget(segmentId: string): Promise<void> {
  const from = await folder();
  for (const name of [mediaName(segmentId), noteName(segmentId)]) await from.removeEntry(name).catch(() => undefined);
}

/** What of it is used; TypeScript's DOM library leaves it to workers. */
interface SyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  close(): void;
}
type WritableInWorkers = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> };

/** A segment that is being written. Each piece is on the disk when `write` answers; throws when there is no room. */
export class MediaFile {
  readonly #handle: SyncAccessHandle;
  #length = 0;

  private constructor(handle: SyncAccessHandle) {
    this.#handle = handle;
  }

  static async create(segmentId: string): Promise<MediaFile> {
    const file = await (await folder()).getFileHandle(mediaName(segmentId), { create: true });
    return new MediaFile(await (file as WritableInWorkers).createSyncAccessHandle());
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    const written = this.#handle.write(bytes, { at: this.#length });
    if (written < bytes.length) throw new DOMException("no room on the disk", "QuotaExceededError");
    this.#length += written;
    this.#handle.flush();
  }

  close(): void {
    this.#handle.close();
  }
}
