/** Pictures from the relay onto the canvas. A picture that cannot be shown asks for a key frame. */
import type { PictureSize } from "./codecs.ts";
import { parseConfig, unpackPicture } from "./picture.ts";

const ASK_AT_MOST_EVERY_MS = 400;
/** With more than this in the decoder the sender is let wait. */
const DECODING_AT_MOST = 2;

export interface ViewerEvents {
  /** The picture came and the decoder keeps up: another may follow. */
  arrived(sequence: number): void;
  shown(): void;
  /** The first picture after a break is on the canvas. */
  beganShowing(size: PictureSize): void;
  askKeyFrame(): void;
}

interface Arrived {
  readonly keyFrame: boolean;
  readonly sequence: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class PictureViewer {
  /** Pictures put on the canvas so far. */
  drawn = 0;
  readonly #events: ViewerEvents;
  #canvas: OffscreenCanvas | null = null;
  #context: OffscreenCanvasRenderingContext2D | null = null;
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

  useCanvas(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false, desynchronized: true });
  }

  show({ keyFrame, sequence, bytes }: Arrived): void {
    const picture = unpackPicture(bytes);
    if (picture === null) return;
    try {
      if (keyFrame && picture.config !== null && picture.config !== this.#config) this.#prepare(picture.config);
      const follows = keyFrame || sequence - 1 === this.#last;
      if (this.#decoder === null || !follows) return this.#ask();
      this.#decode(this.#decoder, { keyFrame, sequence, bytes: picture.chunk });
    } catch {
      this.#giveUp();
    }
  }

  /** Forgets what was before: new keys, new sender. The last picture stays on the canvas, and the decoder for more of the same kind. */
  reset(): void {
    this.#last = null;
    this.#keySequence = null;
    this.#untold = [];
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
    const canvas = this.#canvas;
    if (canvas !== null && (canvas.width !== size.width || canvas.height !== size.height)) Object.assign(canvas, size);
    this.#context?.drawImage(frame, 0, 0);
    this.drawn += 1;
    const sequence = frame.timestamp;
    frame.close();
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
