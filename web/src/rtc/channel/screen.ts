/**
 * The newest frame of the shared screen. A still screen gives no frames, so the last one is kept to be sent again.
 *
 * Browsers let scripts hold two frames of a screen at a time; while they hold two, everybody's next ones are dropped. So this is a screen's only
 * reader (docs/decisions/0014-one-reader-of-a-screen.md), it holds one, and all others get copies.
 */
import type { FilmAnswer, FilmAsk, FrameCopy, SentFrames } from "../messages.ts";
import type { PictureSize } from "./codecs.ts";

export interface Screen {
  follow(sent: SentFrames | null): void;
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
  let reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  let number = 0;
  let fresh = false;
  let sharpened = true;
  let changedAt = 0;

  /** A frame that is asked for while its stream is still on its way stays with the page, and with it half of all there may be. */
  const readArrived = async (echo: MessagePort, from: ReadableStreamDefaultReader<VideoFrame>): Promise<void> => {
    for (let told = 0; told < ECHOES; told += 1) await echoed(echo);
    echo.close();
    await read(from);
  };
  const read = async (from: ReadableStreamDefaultReader<VideoFrame>): Promise<void> => {
    for (;;) {
      const { value, done } = await from.read();
      if (done) return;
      if (from !== reader) {
        value.close();
        return;
      }
      newest?.close();
      newest = value;
      number += 1;
      fresh = true;
      sharpened = false;
      changedAt = performance.now();
      came();
    }
  };
  return {
    follow(sent) {
      void reader?.cancel().catch(() => undefined);
      newest?.close();
      newest = null;
      fresh = false;
      reader = sent?.frames.getReader() ?? null;
      if (sent !== null && reader !== null) void readArrived(sent.echo, reader).catch(() => undefined);
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

/** The page's own work on the stream is queued beside its answers: one more answer is to be sure. */
const ECHOES = 2;

const echoed = (echo: MessagePort): Promise<void> =>
  new Promise((heard) => {
    echo.onmessage = () => heard();
    echo.postMessage(null);
  });

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
