/** What is shown of the shared screen: the relay's canvas, WebRTC's video, or one's own screen; one of them at a time. */

export type Shown = "relay" | "direct" | "own" | "nothing";

export class PictureView {
  readonly #box = document.createElement("div");
  readonly #canvas = document.createElement("canvas");
  readonly #direct = document.createElement("video");
  readonly #own = document.createElement("video");
  #shown: Shown = "nothing";

  /** `sized`: the direct picture has this size now. */
  constructor(sized: (size: { width: number; height: number }) => void) {
    this.#box.style.cssText = "position:relative;width:100%;height:100%";
    for (const element of [this.#canvas, this.#direct, this.#own]) {
      element.style.cssText = "position:absolute;inset:0;width:100%;height:100%;object-fit:contain;visibility:hidden";
      this.#box.append(element);
    }
    for (const video of [this.#direct, this.#own]) Object.assign(video, { muted: true, autoplay: true, playsInline: true });
    this.#direct.addEventListener("resize", () => sized({ width: this.#direct.videoWidth, height: this.#direct.videoHeight }));
  }

  /** For the worker; can be asked for once. */
  offscreen(): OffscreenCanvas {
    return this.#canvas.transferControlToOffscreen();
  }

  setDirect(track: MediaStreamTrack): void {
    play(this.#direct, track);
  }

  setOwn(track: MediaStreamTrack | null): void {
    play(this.#own, track);
  }

  show(what: Shown): void {
    if (what === this.#shown) return;
    this.#shown = what;
    const visible = { relay: this.#canvas, direct: this.#direct, own: this.#own, nothing: null }[what];
    for (const element of [this.#canvas, this.#direct, this.#own]) element.style.visibility = element === visible ? "visible" : "hidden";
  }

  attach(host: HTMLElement): () => void {
    host.append(this.#box);
    // A video that was out of the document is paused.
    for (const video of [this.#direct, this.#own]) if (video.srcObject !== null) void video.play().catch(() => undefined);
    return () => {
      if (this.#box.parentElement === host) this.#box.remove();
    };
  }
}

function play(video: HTMLVideoElement, track: MediaStreamTrack | null): void {
  video.srcObject = track === null ? null : new MediaStream([track]);
  if (track !== null) void video.play().catch(() => undefined);
}
