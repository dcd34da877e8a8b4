/** What is said about pictures, and by which way. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DirectLane } from "./direct-lane.ts";
import { packPicture, SKETCH } from "./picture.ts";
import { RELAY } from "./picture-viewer.ts";
import { Pictures } from "./pictures.ts";
import { channelEnds, StubFrame } from "./testing.ts";

const pass = (ms = 10): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

beforeEach(() => {
  vi.stubGlobal("VideoFrame", StubFrame);
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ close: () => undefined }));
});
afterEach(() => vi.unstubAllGlobals());

/** One end that watches, and the other end's lane to it. */
function watching() {
  const told: string[] = [];
  const pictures = new Pictures({
    say: ({ t }) => void told.push(`${t} by the relay`),
    shown: () => undefined,
    began: ({ direct, drawn }) => void told.push(`picture ${drawn} began${direct ? " straight" : ""}`),
  });
  const [ours, theirs] = channelEnds();
  pictures.useLane(ours as unknown as RTCDataChannel);
  const other = new DirectLane(theirs as unknown as RTCDataChannel, {
    picture: () => undefined,
    told: ({ t }) => void told.push(`${t} straight`),
  });
  const sketch = packPicture(SKETCH, new Uint8Array([1]));
  return {
    pictures,
    told,
    straight: async (): Promise<void> => void other.send((await other.seal(sketch, true)).frame),
    relayed: (sequence: number): void => pictures.viewer.show({ from: RELAY, keyFrame: true, sequence, bytes: sketch }),
  };
}

test("whatever way a picture took, the word that it came takes as well", async () => {
  const { pictures, told, straight, relayed } = watching();
  relayed(0);
  await pass();
  expect([told.splice(0), pictures.straight]).toEqual([["arrived by the relay", "picture 1 began"], false]);
  await straight();
  await pass();
  expect([told.splice(0), pictures.straight]).toEqual([["arrived straight", "picture 2 began straight"], true]);
  relayed(1);
  await pass();
  expect([told, pictures.straight]).toEqual([["arrived by the relay", "picture 3 began"], false]);
});

test("keys that come and go leave what comes straight in sight; without its channel nothing comes so", async () => {
  const { pictures, straight } = watching();
  await straight();
  await pass();
  pictures.forgetRelay();
  expect(pictures.straight).toBe(true);
  pictures.useLane(null);
  expect(pictures.straight).toBe(false);
});
