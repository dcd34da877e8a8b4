/** Who may open recordings, what there is to open, and the file that plays; every opening is written down for both to see. */
import { createHash } from "node:crypto";
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import { PART_BYTES, type KeptRecordings, type RecordingAccess } from "@minuta/contracts/recordings";
import { noSegments } from "@minuta/contracts/recording-chain";
import type { StreamReply } from "#platform/http";
import { refuse } from "#platform/refusal";
import { asSegment } from "./add-segment.ts";
import type { End } from "./index.ts";
import type { Sink } from "./media.ts";
import { markDamaged, readSegment, type Inside } from "./receive-part.ts";
import { ACCESS_MINUTES, filesOf } from "./rules.ts";
import * as store from "./store.ts";

const DAY_MS = 86_400_000;

export interface Opener {
  readonly personId: PersonId | null;
  readonly guestId: GuestId | null;
}

/** Strangers do not learn whether there is such a call. */
export async function openerOf(
  { calls, isArbiter }: Inside,
  callId: CallId,
  { personId, guestId }: Opener,
): Promise<RecordingAccess["by"]> {
  const party = await calls.partyOf(callId, { personId, guestId });
  if (party !== null) return party.side;
  if (personId !== null && (await isArbiter(callId, personId))) return "arbiter";
  throw refuse("not-found", {});
}

type Row = store.SegmentRow & { readonly from: Date; readonly to: Date };
const filesOfSide = (rows: readonly store.SegmentRow[], side: Side): Row[][] =>
  filesOf(rows.filter((row) => row.side === side && row.state === "kept").map((row) => ({ ...row, from: row.from_at, to: row.to_at })));

export async function listKept(deps: Inside, callId: CallId, opener: Opener): Promise<KeptRecordings> {
  await openerOf(deps, callId, opener);
  const rows = await deps.db.rows(store.listSegments, [callId]);
  const heads = await deps.db.rows(store.listHeads, [callId]);
  const accesses = await deps.db.rows(store.listAccesses, [callId]);
  const { last, held } = await deps.db.one(store.findKeeping, [callId]);
  const of = (side: Side): KeptRecordings[Side] => {
    const { count, hash } = heads.find((one) => one.side === side) ?? noSegments;
    return {
      head: { count, hash },
      segments: rows.filter((row) => row.side === side).map(asSegment),
      files: filesOfSide(rows, side).map((pieces, index) => ({
        index,
        ...spanOf(pieces),
        segments: pieces.length,
        picture: pictureOf(pieces),
      })),
    };
  };
  return {
    client: of("client"),
    consultant: of("consultant"),
    accesses: accesses.map(({ at, by, what, side }) => ({ at, by, what, side })),
    deletedAt: last === null || held ? null : new Date(last.getTime() + deps.keptDays * DAY_MS),
    held,
  };
}

const spanOf = (pieces: readonly Row[]) => ({ from: pieces[0]!.from, to: pieces.at(-1)!.to });

function pictureOf(pieces: readonly Row[]): KeptRecordings[Side]["files"][number]["picture"] {
  const shown = pieces.find(({ codec }) => codec !== null);
  if (shown === undefined) return null;
  const { codec, width, height } = shown;
  return codec === null || width === null || height === null ? null : { codec, width, height };
}

export interface Opening extends End {
  readonly index: number;
  readonly opener: Opener;
  readonly as: "play" | "download";
}

/** Refuses when there is no such file, or it is not the caller's to open. The first one who opens it waits until it is made. */
export async function openFile(deps: Inside, { callId, side, index, opener, as }: Opening): Promise<StreamReply> {
  const by = await openerOf(deps, callId, opener);
  const end = { callId, side };
  const made = await madeFile(deps, end, index);
  await noteAccess(deps, { callId, side, opener, by, what: as === "play" ? "played" : "downloaded" });
  const size = Number(made.bytes);
  return {
    contentType: "video/webm",
    fileName: as === "download" ? `${callId}-${side}-${index + 1}.webm` : null,
    size,
    read: (start, before) => readMade(deps, { end, objects: made.objects }, { start, before: Math.min(before, size) }),
  };
}

interface Access extends End, Pick<RecordingAccess, "by" | "what"> {
  readonly opener: Opener;
}

export const noteAccess = ({ db }: Inside, { callId, side, by, opener, what }: Access): Promise<unknown> =>
  db.run(store.addAccess, [callId, side, by, opener.personId, opener.guestId, what, ACCESS_MINUTES]);

interface Made {
  readonly objects: readonly string[];
  readonly bytes: bigint;
}

