/** What goes out first when a picture begins, and what does not go out any more. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SKETCH, SKETCH_CODEC, unpackPicture } from "./picture.ts";
import { PictureSender, type PictureWay } from "./picture-sender.ts";
import { StubFrame } from "./testing.ts";

const pass = (ms = 10): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
let keyFrameMs = 0;
/** What a picture takes that is no key frame, by the beginning of its codec's name. */
let pictureMs: Record<string, number> = {};
/** What the browser takes to say which codecs it makes; null: nothing to speak of. */
let choosing: Promise<void> | null = null;
/** The encoder fails with the next picture. */
let breaks = false;
let configured: string[] = [];

class Encoder {
  static isConfigSupported = async ({ codec }: VideoEncoderConfig): Promise<{ supported: boolean }> => {
    await (choosing ?? undefined);
    return { supported: codec.startsWith("av01") || codec === "vp8" };
  };
  readonly #deliver: EncodedVideoChunkOutputCallback;
  readonly #break: WebCodecsErrorCallback;
  #codec = "";
  state = "unconfigured";
  constructor({ output, error }: VideoEncoderInit) {
    this.#deliver = output;
    this.#break = error;
  }
  configure({ codec }: VideoEncoderConfig): void {
    this.state = "configured";
    this.#codec = codec;
    configured.push(codec);
  }
  encode({ timestamp }: StubFrame, { keyFrame }: { keyFrame: boolean }): void {
    if (breaks) {
      breaks = false;
      setTimeout(() => this.#break(new DOMException("broken")));
      return;
    }
    const chunk = { type: keyFrame ? "key" : "delta", timestamp, byteLength: 1, copyTo: () => undefined } as unknown as EncodedVideoChunk;
    setTimeout(
      () => this.#deliver(chunk, { decoderConfig: { codec: "av01" } }),
      keyFrame ? keyFrameMs : (pictureMs[this.#codec.slice(0, 3)] ?? 0),
    );
  }
  close(): void {
    this.state = "closed";
  }
}

class Canvas {
  getContext = (): { drawImage(): void } => ({ drawImage: () => undefined });
  async convertToBlob({ type }: { type: string }): Promise<Blob> {
    await pass(5);
    return new Blob(["still"], { type });
  }
}

beforeEach(() => {
  [keyFrameMs, pictureMs, choosing, breaks, configured] = [200, {}, null, false, []];
  for (const [name, stub] of Object.entries({ VideoFrame: StubFrame, VideoEncoder: Encoder, OffscreenCanvas: Canvas }))
    vi.stubGlobal(name, stub);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A sender whose screen is shared, and what it sent, in words. */
function sharing(...shows: readonly string[]) {
  const sent: string[] = [];
  const sender = new PictureSender();
  let sequence = 0;
  const way = (name: string): PictureWay => ({
    seal: (plain, keyFrame) => {
      const picture = unpackPicture(plain);
      sent.push(`${name}${picture?.config === SKETCH ? "sketch" : keyFrame ? "key frame" : "picture"}`);
      return Promise.resolve({ frame: new Uint8Array(1), sequence: sequence++ });
    },
    send: () => true,
    waitingBytes: () => 0,
  });
  const port = { onmessage: null as ((event: { data: StubFrame }) => void) | null, postMessage: () => undefined };
  sender.share(port as unknown as MessagePort);
  sender.meet({ way: way(""), shows });
  const draw = (): void => port.onmessage?.({ data: new StubFrame(null, { timestamp: 1 }) });
  draw();
  return { sender, sent, draw, arrive: () => sender.arrived(sequence - 1), another: { way: way("other "), shows } };
}

test("a sketch is sent while the key frame would still be in the making, and the key frame after it", async () => {
  const { sent } = sharing("av1", SKETCH_CODEC);
  await pass(60);
  expect(sent).toEqual(["sketch"]);
  await pass(300);
  expect(sent).toEqual(["sketch", "key frame"]);
});

test("a sketch does not wait for the codec to be chosen", async () => {
  const chosen = Promise.withResolvers<void>();
  choosing = chosen.promise;
  const { sent } = sharing("av1", SKETCH_CODEC);
  await pass(60);
  expect([configured, sent]).toEqual([[], ["sketch"]]);
  chosen.resolve();
  await pass(300);
  expect(sent).toEqual(["sketch", "key frame"]);
});

test("whoever cannot show sketches gets none", async () => {
  const { sent } = sharing("av1");
  await pass(300);
  expect(sent).toEqual(["key frame"]);
});

test("a screen that is hidden while its sketch is made is not sent", async () => {
  const { sender, sent } = sharing("av1", SKETCH_CODEC);
  await pass(0);
  sender.meet(null);
  await pass(300);
  expect(sent).toEqual([]);
});

test("a computer that made its last key frame quickly sends no more sketches", async () => {
  keyFrameMs = 0;
  const { sender, sent, arrive } = sharing("av1", SKETCH_CODEC);
  await pass(100);
  expect(sent).toEqual(["sketch", "key frame"]);
  arrive();
  sender.keyFrame();
  await pass(100);
  expect(sent).toEqual(["sketch", "key frame", "key frame"]);
});

test("a browser that cannot make the sketch sends the key frame", async () => {
  vi.stubGlobal("OffscreenCanvas", undefined);
  const { sent } = sharing("av1", SKETCH_CODEC);
  await pass(300);
  expect(sent).toEqual(["key frame"]);
});

test("another way begins with a key frame, and what was in the making for the one before goes nowhere", async () => {
  keyFrameMs = 0;
  const { sender, sent, draw, arrive, another } = sharing("av1");
  await pass(50);
  arrive();
  draw();
  sender.meet(another);
  await pass(50);
  expect(sent).toEqual(["key frame", "other key frame"]);
});

test("a codec that breaks makes way for another, and is not tried again", async () => {
  keyFrameMs = 0;
  const { sent, draw, arrive } = sharing("av1", "vp8");
  await pass(50);
  arrive();
  breaks = true;
  draw();
  await pass(50);
  expect(configured).toEqual(["av01.0.13M.08", "vp8"]);
  expect(sent).toEqual(["key frame", "key frame"]);
});

test("a codec that is too slow makes way for a lighter one until the computer has time, and the next time for twice as long", async () => {
  vi.useFakeTimers();
  keyFrameMs = 0;
  const { sender, draw, arrive } = sharing("av1", "vp8");
  const drawFor = async (seconds: number): Promise<void> => {
    for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
      draw();
      await vi.advanceTimersByTimeAsync(100);
      arrive();
      sender.tick();
    }
  };
  const [av1, vp8] = ["av01.0.13M.08", "vp8"];
  const changes = (): string[] => configured.filter((codec, n) => codec !== configured[n - 1]);
  await drawFor(10);
  pictureMs = { av0: 60, vp8: 30 };
  await drawFor(40);
  // The lighter one is slow as well: the computer is still busy.
  expect(changes()).toEqual([av1, vp8]);
  pictureMs = { av0: 60, vp8: 10 };
  await drawFor(10);
  expect(changes()).toEqual([av1, vp8, av1, vp8]);
  await drawFor(50);
  expect(changes()).toHaveLength(4);
  pictureMs = {};
  await drawFor(20);
  expect(changes()).toEqual([av1, vp8, av1, vp8, av1]);
});
