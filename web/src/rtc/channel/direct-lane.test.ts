/** What two pages tell each other on the lane of the direct path. */
import fc from "fast-check";
import { PICTURE_MAX_BYTES } from "@minuta/contracts/wire";
import { expect, test } from "vitest";
import { DirectLane, type AboutPictures } from "./direct-lane.ts";
import type { Arrived } from "./picture-viewer.ts";
import { channelEnds } from "./testing.ts";

function connected() {
  const came: Arrived[] = [];
  const told: AboutPictures[] = [];
  const events = {
    picture: (arrived: Arrived) => void came.push(arrived),
    told: (signal: AboutPictures) => void told.push(signal),
  };
  const [ours, theirs] = channelEnds();
  const lane = new DirectLane(ours as unknown as RTCDataChannel, events);
  const other = new DirectLane(theirs as unknown as RTCDataChannel, events);
  return { lane, other, ours, theirs, came, told };
}

test("pictures of any size arrive whole, in order and numbered, in pieces that let others pass", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.boolean()), { maxLength: 5 }), async (pictures) => {
      const { lane, ours, came } = connected();
      const sent = pictures.map(([length, keyFrame]) => ({
        keyFrame,
        bytes: Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256),
      }));
      for (const { keyFrame, bytes } of sent) lane.send((await lane.seal(bytes, keyFrame)).frame);
      expect(came.map(({ keyFrame, bytes }) => ({ keyFrame, bytes }))).toEqual(sent);
      expect(came.map(({ sequence }) => sequence)).toEqual(sent.map((_, sequence) => sequence));
      expect(ours.longest).toBeLessThanOrEqual(16_001);
    }),
    { numRuns: 50 },
  );
});

test("what depends on a picture that stands alone is of its era", async () => {
  const { lane, came } = connected();
  for (const keyFrame of [true, false, false, true, false]) lane.send((await lane.seal(new Uint8Array(20), keyFrame)).frame);
  expect(came.map(({ from }) => from)).toEqual([1, 1, 1, 2, 2]);
});

test("words about pictures are heard, all others and what is no word at all are passed over", () => {
  const { other, theirs, told, came } = connected();
  other.tell({ t: "arrived", sequence: 3 });
  other.tell({ t: "key-frame-please" });
  for (const word of ["", "{", '"arrived"', '{"t":"arrived","sequence":"3"}', '{"t":"direct-fell"}']) theirs.send(word);
  expect([told, came]).toEqual([[{ t: "arrived", sequence: 3 }, { t: "key-frame-please" }], []]);
});

test.each([
  ["never finishes a picture", new Uint8Array(1_000_000)],
  ["sends pieces of nothing", new Uint8Array(1)],
  ["sends nothing", new Uint8Array()],
])("an end that %s is heard no more, and takes no more memory than one picture may", (_, piece) => {
  const { ours, theirs, came } = connected();
  for (let sent = 0; sent < 2 * PICTURE_MAX_BYTES; sent += Math.max(100_000, piece.length)) theirs.send(piece);
  expect([ours.readyState, ours.onmessage, came]).toEqual(["closed", null, []]);
});

test("a channel that is not open sends nothing, and says so", async () => {
  const { lane, ours, came } = connected();
  ours.readyState = "connecting";
  lane.tell({ t: "key-frame-please" });
  expect(lane.send((await lane.seal(new Uint8Array(9), true)).frame)).toBe(false);
  expect(came).toEqual([]);
});
