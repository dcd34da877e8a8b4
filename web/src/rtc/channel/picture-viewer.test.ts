/** What is shown of a sketch, and when it comes too late. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packPicture, SKETCH } from "./picture.ts";
import { PictureViewer } from "./picture-viewer.ts";

const pass = (ms = 20): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
let open = 0;

class Frame {
  readonly displayWidth = 1280;
  readonly displayHeight = 720;
  readonly timestamp: number;
  constructor(_: unknown, { timestamp }: { timestamp: number }) {
    this.timestamp = timestamp;
    open += 1;
  }
  close(): void {
    open -= 1;
  }
}

let opens: () => Promise<{ close(): void }>;
beforeEach(() => {
  open = 0;
  opens = () => pass(5).then(() => ({ close: () => undefined }));
  vi.stubGlobal("VideoFrame", Frame);
  vi.stubGlobal("createImageBitmap", () => opens());
});
afterEach(() => vi.unstubAllGlobals());

/** A viewer, and what it told, in words. */
function viewing() {
  const told: string[] = [];
  const viewer = new PictureViewer({
    arrived: (sequence) => void told.push(`arrived ${sequence}`),
    shown: () => void told.push("shown"),
    beganShowing: ({ width, height }) => void told.push(`began ${width}x${height}`),
    askKeyFrame: () => void told.push("key frame please"),
  });
  const sketch = (sequence: number): void => viewer.show({ keyFrame: true, sequence, bytes: packPicture(SKETCH, new Uint8Array([1])) });
  return { viewer, told, sketch };
}

test("a sketch is shown, and told as arrived", async () => {
  const { viewer, told, sketch } = viewing();
  sketch(0);
  await pass();
  expect([told, viewer.drawn, open]).toEqual([["arrived 0", "shown", "began 1280x720"], 1, 0]);
});

test("a sketch of what is watched no more is not shown", async () => {
  const { viewer, told, sketch } = viewing();
  sketch(0);
  viewer.reset();
  await pass();
  expect([told, viewer.drawn, open]).toEqual([[], 0, 0]);
});

test("one that cannot be opened holds nothing up: the sender hears that it arrived, and the key frame follows", async () => {
  const { told, sketch } = viewing();
  opens = () => Promise.reject(new Error("no JPEG"));
  sketch(0);
  await pass();
  expect(told).toEqual(["arrived 0"]);
});
