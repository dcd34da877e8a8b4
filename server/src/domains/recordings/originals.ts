/** The segments of a side bit for bit as they were hashed, for whoever checks them himself: one archive, made while it is sent. */
import { tarLength, tarOf, type Part } from "#platform/archive";
import type { StreamReply } from "#platform/http";
import { refuse } from "#platform/refusal";
import { noteAccess, openerOf, type Opening } from "./open.ts";
import { markDamaged, readSegment, type Inside } from "./receive-part.ts";
import * as store from "./store.ts";

/** Refuses when there are none, or they are not the caller's to open. */
export async function openOriginals(deps: Inside, { callId, side, opener }: Omit<Opening, "index" | "as">): Promise<StreamReply> {
  const by = await openerOf(deps, callId, opener);
  const all = await deps.db.rows(store.listSegments, [callId]);
  const kept = all.filter((segment) => segment.side === side && segment.state === "kept");
  if (kept.length === 0) throw refuse("not-found", {});
  await noteAccess(deps, { callId, side, opener, by, what: "downloaded" });
  const name = `${callId}-${side}`;
  const parts = kept.map((segment) => ({
    name: `${name}/${fileNameOf(segment)}`,
    size: segment.bytes,
    mode: 0o644,
    content: readOne(deps, segment),
  }));
  const beginOf = (n: number): number => tarLength(kept.slice(0, n).map(({ bytes }) => bytes)) - tarLength([]);
  return {
    contentType: "application/x-tar",
    fileName: `${name}-originals.tar`,
    size: tarLength(kept.map(({ bytes }) => bytes)),
    read(start, before) {
      // What lies before is not read from the store to be thrown away.
      const skipped = Math.max(
        0,
        parts.findLastIndex((_, n) => beginOf(n) <= start),
      );
      return between(tarOf(parts.slice(skipped)), start - beginOf(skipped), before - beginOf(skipped));
    },
  };
}

/** `client-0007-2026-11-29T13-41-31.123Z.webm`: side, place in its chain, start. Windows takes no colon. */
const fileNameOf = ({ side, n, from_at }: store.SegmentRow): string =>
  `${side}-${String(n).padStart(4, "0")}-${from_at.toISOString().replaceAll(":", "-")}.webm`;

/** Read when its turn comes. What is found damaged breaks the download off: both are told, and the next one is without it. */
async function* readOne(deps: Inside, segment: store.SegmentRow): Part["content"] {
  const bytes = await readSegment(deps, segment);
  if (bytes === null) {
    await markDamaged(deps, segment);
    throw new Error(`segment ${segment.n} of the ${segment.side} of call ${segment.call_id} cannot be read`);
  }
  yield bytes;
}

/** A download that goes on where it broke off is made anew and not sent up to there. */
async function* between(all: AsyncIterable<Uint8Array>, start: number, before: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const bytes of all) {
    const piece = bytes.subarray(Math.max(0, start - at), Math.max(0, before - at));
    at += bytes.length;
    if (piece.length > 0) yield piece;
    if (at >= before) return;
  }
}
