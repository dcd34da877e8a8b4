/** The newest frame of the shared screen. A still screen gives no frames, so the last one is kept to be sent again. */
import type { PictureSize } from "./codecs.ts";

export interface Screen {
  follow(frames: ReadableStream<VideoFrame> | null): void;
  size(): PictureSize | null;
  /** Whether there is a frame that was not taken yet. */
  changed(): boolean;
  /** The newest frame with this time stamp, µs; to be closed by the taker. */
  take(timestamp: number): VideoFrame | null;
  /** Milliseconds since the last change; 0 when there is none to speak of. */
  stillFor(now: number): number;
  /** Offers the still frame once more. */
  sharpen(): void;
}

export function createScreen(came: () => void): Screen {
  let newest: VideoFrame | null = null;
  let reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  let fresh = false;
  let sharpened = true;
  let changedAt = 0;

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
      fresh = true;
      sharpened = false;
      changedAt = performance.now();
      came();
    }
  };
  return {
    follow(frames) {
      void reader?.cancel().catch(() => undefined);
      newest?.close();
      newest = null;
      fresh = false;
      reader = frames?.getReader() ?? null;
      if (reader !== null) void read(reader).catch(() => undefined);
    },
    size: () => (newest === null ? null : { width: newest.displayWidth, height: newest.displayHeight }),
    changed: () => fresh,
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