async function madeFile(deps: Inside, end: End, index: number): Promise<Made> {
  const pieces = filesOfSide(await deps.db.rows(store.listSegments, [end.callId]), end.side)[index];
  if (pieces === undefined) throw refuse("not-found", {});
  const of = createHash("sha256")
    .update(pieces.map(({ id }) => id).join(" "))
    .digest("hex");
  const place = [end.callId, end.side, of];
  const made = await deps.db.maybe(store.findRemux, place);
  if (made !== null) return made;
  const running = deps.remuxing.get(of) ?? make(deps, end, { pieces, of }).finally(() => deps.remuxing.delete(of));
  deps.remuxing.set(of, running);
  await running;
  const found = await deps.db.maybe(store.findRemux, place);
  // A piece was found damaged meanwhile: the list of files is another one by now.
  if (found === null) throw refuse("not-found", {});
  return found;
}

async function make(deps: Inside, end: End, { pieces, of }: { pieces: readonly Row[]; of: string }): Promise<void> {
  const zero = pieces[0]!.from.getTime();
  const secondsFrom = (at: Date): number => (at.getTime() - zero) / 1000;
  let damaged = 0;
  const sources = pieces.map((piece) => ({
    startsAtSeconds: secondsFrom(piece.from),
    endsAtSeconds: secondsFrom(piece.to),
    async read() {
      const bytes = await readSegment(deps, piece);
      if (bytes === null) {
        damaged += 1;
        await markDamaged(deps, piece);
      }
      return bytes;
    },
  }));
  const file = new SealedFile(deps, end);
  const { remux } = await import("./media.ts");
  await remux(sources, pictureOf(pieces)?.codec ?? null, file);
  const { objects, bytes } = await file.close();
  const kept = damaged === 0 && (await deps.db.run(store.addRemux, [end.callId, end.side, of, objects, bytes])) === 1;
  if (!kept) await deps.vault.remove(objects);
}

/** Pieces that may still be written to are in memory: the head of the file, and the last few. */
const OPEN_PIECES_MAX = 8;

/** A file in sealed pieces of one size; a place that was written before may be written again. */
class SealedFile implements Sink {
  readonly #deps: Inside;
  readonly #end: End;
  readonly #open = new Map<number, Uint8Array>();
  readonly #sealed = new Map<number, string>();
  #length = 0;

  constructor(deps: Inside, end: End) {
    this.#deps = deps;
    this.#end = end;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const piece = Math.floor((position + done) / PART_BYTES);
      const at = (position + done) % PART_BYTES;
      const length = Math.min(PART_BYTES - at, bytes.length - done);
      (await this.#pieceOf(piece)).set(bytes.subarray(done, done + length), at);
      done += length;
    }
    this.#length = Math.max(this.#length, position + bytes.length);
    while (this.#open.size > OPEN_PIECES_MAX) await this.#sealPiece([...this.#open.keys()].filter((piece) => piece !== 0)[0] ?? 0);
  }

  async close(): Promise<{ objects: string[]; bytes: number }> {
    for (const piece of this.#open.keys()) await this.#sealPiece(piece);
    const count = Math.ceil(this.#length / PART_BYTES);
    return { objects: Array.from({ length: count }, (_, piece) => this.#sealed.get(piece)!), bytes: this.#length };
  }

  async #pieceOf(piece: number): Promise<Uint8Array> {
    const open = this.#open.get(piece);
    if (open !== undefined) return open;
    const name = this.#sealed.get(piece);
    const fresh = new Uint8Array(PART_BYTES);
    if (name !== undefined) fresh.set((await this.#deps.vault.get(this.#end, name)) ?? []);
    this.#open.set(piece, fresh);
    return fresh;
  }

  async #sealPiece(piece: number): Promise<void> {
    const before = this.#sealed.get(piece);
    this.#sealed.set(piece, await this.#deps.vault.put(this.#end, this.#open.get(piece)!));
    this.#open.delete(piece);
    if (before !== undefined) await this.#deps.vault.remove([before]);
  }
}

async function* readMade(
  { vault }: Inside,
  { end, objects }: { end: End; objects: readonly string[] },
  { start, before }: { start: number; before: number },
): AsyncGenerator<Uint8Array> {
  for (let position = start; position < before;) {
    const piece = Math.floor(position / PART_BYTES);
    const bytes = await vault.get(end, objects[piece]!);
    if (bytes === null) throw new Error(`a piece of a file of call ${end.callId} cannot be read`);
    const from = position % PART_BYTES;
    const to = Math.min(PART_BYTES, from + before - position);
    yield bytes.subarray(from, to);
    position += to - from;
  }
}
