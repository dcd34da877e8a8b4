import fc from "fast-check";
import { expect, test } from "vitest";
import { PICTURE_QUEUE_BYTES } from "./limits.ts";
import { freshRelay, relayPicture, type PictureRelay } from "./relay.ts";

const run = (pictures: readonly { keyFrame: boolean; waitingBytes: number | null; afterMs: number }[]) => {
  let state: PictureRelay = freshRelay;
  let now = 0;
  return pictures.map(({ afterMs, ...picture }) => {
    now += afterMs;
    const next = relayPicture(state, { ...picture, now });
    state = next.state;
    return { ...picture, ...next, now };
  });
};
const pictures = fc.array(
  fc.record({
    keyFrame: fc.boolean(),
    waitingBytes: fc.option(fc.integer({ min: 0, max: 2 * PICTURE_QUEUE_BYTES })),
    afterMs: fc.nat(300),
  }),
  { maxLength: 60 },
);

test("at first and after a dropped picture nothing passes before a key frame", () => {
  fc.assert(
    fc.property(pictures, (all) => {
      let broken = true;
      for (const { forward, keyFrame } of run(all)) {
        if (forward && keyFrame) broken = false;
        if (forward) expect(broken).toBe(false);
        else broken = true;
      }
    }),
  );
});

test("a receiver that is too slow gets nothing more until it has caught up", () => {
  fc.assert(
    fc.property(pictures, (all) => {
      for (const { forward, waitingBytes } of run(all))
        if (forward) expect(waitingBytes ?? Infinity).toBeLessThanOrEqual(PICTURE_QUEUE_BYTES);
    }),
  );
});

test("a key frame is asked for once there is room, and not more than twice a second", () => {
  fc.assert(
    fc.property(pictures, (all) => {
      let askedAt: number | null = null;
      for (const { ask, forward, keyFrame, waitingBytes, now } of run(all)) {
        if (forward && keyFrame) askedAt = null;
        if (!ask) continue;
        expect(waitingBytes ?? Infinity).toBeLessThanOrEqual(PICTURE_QUEUE_BYTES / 4);
        expect(askedAt === null || now - askedAt >= 500).toBe(true);
        askedAt = now;
      }
    }),
  );
  const drained = run([
    { keyFrame: false, waitingBytes: null, afterMs: 0 },
    { keyFrame: false, waitingBytes: 0, afterMs: 10 },
  ]);
  expect(drained.map(({ ask }) => ask)).toEqual([false, true]);
});
