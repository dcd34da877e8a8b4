/** Pictures from the relay, or straight from the other page, onto this one. A picture that cannot be shown asks for a key frame. */
import type { Surface } from "../messages.ts";
import type { PictureSize } from "./codecs.ts";
import { parseConfig, SKETCH, unpackPicture } from "./picture.ts";
import { openSketch } from "./sketch.ts";

const ASK_AT_MOST_EVERY_MS = 400;
/** With more than this in the decoder the sender is let wait. */
const DECODING_AT_MOST = 2;
/** More than this are sent by nobody who waits. */
const DECODING_AT_ALL = 30;

/** Where a picture comes from: the relay, or straight from the other page; then a number that grows with each that stands alone there. */
export type From = number;
export const RELAY = 0;

export interface ViewerEvents {
  /** The picture came and the decoder keeps up: another may follow. */
  arrived(sequence: number, from: From): void;
  shown(from: From): void;
  /** The first picture after a break is shown. */
  beganShowing(size: PictureSize, from: From): void;
  askKeyFrame(from: From): void;
}

export interface Arrived {
  readonly from: From;
  readonly keyFrame: boolean;
  readonly sequence: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class PictureViewer {
  /** Pictures shown so far. */
  drawn = 0;
  readonly #events: ViewerEvents;
  #put: ((frame: VideoFrame) => void) | null = null;
  #decoder: VideoDecoder | null = null;
  #config: string | null = null;
  #from: From = RELAY;
  /** The last that came straight. */
  #era = RELAY;
  #last: number | null = null;
  #keySequence: number | null = null;
  /** Came, but the sender was not told yet. */
  #untold: number[] = [];
  #askedAt = -Infinity;
  #opening: Promise<void> = Promise.resolve();

  constructor(events: ViewerEvents) {
    this.#events = events;
  }

  useSurface(surface: Surface): void {
    this.#put = surface instanceof OffscreenCanvas ? ontoCanvas(surface) : intoVideo(surface);
  }

  show(arrived: Arrived): void {
    const picture = unpackPicture(arrived.bytes);
    const { from, keyFrame, sequence } = arrived;
    if (picture === null || (from !== this.#from && !this.#turnsTo(from, keyFrame))) return;
    if (picture.config === SKETCH) this.#showSketch(picture.chunk, sequence);
    else this.#showPicture({ ...arrived, bytes: picture.chunk }, picture.config);
  }

  /** New keys, by which the relay's pictures begin anew; straight ones do not depend on them. */
  relayAnew(): void {
    if (this.#from === RELAY) this.#forget();
  }

  /** Another page of the other end's, which begins to count anew. */
  directAnew(): void {
    this.#era = RELAY;
    if (this.#from === RELAY) return;
    this.#from = RELAY;
    this.#forget();
  }

  /** What was before. The last picture stays in sight, and the decoder for more of the same kind. */
  #forget(): void {
    this.#last = null;
    this.#keySequence = null;
    this.#untold = [];
  }

  /** False: this one is not to be shown. What was held up on a way that was given up comes late, and shows the past. */
  #turnsTo(from: From, keyFrame: boolean): boolean {
    if (from !== RELAY && from < this.#era) return false;
    // Asked again, an end that took to this way begins anew there; one that left it does not listen.
    if (!keyFrame || from === this.#era) {
      this.#ask(from);
      return false;
    }
    this.#from = from;
    this.#era = Math.max(this.#era, from);
    this.#forget();
    return true;
  }

  #showPicture(picture: Arrived, config: string | null): void {
    const { keyFrame, sequence } = picture;
    try {
      if (keyFrame && config !== null && config !== this.#config) this.#prepare(config);
      const follows = keyFrame || sequence - 1 === this.#last;
      if (this.#decoder === null || !follows) return this.#ask();
      this.#decode(this.#decoder, picture);
    } catch {
      this.#giveUp();
    }
  }

  /** Unless a key frame came meanwhile, or what is watched is another; nothing else depends on it. */
  #showSketch(bytes: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#keySequence = sequence;
    // One at a time: those that come faster are passed over.
    this.#opening = this.#opening.then(async () => {
      if (this.#keySequence !== sequence) return;
      const frame = await openSketch(bytes, sequence).catch(() => null);
      if (this.#keySequence !== sequence) return frame?.close();
      this.#events.arrived(sequence, this.#from);
      if (frame !== null) this.#draw(frame);
    });
  }

  #decode(decoder: VideoDecoder, { keyFrame, sequence, bytes }: Arrived): void {
    if (decoder.decodeQueueSize > DECODING_AT_ALL) return this.#giveUp();
    this.#last = sequence;
    if (keyFrame) this.#keySequence = sequence;
    // The sequence travels through the decoder as the time stamp.
    decoder.decode(new EncodedVideoChunk({ type: keyFrame ? "key" : "delta", timestamp: sequence, data: bytes }));
    this.#untold.push(sequence);
    this.#tellArrived();
  }

  #discard(): void {
    this.#forget();
    if (this.#decoder !== null && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#config = null;
  }

  #prepare(config: string): void {
    this.#discard();
    this.#decoder = new VideoDecoder({ output: (frame) => this.#draw(frame), error: () => this.#giveUp() });
    this.#decoder.configure(parseConfig(config));
    this.#config = config;
  }

  #draw(frame: VideoFrame): void {
    const size = { width: frame.displayWidth, height: frame.displayHeight };
    const sequence = frame.timestamp;
    if (this.#put === null) frame.close();
    else this.#put(frame);
    this.drawn += 1;
    this.#events.shown(this.#from);
    this.#tellArrived();
    if (sequence === this.#keySequence) this.#events.beganShowing(size, this.#from);
  }

  #tellArrived(): void {
    if ((this.#decoder?.decodeQueueSize ?? 0) > DECODING_AT_MOST) return;
    for (const sequence of this.#untold.splice(0)) this.#events.arrived(sequence, this.#from);
  }

  #giveUp(): void {
    this.#discard();
    this.#ask();
  }

  #ask(from = this.#from): void {
    if (performance.now() - this.#askedAt < ASK_AT_MOST_EVERY_MS) return;
    this.#askedAt = performance.now();
    this.#events.askKeyFrame(from);
  }
}

/** Whoever is given a frame closes it. */
function ontoCanvas(canvas: OffscreenCanvas): (frame: VideoFrame) => void {
  const context = canvas.getContext("2d", { alpha: false, desynchronized: true });
  return (frame) => {
    const size = { width: frame.displayWidth, height: frame.displayHeight };
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
    context?.drawImage(frame, 0, 0);
    frame.close();
  };
}

function intoVideo(track: WritableStream<VideoFrame>): (frame: VideoFrame) => void {
  const writer = track.getWriter();
  return (frame) => void writer.write(frame).catch(() => frame.close());
}
