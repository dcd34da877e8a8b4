/** Where the recorded picture comes from, at eight frames a second: enough to follow what was done, at a tenth of what is seen live costs. */

import { framesOf } from "../devices.ts";

const FRAMES_A_SECOND = 8;
/** A picture that stands still is drawn again so often only: each drawing is encoded anew. */
const STILL_EVERY_MS = 1_000;
/** A recorder keeps the voices back until the first picture came: if none comes for so long, a dark one stands for it. */
const DARK_AFTER_MS = 1_000;

/** What is shown of the other's screen, and its size in pixels. */
export interface Shown {
  readonly element: HTMLCanvasElement | HTMLVideoElement;
  readonly width: number;
  readonly height: number;
  /** How many pictures it has shown so far. */
  readonly drawn: () => number;
}

export const sizeOf = ({ width, height }: Shown): string => `${width}x${height}`;

export interface Picture {
  /** What it was made of, to know it again. */
  readonly source: MediaStreamTrack | Shown["element"];
  readonly size: string;
  readonly track: MediaStreamTrack;
  /** How long it waits for its first picture; 0: it had one. */
  starvedMs(now: number): number;
  /** To be called about every 125 ms; `now` in ms. */
  draw(now: number): void;
  /** Takes no picture any more; `track` stays, so that a recorder may finish. */
  stop(): void;
  /** Ends `track`. */
  close(): void;
}

/** The own screen: a copy of its track, which does not slow down when this page is hidden behind the client's own programs. */
export class TrackPicture implements Picture {
  readonly source: MediaStreamTrack;
  readonly size = "";
  readonly track: MediaStreamTrack;
  readonly #copy: MediaStreamTrack;
  readonly #sieve: Sieve | null;

  constructor(own: MediaStreamTrack) {
    this.source = own;
    this.#copy = own.clone();
    this.#sieve = Sieve.of(this.#copy);
    this.track = this.#sieve?.track ?? this.#copy;
    this.track.contentHint = "text";
    if (this.#sieve === null) void this.#copy.applyConstraints({ frameRate: { max: FRAMES_A_SECOND } }).catch(() => undefined);
  }

  starvedMs(now: number): number {
    return this.#sieve?.starvedMs(now) ?? 0;
  }

  draw(now: number): void {
    this.#sieve?.pass(now);
  }

  stop(): void {
    this.#copy.stop();
    this.#sieve?.stop();
  }

  close(): void {
    this.#sieve?.close();
    this.track.stop();
  }
}

/**
 * Lets the newest frame of a track through, and a still one seldom. A track's own frame rate does the same for a moving picture only: a
 * recorder encodes what stands still at the full rate.
 */
class Sieve {
  readonly track: MediaStreamVideoTrack;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #pace = new Pace();
  readonly #beganAt = performance.now();
  /** In pixels, before the first picture came. */
  readonly #size: { readonly width?: number; readonly height?: number };
  #newest: VideoFrame | null = null;
  #came = 0;
  #passed = 0;
  #stopped = false;

  /** Null where the browser cannot. */
  static of(track: MediaStreamTrack): Sieve | null {
    const frames = framesOf(track);
    return frames === null || typeof MediaStreamTrackGenerator === "undefined" ? null : new Sieve(frames, track.getSettings());
  }

  private constructor(frames: ReadableStream<VideoFrame>, size: { readonly width?: number; readonly height?: number }) {
    const generator = new MediaStreamTrackGenerator({ kind: "video" });
    this.track = generator;
    this.#size = size;
    this.#writer = generator.writable.getWriter();
    void this.#read(frames.getReader()).catch(() => undefined);
  }

  starvedMs(now: number): number {
    return this.#came > 0 ? 0 : now - this.#beganAt;
  }

  pass(now: number): void {
    if (this.#newest !== null && this.#pace.isDue(now, this.#came)) this.#write(new VideoFrame(this.#newest, { timestamp: now * 1000 }));
    else if (now - this.#beganAt > DARK_AFTER_MS) this.#darken();
  }

  stop(): void {
    this.#stopped = true;
    this.#forget();
    this.#darken();
  }

  close(): void {
    void this.#writer.close().catch(() => undefined);
  }

  #write(frame: VideoFrame): void {
    this.#passed += 1;
    void this.#writer.write(frame).catch(() => frame.close());
  }

  /** Something must pass. */
  #darken(): void {
    if (this.#passed > 0) return;
    const { width = 1280, height = 720 } = this.#size;
    const dark = new OffscreenCanvas(width, height);
    dark.getContext("2d", { alpha: false })?.fillRect(0, 0, width, height);
    this.#write(new VideoFrame(dark, { timestamp: performance.now() * 1000, alpha: "discard" }));
  }

  async #read(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read();
      this.#forget();
      if (done) return;
      if (this.#stopped) value.close();
      else this.#newest = value;
      this.#came += 1;
    }
  }

  #forget(): void {
    this.#newest?.close();
    this.#newest = null;
  }
}

/** When a picture is to be given to the recorder again. */
class Pace {
  #last = { at: -Infinity, version: -1 };

  /** `version`: another number is another picture. */
  isDue(now: number, version: number): boolean {
    const pause = version === this.#last.version ? STILL_EVERY_MS : 1000 / FRAMES_A_SECOND - 10;
    if (now - this.#last.at < pause) return false;
    this.#last = { at: now, version };
    return true;
  }
}

/** A little more than the time between two frames. */
const TAKEN_AFTER_MS = 200;

/** What this page shows: a copy drawn by hand, as tracks from elsewhere take no frame rate and the picture may change its way. */
export class CanvasPicture implements Picture {
  readonly source: Shown["element"];
  readonly size: string;
  readonly track: MediaStreamTrack;
  readonly #canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D | null;
  readonly #drawn: Shown["drawn"];
  readonly #pace = new Pace();
  #stopped = false;

  constructor(shown: Shown) {
    const { element, width, height, drawn } = shown;
    this.source = element;
    this.#drawn = drawn;
    this.size = sizeOf(shown);
    Object.assign(this.#canvas, { width, height });
    this.#context = this.#canvas.getContext("2d", { alpha: false });
    const [track] = this.#canvas.captureStream(FRAMES_A_SECOND).getVideoTracks();
    if (track === undefined) throw new Error("a canvas has a track");
    this.track = track;
    this.track.contentHint = "text";
    this.draw(performance.now());
  }

  starvedMs(): number {
    return 0;
  }

  draw(now: number): void {
    if (!this.#stopped && this.#pace.isDue(now, this.#drawn()))
      this.#context?.drawImage(this.source, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  stop(): void {
    this.#stopped = true;
    // A canvas is taken with the next drawing only: one that was hardly begun would give its recorder nothing.
    setTimeout(() => this.#context?.drawImage(this.#canvas, 0, 0), TAKEN_AFTER_MS);
  }

  close(): void {
    this.track.stop();
  }
}
