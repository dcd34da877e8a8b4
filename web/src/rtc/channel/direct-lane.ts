/**
 * Pictures straight from page to page: the same that go over the relay, on an ordered data channel of the peer connection, and the words about
 * them. What is said here is sealed by the connection itself (DTLS, with the certificates both ends committed to), so it needs neither the
 * server nor the call's keys.
 *
 * A message is text, one of the signals about pictures, or a piece of a picture: last 1 (0 or 1) · bytes. The pieces of a picture together are
 * flags 1 (bit 0: key frame) · era 4 · sequence 4 (big endian), then the picture. Small pieces let echoes and words pass between them.
 */
import { PICTURE_MAX_BYTES, signal as signalSchema, type Signal } from "@minuta/contracts/wire";
import type { PictureWay } from "./picture-sender.ts";
import type { Arrived } from "./picture-viewer.ts";

/** Said among the names of codecs: pictures may come here this way. */
export const DATA_CHANNEL = "data-channel";
/** Where a worker may hold a data channel the page may give it one. */
export const hasDataChannels = typeof RTCDataChannel !== "undefined";

const PIECE_BYTES = 16_000;
const HEADER_BYTES = 9;

export type AboutPictures = Extract<Signal, { t: "arrived" | "key-frame-please" }>;

export interface LaneEvents {
  picture(arrived: Arrived): void;
  told(signal: AboutPictures): void;
}

export class DirectLane implements PictureWay {
  readonly #channel: RTCDataChannel;
  readonly #events: LaneEvents;
  #era = 0;
  #sequence = 0;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(channel: RTCDataChannel, events: LaneEvents) {
    this.#channel = channel;
    this.#events = events;
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === "string") this.#hearSignal(data);
      else this.#hearPiece(new Uint8Array(data));
    };
  }

  /** A picture that stands alone begins an era: what comes of an earlier one once another way was taken is of the past. */
  seal(picture: Uint8Array<ArrayBuffer>, keyFrame: boolean): ReturnType<PictureWay["seal"]> {
    if (keyFrame) this.#era += 1;
    const sequence = this.#sequence++;
    const frame = new Uint8Array(HEADER_BYTES + picture.length);
    const view = new DataView(frame.buffer);
    view.setUint8(0, keyFrame ? 1 : 0);
    view.setUint32(1, this.#era);
    view.setUint32(5, sequence);
    frame.set(picture, HEADER_BYTES);
    return Promise.resolve({ frame, sequence });
  }

  send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (this.#channel.readyState !== "open") return false;
    for (let from = 0; from < frame.length; from += PIECE_BYTES) {
      const bytes = frame.subarray(from, from + PIECE_BYTES);
      const piece = new Uint8Array(1 + bytes.length);
      piece[0] = from + PIECE_BYTES < frame.length ? 0 : 1;
      piece.set(bytes, 1);
      this.#channel.send(piece);
    }
    return true;
  }

  waitingBytes(): number {
    return this.#channel.bufferedAmount;
  }

  tell(signal: AboutPictures): void {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(signal));
  }

  /** Nothing that still comes is heard. */
  close(): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  #hearSignal(text: string): void {
    const { data: signal } = signalSchema.safeParse(parsed(text));
    if (signal?.t === "arrived" || signal?.t === "key-frame-please") this.#events.told(signal);
  }

  #hearPiece(piece: Uint8Array): void {
    this.#pieces.push(piece.subarray(1));
    this.#bytes += piece.length - 1;
    // An end that sends nothing at all, or more than this, means no picture.
    if (piece.length < 2 || this.#bytes > PICTURE_MAX_BYTES) return this.close();
    if (piece[0] !== 1) return;
    const frame = joined(this.#pieces.splice(0), this.#bytes);
    this.#bytes = 0;
    if (frame.length <= HEADER_BYTES) return;
    const view = new DataView(frame.buffer);
    this.#events.picture({
      keyFrame: view.getUint8(0) === 1,
      from: view.getUint32(1),
      sequence: view.getUint32(5),
      bytes: frame.subarray(HEADER_BYTES),
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
