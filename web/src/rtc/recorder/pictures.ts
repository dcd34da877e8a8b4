/** Where the recorded picture comes from, at eight frames a second: enough to follow what was done, at a tenth of what is seen live costs. */

import { givesFrames } from "../devices.ts";
import type { FilmAnswer, FilmAsk, FrameCopy } from "../messages.ts";

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

/** Has the frames of the own screen answered on this port, to whoever asks. */
export type Film = (port: MessagePort) => void;

/** The own screen. */
export const ownPicture = (own: MediaStreamTrack, film: Film): Picture =>
  givesFrames && typeof MediaStreamTrackGenerator !== "undefined" ? new FilmedPicture(own, film) : new ClonedPicture(own);

/** Where the browser gives a script no frames: a copy of the track, at a lower frame rate. */
class ClonedPicture implements Picture {
  readonly source: MediaStreamTrack;
  readonly size = "";
  readonly track: MediaStreamTrack;

  constructor(own: MediaStreamTrack) {
    this.source = own;
    this.track = own.clone();
    this.track.contentHint = "text";
    void this.track.applyConstraints({ frameRate: { max: FRAMES_A_SECOND } }).catch(() => undefined);
  }

  starvedMs(): number {
    return 0;
  }
  draw(): void {}
  stop(): void {
    this.track.stop();
  }
  close(): void {}
}

/**
 * From the call's worker, as it has the newest frame anyway: a second reader of the screen would take frames from what is seen live. A still
 * picture passes seldom; a track's own frame rate does that for a moving one only.
 */
class FilmedPicture implements Picture {
  readonly source: MediaStreamTrack;
  readonly size = "";
  readonly track: MediaStreamVideoTrack;
  readonly #port: MessagePort;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #pace = new Pace();
  readonly #beganAt = performance.now();
  #newest: FrameCopy | null = null;
  #number = -1;
  #asked = false;
  #came = false;
  #passed = 0;

  constructor(own: MediaStreamTrack, film: Film) {
    const { port1, port2 } = new MessageChannel();
    film(port2);
    const generator = new MediaStreamTrackGenerator({ kind: "video" });
    generator.contentHint = "text";
    this.source = own;
    this.track = generator;
    this.#writer = generator.writable.getWriter();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FilmAnswer>) => this.#hear(data);
    this.#ask();
  }

  starvedMs(now: number): number {
    return this.#came ? 0 : now - this.#beganAt;
  }

  draw(now: number): void {
    if (this.#newest !== null) this.#pass(this.#newest, now);
    else if (now - this.#beganAt > DARK_AFTER_MS) this.#darken();
    this.#ask();
  }

  stop(): void {
    this.#port.close();
    this.#newest = null;
    this.#darken();
  }

  close(): void {
    void this.#writer.close().catch(() => undefined);
    this.track.stop();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#port.postMessage(this.#number satisfies FilmAsk);
  }

  #hear(answer: FilmAnswer): void {
    this.#asked = false;
    if (answer === null) return;
    this.#number = answer.number;
    this.#newest = answer.copy;
    this.#pass(answer.copy, performance.now());
  }

  /** Each frame is made of pixels: of one that was made of another Chromium's recorder hands nothing over before it stops. */
  #pass({ pixels, shape }: FrameCopy, now: number): void {
    if (!this.#pace.isDue(now, this.#number)) return;
    try {
      this.#write(new VideoFrame(pixels, { ...shape, timestamp: now * 1000 }));
      this.#came = true;
    } catch {
      this.#newest = null;
    }
  }

  #write(frame: VideoFrame): void {
    this.#passed += 1;
    void this.#writer.write(frame).catch(() => frame.close());
  }

  /** Something must pass. */
  #darken(): void {
    if (this.#passed > 0) return;
    const { width = 1280, height = 720 } = this.source.getSettings();
    const dark = new OffscreenCanvas(width, height);
    dark.getContext("2d", { alpha: false })?.fillRect(0, 0, width, height);
    this.#write(new VideoFrame(dark, { timestamp: performance.now() * 1000, alpha: "discard" }));
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
