/** What is shown of the shared screen: the worker's picture, WebRTC's, or one's own screen; one of them at a time. */
import type { Surface } from "./messages.ts";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A video shows a decoded frame some 5 ms sooner than a canvas it is drawn on, and costs less. */
const showsFrames = typeof MediaStreamTrackGenerator !== "undefined";

export type Shown = "frames" | "track" | "own" | "nothing";

/** One's own screen is shown as stills: a moving picture of the screen it stands on would mirror itself without end. */
const OWN_STILL_EVERY_MS = 1000;

export class PictureView {
  /** Pictures the worker showed so far. */
  framesDrawn = 0;
  /** Of the worker's picture as it last began. */
  #framesSize: PictureSize | null = null;
  /** How many the worker had shown when WebRTC's picture was last to be trusted, or what was shared ended: any further one is newer. */
  #framesBefore = 0;
  readonly #box = document.createElement("div");
  readonly #frames = document.createElement(showsFrames ? "video" : "canvas");
  readonly #track = document.createElement("video");
  readonly #own = document.createElement("canvas");
  /** Where the stills of one's own screen are taken from; never seen itself. */
  readonly #source = document.createElement("video");
  #shown: Shown = "nothing";
  #stillAt = -Infinity;

  /** `sized`: WebRTC's picture may have another size now. */
  constructor(sized: () => void) {
    this.#box.style.cssText = "position:relative;width:100%;height:100%";
    for (const element of [this.#frames, this.#track, this.#own, this.#source]) {
      element.style.cssText = "position:absolute;inset:0;width:100%;height:100%;object-fit:contain;visibility:hidden";
      this.#box.append(element);
    }
    for (const video of this.#videos) Object.assign(video, { muted: true, autoplay: true, playsInline: true });
    this.#track.addEventListener("resize", sized);
  }

  /** Of the other's picture that is shown; null: none is, or its first has not come. */
  get size(): PictureSize | null {
    if (this.#shown === "frames") return this.#framesSize;
    const { videoWidth: width, videoHeight: height } = this.#track;
    return this.#shown === "track" && width > 0 ? { width, height } : null;
  }

  get shown(): Shown {
    return this.#shown;
  }

  /** Where the other's picture is shown now; null: it is not. */
  get showing(): HTMLCanvasElement | HTMLVideoElement | null {
    return { frames: this.#frames, track: this.#track, own: null, nothing: null }[this.#shown];
  }

  /** How many pictures of the other's were shown so far; another number tells of another picture. */
  get drawn(): number {
    return this.#shown === "track" ? this.#track.getVideoPlaybackQuality().totalVideoFrames : this.framesDrawn;
  }

  /** For the worker; can be asked for once. */
  framesSurface(): Surface {
    if (this.#frames instanceof HTMLCanvasElement) return this.#frames.transferControlToOffscreen();
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    play(this.#frames, track);
    return track.writable;
  }

  /** A picture of the worker's began, the one of this number. Its word may be here before the one that something is shared again. */
  framesBegan(size: PictureSize, number: number): void {
    this.#framesSize = size;
    this.#framesBefore = Math.min(this.#framesBefore, number - 1);
  }

  /** The picture before stays until the one on the new path is there. `track`: WebRTC's pictures come; null: nothing is shared. */
  showOther(track: { readonly comes: boolean; readonly odd: boolean } | null): void {
    const ends = track === null && this.#shown !== "nothing";
    if (ends || (track?.comes === true && !track.odd)) this.#framesBefore = this.framesDrawn;
    if (track === null) this.show("nothing");
    else if (this.framesDrawn > this.#framesBefore) this.show("frames");
    else if (track.comes) this.show("track");
  }

  setTrack(track: MediaStreamTrack): void {
    play(this.#track, track);
  }

  setOwn(track: MediaStreamTrack | null): void {
    play(this.#source, track);
    this.#stillAt = -Infinity;
  }

  show(what: Shown): void {
    if (what === "own") this.#takeStill();
    if (what === this.#shown) return;
    this.#shown = what;
    const visible = { frames: this.#frames, track: this.#track, own: this.#own, nothing: null }[what];
    for (const element of [this.#frames, this.#track, this.#own]) element.style.visibility = element === visible ? "visible" : "hidden";
  }

  attach(host: HTMLElement): () => void {
    host.append(this.#box);
    // A video that was out of the document is paused.
    for (const video of this.#videos) if (video.srcObject !== null) void video.play().catch(() => undefined);
    return () => {
      if (this.#box.parentElement === host) this.#box.remove();
    };
  }

  get #videos(): HTMLVideoElement[] {
    return [this.#frames, this.#track, this.#source].filter((element) => element instanceof HTMLVideoElement);
  }

  #takeStill(): void {
    const { videoWidth: width, videoHeight: height } = this.#source;
    const now = performance.now();
    if (width === 0 || now - this.#stillAt < OWN_STILL_EVERY_MS) return;
    this.#stillAt = now;
    if (this.#own.width !== width || this.#own.height !== height) Object.assign(this.#own, { width, height });
    this.#own.getContext("2d", { alpha: false })?.drawImage(this.#source, 0, 0);
  }
}

function play(video: HTMLVideoElement, track: MediaStreamTrack | null): void {
  video.srcObject = track === null ? null : new MediaStream([track]);
  if (track !== null) void video.play().catch(() => undefined);
}
