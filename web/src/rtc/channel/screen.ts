/**
 * The newest frame of the shared screen. A still screen gives no frames, so the last one is kept to be sent again.
 *
 * Browsers lend scripts two frames of a screen at a time; while two are held, everybody's next ones are dropped. So this is a screen's only reader
 * (docs/decisions/0014-one-reader-of-a-screen.md), it gives each frame back at once and keeps one made of it, and all others get copies.
 */
import type { FilmAnswer, FilmAsk, FrameCopy } from "../messages.ts";
import type { PictureSize } from "./codecs.ts";

export interface Screen {
  follow(frames: MessagePort | null): void;
  size(): PictureSize | null;
  /** Whether there is a frame that was not taken yet. */
  changed(): boolean;
  /** The newest frame with this time stamp, µs; to be closed by the taker. */
  take(timestamp: number): VideoFrame | null;
  /** Answers each `FilmAsk` that comes there. */
  film(port: MessagePort): void;
  /** Milliseconds since the last change; 0 when there is none to speak of. */
  stillFor(now: number): number;
  /** Offers the still frame once more. */
  sharpen(): void;
}

export function createScreen(came: () => void): Screen {
  let newest: VideoFrame | null = null;
  let from: MessagePort | null = null;
  let number = 0;
  let fresh = false;
  let sharpened = true;
  let changedAt = 0;

  const keep = (frame: VideoFrame): void => {
    newest?.close();
    newest = new VideoFrame(frame, { timestamp: frame.timestamp });
    frame.close();
    number += 1;
    fresh = true;
    sharpened = false;
    changedAt = performance.now();
  };
  return {
    follow(frames) {
      newest?.close();
      newest = null;
      fresh = false;
      from = frames;
      if (frames === null) return;
      frames.onmessage = ({ data: frame }: MessageEvent<VideoFrame>) => {
        if (from !== frames) {
          frame.close();
          return frames.close();
        }
        keep(frame);
        frames.postMessage(null);
        came();
      };
    },
    size: () => (newest === null ? null : { width: newest.displayWidth, height: newest.displayHeight }),
    changed: () => fresh,
    film(port) {
      port.onmessage = async ({ data: had }: MessageEvent<FilmAsk>) => {
        const asked = number;
        const copy = newest === null || had === asked ? null : await copyOf(newest).catch(() => null);
        if (copy === null) port.postMessage(null satisfies FilmAnswer);
        else port.postMessage({ number: asked, copy } satisfies FilmAnswer, [copy.pixels.buffer]);
      };
    },
    take(timestamp) {
      fresh = false;
      return newest === null ? null : new VideoFrame(newest, { timestamp });
    },
    stillFor: (now) => (newest === null ? 0 : now - changedAt),
    sharpen() {
      if (sharpened) return;
      sharpened = true;
      fresh = true;
    },
  };
}

/** Drawn where the browser does not say what the pixels are. */
async function copyOf(frame: VideoFrame): Promise<FrameCopy> {
  const { format, timestamp, displayWidth, displayHeight } = frame;
  // Made of the frame, not its clone: that would be another one held, should the newest change meanwhile.
  const open = new VideoFrame(frame, { timestamp });
  try {
    if (format === null) return drawnCopyOf(open);
    const { width: codedWidth, height: codedHeight } = open.visibleRect ?? { width: displayWidth, height: displayHeight };
    const pixels = new Uint8Array(open.allocationSize());
    const layout = await open.copyTo(pixels);
    return {
      pixels,
      shape: { format, codedWidth, codedHeight, displayWidth, displayHeight, layout, colorSpace: open.colorSpace.toJSON() },
    };
  } finally {
    open.close();
  }
}

function drawnCopyOf(frame: VideoFrame): FrameCopy {
  const { displayWidth: codedWidth, displayHeight: codedHeight } = frame;
  const context = new OffscreenCanvas(codedWidth, codedHeight).getContext("2d", { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error("a canvas has a context");
  context.drawImage(frame, 0, 0);
  const { data } = context.getImageData(0, 0, codedWidth, codedHeight);
  return { pixels: new Uint8Array(data.buffer), shape: { format: "RGBX", codedWidth, codedHeight } };
}
