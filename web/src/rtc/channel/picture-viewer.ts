/** Pictures from the relay onto the page. A picture that cannot be shown asks for a key frame. */
import type { Surface } from "../messages.ts";
import type { PictureSize } from "./codecs.ts";
import { parseConfig, SKETCH, unpackPicture } from "./picture.ts";
import { openSketch } from "./sketch.ts";

const ASK_AT_MOST_EVERY_MS = 400;
/** With more than this in the decoder the sender is let wait. */
const DECODING_AT_MOST = 2;

export interface ViewerEvents {
  /** The picture came and the decoder keeps up: another may follow. */
  arrived(sequence: number): void;
  shown(): void;
  /** The first picture after a break is shown. */
  beganShowing(size: PictureSize): void;
  askKeyFrame(): void;
}

interface Arrived {
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
  #last: number | null = null;
  #keySequence: number | null = null;
  /** Came, but the sender was not told yet. */
  #untold: number[] = [];
  #askedAt = -Infinity;

  constructor(events: ViewerEvents) {
    this.#events = events;
  }

  useSurface(surface: Surface): void {
    this.#put = surface instanceof OffscreenCanvas ? ontoCanvas(surface) : intoVideo(surface);
  }

  show({ keyFrame, sequence, bytes }: Arrived): void {
    const picture = unpackPicture(bytes);
    if (picture === null) return;
    if (picture.config === SKETCH) return void this.#showSketch(picture.chunk, sequence);
    try {
      if (keyFrame && picture.config !== null && picture.config !== this.#config) this.#prepare(picture.config);
      const follows = keyFrame || sequence - 1 === this.#last;
      if (this.#decoder === null || !follows) return this.#ask();
      this.#decode(this.#decoder, { keyFrame, sequence, bytes: picture.chunk });
    } catch {
      this.#giveUp();
    }
  }

  /** Forgets what was before: new keys, new sender. The last picture stays in sight, and the decoder for more of the same kind. */
  reset(): void {
    this.#last = null;
    this.#keySequence = null;
    this.#untold = [];
  }

  /** Unless a key frame came meanwhile, or what is watched is another; nothing else depends on it. */
  async #showSketch(bytes: Uint8Array<ArrayBuffer>, sequence: number): Promise<void> {
    this.#keySequence = sequence;
    const frame = await openSketch(bytes, sequence).catch(() => null);
    if (this.#keySequence !== sequence) return frame?.close();
    this.#events.arrived(sequence);
    if (frame !== null) this.#draw(frame);
  }

  #decode(decoder: VideoDecoder, { keyFrame, sequence, bytes }: Arrived): void {
    this.#last = sequence;
    if (keyFrame) this.#keySequence = sequence;
    // The sequence travels through the decoder as the time stamp.
    decoder.decode(new EncodedVideoChunk({ type: keyFrame ? "key" : "delta", timestamp: sequence, data: bytes }));
    this.#untold.push(sequence);
    this.#tellArrived();
  }

  #discard(): void {
    this.reset();
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
    this.#events.shown();
    this.#tellArrived();
    if (sequence === this.#keySequence) this.#events.beganShowing(size);
  }

  #tellArrived(): void {
    if ((this.#decoder?.decodeQueueSize ?? 0) > DECODING_AT_MOST) return;
    for (const sequence of this.#untold.splice(0)) this.#events.arrived(sequence);
  }

  #giveUp(): void {
    this.#discard();
    this.#ask();
  }

  #ask(): void {
    if (performance.now() - this.#askedAt < ASK_AT_MOST_EVERY_MS) return;
    this.#askedAt = performance.now();
    this.#events.askKeyFrame();
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
