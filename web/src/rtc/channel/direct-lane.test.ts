/** What two pages tell each other on the lane of the direct path. */
import fc from "fast-check";
import { PICTURE_MAX_BYTES } from "@minuta/contracts/wire";
import { expect, test } from "vitest";
import { DirectLane } from "./direct-lane.ts";
import type { Arrived } from "./picture-viewer.ts";

/** Two ends of one channel; what is sent is there at once. */
class Channel {
  readyState = "open";
  bufferedAmount = 0;
  binaryType = "";
  other: Channel | null = null;
  longest = 0;
  onmessage: ((event: { data: ArrayBuffer | string }) => void) | null = null;
  send(data: Uint8Array<ArrayBuffer> | string): void {
    this.longest = Math.max(this.longest, data.length);
    this.other?.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
  }
  close(): void {
    this.readyState = "closed";
  }
}

function connected() {
  const came: Arrived[] = [];
  const told: string[] = [];
  const events = {
    picture: (arrived: Arrived) => void came.push(arrived),
    arrived: (sequence: number) => void told.push(`arrived ${sequence}`),
    askedKeyFrame: () => void told.push("key frame please"),
  };
  const [ours, theirs] = [new Channel(), new Channel()];
  ours.other = theirs;
  theirs.other = ours;
  const lane = new DirectLane(ours as unknown as RTCDataChannel, events);
  const other = new DirectLane(theirs as unknown as RTCDataChannel, events);
  return { lane, other, ours, theirs, came, told };
}

test("pictures of any size arrive whole, in order and numbered, in pieces that let others pass", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.boolean()), { maxLength: 5 }), async (pictures) => {
      const { lane, ours, came } = connected();
      lane.begin();
      const sent = pictures.map(([length, keyFrame]) => ({
        keyFrame,
        bytes: Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256),
      }));
      for (const { keyFrame, bytes } of sent) lane.send((await lane.seal(bytes, keyFrame)).frame);
      expect(came).toEqual(sent.map((picture, sequence) => ({ ...picture, from: 1, sequence })));
      expect(ours.longest).toBeLessThanOrEqual(16_001);
    }),
    { numRuns: 50 },
  );
});

test("what begins anew is told from what was before", async () => {
  const { lane, came } = connected();
  for (let times = 0; times < 2; times++) {
    lane.begin();
    lane.send((await lane.seal(new Uint8Array(20), true)).frame);
  }
  expect(came.map(({ from, sequence }) => [from, sequence])).toEqual([
    [1, 0],
    [2, 1],
  ]);
});

test("words about pictures are heard, all others and what is no word at all are passed over", () => {
  const { other, theirs, told, came } = connected();
  other.tell({ t: "arrived", sequence: 3 });
  other.tell({ t: "key-frame-please" });
  for (const word of ["", "{", '"arrived"', '{"t":"arrived","sequence":"3"}', '{"t":"direct-fell"}']) theirs.send(word);
  theirs.send(new Uint8Array([1]));
  theirs.send(new Uint8Array());
  expect([told, came]).toEqual([["arrived 3", "key frame please"], []]);
});

test("an end that never finishes a picture is heard no more, and takes no more memory than one may", () => {
  const { ours, theirs, came } = connected();
  const piece = new Uint8Array(1_000_000);
  for (let sent = 0; sent < 2 * PICTURE_MAX_BYTES; sent += piece.length) theirs.send(piece);
  expect([ours.readyState, ours.onmessage, came]).toEqual(["closed", null, []]);
});

test("a channel that is not open sends nothing, and says so", async () => {
  const { lane, ours, came } = connected();
  ours.readyState = "connecting";
  lane.tell({ t: "key-frame-please" });
  expect(lane.send((await lane.seal(new Uint8Array(9), true)).frame)).toBe(false);
  expect(came).toEqual([]);
});
