import fc from "fast-check";
import { expect, it } from "vitest";
import { adjusted, SAME_CLOCK, type ServerClock } from "./clock.ts";

const ways = fc.record({ there: fc.nat(5_000), back: fc.nat(5_000), pause: fc.nat(10_000) });

/** The clock after answers that took so long there and back; the server's is `offsetMs` ahead. */
function after(answers: readonly { there: number; back: number; pause: number }[], offsetMs: number, known = SAME_CLOCK): ServerClock {
  let now = 1_000_000;
  for (const { there, back, pause } of answers) {
    now += pause;
    const askedAt = now;
    now += there + back;
    known = adjusted(known, { askedAt, answeredAt: now, serverAt: askedAt + there + offsetMs });
  }
  return known;
}

it("is wrong by half of the quickest answer at the most, however late the others were", () => {
  fc.assert(
    fc.property(fc.array(ways, { minLength: 1 }), fc.integer({ min: -1e7, max: 1e7 }), (answers, offsetMs) => {
      const quickest = Math.min(...answers.map(({ there, back }) => there + back));
      expect(Math.abs(after(answers, offsetMs).offsetMs - offsetMs)).toBeLessThanOrEqual(quickest / 2);
    }),
  );
});

it("keeps a quick answer when a later one waits for a server that begins", () => {
  const known = after([{ there: 5, back: 5, pause: 0 }], 300);
  expect(after([{ there: 4, back: 3_600, pause: 0 }], 300, known)).toEqual(known);
});

it("follows a clock that was set", () => {
  const known = after([{ there: 5, back: 5, pause: 0 }], 0);
  expect(after([{ there: 20, back: 20, pause: 0 }], 60_000, known).offsetMs).toBe(60_000);
});
