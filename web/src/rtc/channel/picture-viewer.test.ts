/** What is shown of a sketch, and when it comes too late. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packPicture, SKETCH } from "./picture.ts";
import { PictureViewer, RELAY, type From } from "./picture-viewer.ts";
import { StubFrame } from "./testing.ts";

const pass = (ms = 20): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
let opens: () => Promise<{ close(): void }>;
beforeEach(() => {
  StubFrame.open = 0;
  opens = () => pass(5).then(() => ({ close: () => undefined }));
  vi.stubGlobal("VideoFrame", StubFrame);
  vi.stubGlobal("createImageBitmap", () => opens());
});
afterEach(() => vi.unstubAllGlobals());

/** A viewer, and what it told, in words. */
function viewing() {
  const told: string[] = [];
  const viewer = new PictureViewer({
    arrived: (sequence, from) => void told.push(`arrived ${sequence}${from === RELAY ? "" : " straight"}`),
    shown: () => void told.push("shown"),
    beganShowing: ({ width, height }) => void told.push(`began ${width}x${height}`),
    askKeyFrame: (from) => void told.push(`key frame please${from === RELAY ? "" : " straight"}`),
  });
  const sketch = (sequence: number, from: From = RELAY): void =>
    viewer.show({ from, keyFrame: true, sequence, bytes: packPicture(SKETCH, new Uint8Array([1])) });
  const change = (sequence: number, from: From): void =>
    viewer.show({ from, keyFrame: false, sequence, bytes: packPicture(null, new Uint8Array([1])) });
  return { viewer, told, sketch, change };
}

test("a sketch is shown, and told as arrived", async () => {
  const { viewer, told, sketch } = viewing();
  sketch(0);
  await pass();
  expect([told, viewer.drawn, StubFrame.open]).toEqual([["arrived 0", "shown", "began 1280x720"], 1, 0]);
});

test("a sketch of what is watched no more is not shown", async () => {
  const { viewer, told, sketch } = viewing();
  sketch(0);
  viewer.relayAnew();
  await pass();
  expect([told, viewer.drawn, StubFrame.open]).toEqual([[], 0, 0]);
});

test("one that cannot be opened holds nothing up: the sender hears that it arrived, and the key frame follows", async () => {
  const { told, sketch } = viewing();
  opens = () => Promise.reject(new Error("no JPEG"));
  sketch(0);
  await pass();
  expect(told).toEqual(["arrived 0"]);
});

test("pictures that come straight take over with the first that stands alone, and the relay takes over again", async () => {
  const { told, viewer, sketch, change } = viewing();
  sketch(7);
  await pass();
  change(0, 1);
  sketch(0, 1);
  await pass();
  sketch(8);
  await pass();
  expect([told.filter((word) => !word.startsWith("began") && word !== "shown"), viewer.drawn]).toEqual([
    ["arrived 7", "key frame please straight", "arrived 0 straight", "arrived 8"],
    3,
  ]);
});

test("what was held up on a direct path that was given up is not shown when it comes; what begins there anew is", async () => {
  const { told, viewer, sketch } = viewing();
  sketch(0, 2);
  sketch(1);
  await pass();
  sketch(1, 1);
  await pass();
  expect([told.includes("arrived 1 straight"), viewer.drawn]).toEqual([false, 1]);
  sketch(3, 3);
  await pass();
  expect([told.at(-3), viewer.drawn]).toEqual(["arrived 3 straight", 2]);
});

test("a picture of the relay's that comes late turns to it, and whoever sends straight is asked to begin anew", async () => {
  const { told, sketch, change } = viewing();
  sketch(0, 1);
  await pass();
  sketch(9);
  await pass();
  change(1, 1);
  expect(told.at(-1)).toBe("key frame please straight");
  sketch(2, 2);
  await pass();
  expect(told.at(-3)).toBe("arrived 2 straight");
});

test("of sketches that come faster than they can be opened some are passed over", async () => {
  const { viewer, sketch } = viewing();
  for (let sequence = 0; sequence < 50; sequence += 1) sketch(sequence);
  await pass();
  sketch(50);
  await pass();
  expect([viewer.drawn, StubFrame.open]).toEqual([2, 0]);
});

test("new keys do not disturb pictures that come straight, and another page's are counted anew", async () => {
  const { told, viewer, sketch } = viewing();
  sketch(0, 5);
  viewer.relayAnew();
  await pass();
  viewer.directAnew();
  sketch(0, 1);
  await pass();
  expect([told.filter((word) => word.startsWith("arrived")), viewer.drawn]).toEqual([["arrived 0 straight", "arrived 0 straight"], 2]);
});
