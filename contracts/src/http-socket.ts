/**
 * A socket over HTTP requests, for networks whose proxy refuses WebSockets. Opened by a POST, which answers a token that names the
 * socket from then on (header `x-socket`). Down: one answer that streams for as long as it lasts, or many that come whole, each from the
 * piece the page asks for; up: POSTs, one at a time, each with the number of its first piece. So nothing is lost or comes twice, however
 * often a connection breaks.
 */
import { z } from "zod/mini";

export const httpSocketPaths = { open: "/api/socket", down: "/api/socket/down", up: "/api/socket/up", echo: "/api/socket/echo" } as const;
export const HTTP_SOCKET_HEADER = "x-socket";

const number = z.coerce.number().check(z.int(), z.nonnegative());
/** Where the socket leads, as the path of a WebSocket. */
export const httpSocketOpen = z.object({ path: z.string().check(z.maxLength(200)) });
export const httpSocketOpened = z.object({ token: z.string() });
/** `from`: the first piece wanted, so all before it came. `hold`: seconds an answer may wait for something to say; `stream`: it never ends by itself. */
export const httpSocketDown = z.object({ from: number, hold: z.union([z.literal("stream"), number.check(z.maximum(25))]) });
/** `from`: the number of the first piece of the body; `got`: the first piece that did not come yet. */
export const httpSocketUp = z.object({ from: number, got: number });

/** Sum of the pieces of one POST, bytes: one key frame of a large screen and something beside it. */
export const HTTP_SOCKET_BODY_MAX_BYTES = 4_500_000;

/** `nothing` says only that bytes come through, and is not counted. */
export const pieceKinds = { text: 0, binary: 1, close: 2, nothing: 3 } as const;
export type PieceKind = (typeof pieceKinds)[keyof typeof pieceKinds];

export interface Piece {
  readonly kind: PieceKind;
  readonly payload: Uint8Array;
}

const HEAD_BYTES = 5;

/** Length 4 (big endian) · kind 1 · payload. */
export function writePiece({ kind, payload }: Piece): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes[4] = kind;
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** The code and reason of a closing, as a payload. */
export function writeClose(code: number, reason: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(reason);
  const bytes = new Uint8Array(2 + text.length);
  new DataView(bytes.buffer).setUint16(0, code);
  bytes.set(text, 2);
  return bytes;
}
export const readClose = (payload: Uint8Array): number =>
  payload.length < 2 ? 1005 : new DataView(payload.buffer, payload.byteOffset).getUint16(0);

/** Cuts a stream of bytes into pieces. */
export class PieceReader {
  #rest = new Uint8Array();

  /** The pieces that are whole now; null: this is none of ours, or one is too large. */
  push(chunk: Uint8Array): Piece[] | null {
    const left = new Uint8Array(this.#rest.length + chunk.length);
    left.set(this.#rest);
    left.set(chunk, this.#rest.length);
    const pieces: Piece[] = [];
    let at = 0;
    while (left.length - at >= HEAD_BYTES) {
      const length = new DataView(left.buffer, at).getUint32(0);
      const kind = left[at + 4] ?? 255;
      if (!isKind(kind) || length > HTTP_SOCKET_BODY_MAX_BYTES) return null;
      if (left.length - at < HEAD_BYTES + length) break;
      pieces.push({ kind, payload: left.slice(at + HEAD_BYTES, at + HEAD_BYTES + length) });
      at += HEAD_BYTES + length;
    }
    this.#rest = left.slice(at);
    return pieces;
  }

  /** Bytes of a piece that was cut. */
  get unfinished(): number {
    return this.#rest.length;
  }
}

const isKind = (kind: number): kind is PieceKind => kind <= pieceKinds.nothing;
