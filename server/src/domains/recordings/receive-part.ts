/** The bytes of a segment come in parts, in any order, again and again; when all are there they are checked against the hash. */
import { createHash } from "node:crypto";
import { PART_BYTES, partsOf, type SegmentState } from "@minuta/contracts/recordings";
import { refuse } from "#platform/refusal";
import type { End, RecordingsDeps } from "./index.ts";
import * as store from "./store.ts";
import { tellBoth } from "./tell.ts";
import type { Vault } from "./vault.ts";

export interface Inside extends RecordingsDeps {
  readonly vault: Vault;
  /** Files that are being made now, by what they are made of: nobody makes one twice at a time. */
  readonly remuxing: Map<string, Promise<void>>;
}

export interface OwnSegment extends End {
  readonly segmentId: string;
}

export interface Upload {
  readonly state: SegmentState;
  /** Parts that have not come, counted from 0. */
  readonly missing: number[];
}

async function ownSegment({ db }: RecordingsDeps, { callId, side, segmentId }: OwnSegment): Promise<store.SegmentRow> {
  const segment = await db.maybe(store.findSegment, [segmentId]);
  if (segment === null || segment.call_id !== callId || segment.side !== side) throw refuse("not-found", {});
  return segment;
}

export async function missingOf(deps: Inside, of: OwnSegment): Promise<Upload> {
  const segment = await ownSegment(deps, of);
  if (segment.state === "kept" || segment.state === "deleted") return { state: segment.state, missing: [] };
  const come = new Set((await deps.db.rows(store.listParts, [segment.id])).map(({ part }) => part));
  const missing = Array.from({ length: partsOf(segment.bytes) }, (_, part) => part).filter((part) => !come.has(part));
  return { state: segment.state, missing };
}

/** Refuses a part that the segment does not have, or of another length; one that came before changes nothing. */
export async function receivePart(deps: Inside, of: OwnSegment, { part, bytes }: { part: number; bytes: Uint8Array }): Promise<Upload> {
  const segment = await ownSegment(deps, of);
  const before = await missingOf(deps, of);
  if (part >= partsOf(segment.bytes) || bytes.length !== Math.min(PART_BYTES, segment.bytes - part * PART_BYTES))
    throw refuse("invalid-input", { fields: ["part"] });
  if (before.missing.includes(part)) {
    const object = await deps.vault.put(of, bytes);
    // The same part at the same moment from another tab: one of them stays.
    if ((await deps.db.run(store.addPart, [segment.id, part, object])) === 0) await deps.vault.remove([object]);
  }
  const after = await missingOf(deps, of);
  if (after.missing.length > 0 || after.state === "kept" || after.state === "deleted") return after;
  await checkWhole(deps, segment);
  return missingOf(deps, of);
}

async function checkWhole(deps: Inside, segment: store.SegmentRow): Promise<void> {
  // Much to read for a start that nobody records after.
  const { inspect } = await import("./media.ts");
  const bytes = await readSegment(deps, segment);
  const found = bytes === null ? null : await inspect(bytes);
  if (found === null) return markDamaged(deps, segment);
  await deps.db.rows(store.changeState, [segment.id, "kept", found.codec, found.width, found.height]);
}

/** The whole file as it was hashed; null: some of it is missing or changed. */
export async function readSegment({ db, vault }: Inside, segment: store.SegmentRow): Promise<Buffer | null> {
  const end: End = { callId: segment.call_id, side: segment.side };
  const pieces: Uint8Array[] = [];
  for (const { object } of await db.rows(store.listParts, [segment.id])) {
    const piece = await vault.get(end, object);
    if (piece === null) return null;
    pieces.push(piece);
  }
  const whole = Buffer.concat(pieces);
  return createHash("sha256").update(whole).digest("hex") === segment.sha256 ? whole : null;
}

/** Told to both, once; its bytes are worth nothing and may be sent again. */
export async function markDamaged(deps: Inside, { id, call_id: callId, side, n, sha256 }: store.SegmentRow): Promise<void> {
  const gone = await deps.db.tx(async (tx) => {
    const parts = await tx.rows(store.forgetParts, [id]);
    const news = await tx.maybe(store.changeState, [id, "damaged", null, null, null]);
    if (news !== null) {
      await deps.record(tx, callId, { actor: "server", kind: "recording-damaged", facts: { side, n, sha256 } });
      tellBoth(deps, tx, callId);
    }
    return parts.map(({ object }) => object);
  });
  await deps.vault.remove(gone);
}
