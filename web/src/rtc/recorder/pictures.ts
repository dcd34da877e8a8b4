/** Where the recorded picture comes from, at eight frames a second: enough to follow what was done, at a tenth of what is seen live costs. */

const FRAMES_A_SECOND = 8;

/** What is shown of the other's screen, and its size in pixels. */
export interface Shown {
  readonly element: HTMLCanvasElement | HTMLVideoElement;
  readonly width: number;
  readonly height: number;
}

export const sizeOf = ({ width, height }: Shown): string => `${width}x${height}`;

export interface Picture {
  /** What it was made of, to know it again. */
  readonly source: MediaStreamTrack | Shown["element"];
  readonly size: string;
  readonly track: MediaStreamTrack;
  /** To be called about every 125 ms; `now` in ms. */
  draw(now: number): void;
  stop(): void;
}

/** The own screen: a copy of its track, which does not slow down when this page is hidden behind the client's own programs. */
export class TrackPicture implements Picture {
  readonly source: MediaStreamTrack;
  readonly size = "";
  readonly track: MediaStreamTrack;

  constructor(own: MediaStreamTrack) {
    this.source = own;
    this.track = own.clone();
    this.track.contentHint = "text";
    void this.track.applyConstraints({ frameRate: { max: FRAMES_A_SECOND } }).catch(() => undefined);
  }

  draw(): void {}

  stop(): void {
    this.track.stop();
  }
}

/** What this page shows: a copy drawn by hand, as tracks from elsewhere take no frame rate and the picture may change its way. */
export class CanvasPicture implements Picture {
  readonly source: Shown["element"];
  readonly size: string;
  readonly track: MediaStreamTrack;
  readonly #canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D | null;
  #drawnAt = -Infinity;

  constructor(shown: Shown) {
    const { element, width, height } = shown;
    this.source = element;
    this.size = sizeOf(shown);
    Object.assign(this.#canvas, { width, height });
    this.#context = this.#canvas.getContext("2d", { alpha: false });
    const [track] = this.#canvas.captureStream(FRAMES_A_SECOND).getVideoTracks();
    if (track === undefined) throw new Error("a canvas has a track");
    this.track = track;
    this.track.contentHint = "text";
    this.draw(performance.now());
  }

  draw(now: number): void {
    if (now - this.#drawnAt < 1000 / FRAMES_A_SECOND - 10) return;
    this.#drawnAt = now;
    this.#context?.drawImage(this.source, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  stop(): void {
    this.track.stop();
  }
}
