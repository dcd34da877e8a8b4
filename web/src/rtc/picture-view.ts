/** What is shown of the shared screen: the relay's picture, WebRTC's, or one's own screen; one of them at a time. */
import type { Surface } from "./messages.ts";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A video shows a decoded frame some 5 ms sooner than a canvas it is drawn on, and costs less. */
const showsFrames = typeof MediaStreamTrackGenerator !== "undefined";

export type Shown = "relay" | "direct" | "own" | "nothing";

/** One's own screen is shown as stills: a moving picture of the screen it stands on would mirror itself without end. */
const OWN_STILL_EVERY_MS = 1000;

export class PictureView {
  /** Pictures of the relay that the worker showed so far. */
  relayDrawn = 0;
  readonly #box = document.createElement("div");
  readonly #relay = document.createElement(showsFrames ? "video" : "canvas");
  readonly #direct = document.createElement("video");
  readonly #own = document.createElement("canvas");
  /** Where the stills of one's own screen are taken from; never seen itself. */
  readonly #source = document.createElement("video");
  #shown: Shown = "nothing";
  #stillAt = -Infinity;

  /** `sized`: the direct picture may have another size now. */
  constructor(sized: () => void) {
    this.#box.style.cssText = "position:relative;width:100%;height:100%";
    for (const element of [this.#relay, this.#direct, this.#own, this.#source]) {
      element.style.cssText = "position:absolute;inset:0;width:100%;height:100%;object-fit:contain;visibility:hidden";
      this.#box.append(element);
    }
    for (const video of this.#videos) Object.assign(video, { muted: true, autoplay: true, playsInline: true });
    this.#direct.addEventListener("resize", sized);
  }

  /** Null before its first picture. */
  get directSize(): PictureSize | null {
    const { videoWidth: width, videoHeight: height } = this.#direct;
    return width > 0 && height > 0 ? { width, height } : null;
  }

  get shown(): Shown {
    return this.#shown;
  }

  /** Where the other's picture is shown now; null: it is not. */
  get showing(): HTMLCanvasElement | HTMLVideoElement | null {
    return { relay: this.#relay, direct: this.#direct, own: null, nothing: null }[this.#shown];
  }

  /** How many pictures of the other's were shown so far; another number tells of another picture. */
  get drawn(): number {
    return this.#shown === "direct" ? this.#direct.getVideoPlaybackQuality().totalVideoFrames : this.relayDrawn;
  }

  /** For the worker; can be asked for once. */
  relaySurface(): Surface {
    if (this.#relay instanceof HTMLCanvasElement) return this.#relay.transferControlToOffscreen();
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    play(this.#relay, track);
    return track.writable;
  }

  setDirect(track: MediaStreamTrack): void {
    play(this.#direct, track);
  }

  setOwn(track: MediaStreamTrack | null): void {
    play(this.#source, track);
    this.#stillAt = -Infinity;
  }

  show(what: Shown): void {
    if (what === "own") this.#takeStill();
    if (what === this.#shown) return;
    this.#shown = what;
    const visible = { relay: this.#relay, direct: this.#direct, own: this.#own, nothing: null }[what];
    for (const element of [this.#relay, this.#direct, this.#own]) element.style.visibility = element === visible ? "visible" : "hidden";
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
    return [this.#relay, this.#direct, this.#source].filter((element) => element instanceof HTMLVideoElement);
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
