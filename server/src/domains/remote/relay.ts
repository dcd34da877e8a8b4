/** What the relay does with the next picture for a receiver that may be slow: it passes whole chains of pictures or none. Pure. */
import { PICTURE_QUEUE_BYTES } from "./limits.ts";

export interface PictureRelay {
  /** A picture was dropped, so those up to the next key frame mean nothing. */
  readonly waitsForKeyFrame: boolean;
  /** When a key frame was last asked for, ms; null: not since the last one passed. */
  readonly askedAt: number | null;
}

/** A receiver that has seen nothing yet. */
export const freshRelay: PictureRelay = { waitsForKeyFrame: true, askedAt: null };
const flowing: PictureRelay = { waitsForKeyFrame: false, askedAt: null };
const ASK_AGAIN_AFTER_MS = 500;

export interface NextPicture {
  readonly keyFrame: boolean;
  /** Bytes that wait for this receiver already; null: it has no socket for pictures just now. */
  readonly waitingBytes: number | null;
  readonly now: number;
}

/** `ask`: tell the sender to send a key frame; only once the receiver has room again, as key frames are large. */
export function relayPicture(state: PictureRelay, next: NextPicture): { state: PictureRelay; forward: boolean; ask: boolean } {
  const room = next.waitingBytes !== null && next.waitingBytes <= PICTURE_QUEUE_BYTES;
  if (!room) return { state: { waitsForKeyFrame: true, askedAt: state.askedAt }, forward: false, ask: false };
  if (!state.waitsForKeyFrame || next.keyFrame) return { state: flowing, forward: true, ask: false };
  const drained = (next.waitingBytes ?? 0) <= PICTURE_QUEUE_BYTES / 4;
  const ask = drained && (state.askedAt === null || next.now - state.askedAt >= ASK_AGAIN_AFTER_MS);
  return { state: { waitsForKeyFrame: true, askedAt: ask ? next.now : state.askedAt }, forward: false, ask };
}
