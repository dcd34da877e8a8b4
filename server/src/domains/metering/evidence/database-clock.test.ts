/** What a server knows of the database's clock is never to anybody's disadvantage but our own. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EVIDENCE_DELAY_SECONDS } from "./evidence.ts";
import { jumped, narrowed, offsetOf, toDatabaseTime, type Offset } from "./database-clock.ts";
import { PROBE_EVERY_MS, PROBE_FRESH_MS } from "@minuta/contracts/wire";

const trip = fc.record({
  sentMs: fc.integer({ min: 0, max: 1e9 }),
  there: fc.integer({ min: 0, max: 5000 }),
  back: fc.integer({ min: 0, max: 5000 }),
  offset: fc.integer({ min: 1e12, max: 2e12 }),
});

test("presence begins no earlier and ends no later than it really did, however long the answer took", () => {
  fc.assert(
    fc.property(trip, fc.integer({ min: 0, max: 1e9 }), ({ sentMs, there, back, offset }, ms) => {
      const known = offsetOf(new Date(sentMs + there + offset), { sentMs, receivedMs: sentMs + there + back });
      const truth = ms + offset;
      expect(toDatabaseTime(known, "earliest", ms).getTime()).toBeLessThanOrEqual(truth);
      expect(toDatabaseTime(known, "latest", ms).getTime()).toBeGreaterThanOrEqual(truth);
    }),
  );
});

test("a round trip bounds the offset from both sides, and a whole millisecond is given away, never taken", () => {
  const offset = offsetOf(new Date(1000), { sentMs: 10, receivedMs: 30 });
  expect(offset).toEqual({ earliest: 970, latest: 990 });
  expect(toDatabaseTime(offset, "earliest", 100.5)).toEqual(new Date(1070));
  expect(toDatabaseTime(offset, "latest", 100.5)).toEqual(new Date(1091));
});

test("slow answers are no leap of the clock", () => {
  fc.assert(
    fc.property(trip, trip, (one, other) => {
      const offset = (of: typeof one) =>
        offsetOf(new Date(of.sentMs + of.there + one.offset), { sentMs: of.sentMs, receivedMs: of.sentMs + of.there + of.back });
      expect(jumped(offset(one), offset(other))).toBe(false);
    }),
  );
});

test("a leap forward beyond any doubt is seen, one backward needs nothing", () => {
  const at = (now: number) => offsetOf(new Date(now), { sentMs: 0, receivedMs: 100 });
  expect(jumped(at(1000), at(1000 + 100 + 500))).toBe(false);
  expect(jumped(at(1000), at(1000 + 100 + 501))).toBe(true);
  expect(jumped(at(10_000), at(0))).toBe(false);
});

const ANSWERED = { sentMs: 0, receivedMs: 0 };

test("what several answers tell together holds the truth, however slow some were, while the clock gains or loses what clocks do", () => {
  const drift = fc.double({ min: -0.0005, max: 0.0005, noNaN: true });
  fc.assert(
    fc.property(fc.array(trip, { minLength: 1, maxLength: 20 }), drift, (trips, gain) => {
      let known: Offset | null = null;
      let [sentMs, sentBeforeMs] = [0, 0];
      const truth = (ms: number): number => 1e12 + ms * (1 + gain);
      for (const { there, back } of trips) {
        const heard = offsetOf(new Date(truth(sentMs + there)), { sentMs, receivedMs: sentMs + there + back });
        if (known !== null) expect(jumped(known, heard)).toBe(false);
        known = known === null ? heard : narrowed(known, heard, sentMs - sentBeforeMs);
        expect(known.earliest).toBeLessThanOrEqual(known.latest);
        const at = sentMs + there + back;
        // Instants are whole milliseconds here, and between two answers a clock drifts on.
        expect(known.earliest + at).toBeLessThanOrEqual(truth(at) + 15);
        expect(known.latest + at).toBeGreaterThanOrEqual(truth(at) - 15);
        [sentMs, sentBeforeMs] = [sentMs + 5000 + there + back, sentMs];
      }
    }),
  );
});

test("a leap that a slow answer hid is seen by the next quick one, but for what a clock may be set by", () => {
  fc.assert(
    fc.property(trip, fc.integer({ min: 520, max: 60_000 }), ({ there, back }, leap) => {
      const before = offsetOf(new Date(1e12), ANSWERED);
      const slow = offsetOf(new Date(1e12 + 5000 + there + leap), { sentMs: 5000, receivedMs: 5000 + there + back });
      if (jumped(before, slow)) return;
      const known = narrowed(before, slow, 5000);
      const quick = offsetOf(new Date(1e12 + 20_000 + leap), { sentMs: 20_000, receivedMs: 20_000 });
      expect(jumped(known, quick) || quick.earliest - known.latest <= 500).toBe(true);
      if (there + back < leap) expect(known.latest).toBeGreaterThan(before.latest);
    }),
  );
});

test("a clock that is being set right by a twelfth is followed at once, and is no leap", () => {
  let known = offsetOf(new Date(1e12), ANSWERED);
  for (let at = 5000; at <= 100_000; at += 5000) {
    const heard = offsetOf(new Date(1e12 + Math.round(at * 1.083)), { sentMs: at, receivedMs: at + 20 });
    expect(jumped(known, heard)).toBe(false);
    known = narrowed(known, heard, 5000);
    expect(known.latest).toBeLessThanOrEqual(heard.latest);
    expect(known.latest).toBeGreaterThanOrEqual(heard.earliest);
  }
});

test("a clock that was put back is believed", () => {
  const [before, after] = [offsetOf(new Date(10_000), ANSWERED), offsetOf(new Date(5000), { sentMs: 0, receivedMs: 100 })];
  expect(narrowed(before, after, 5000)).toEqual(after);
});

test.each([
  ["a slow answer tells nothing beyond what clocks drift", { earliest: -50, latest: 100 }, { earliest: -1, latest: 11 }],
  ["a quick one tells all", { earliest: 3, latest: 5 }, { earliest: 3, latest: 5 }],
  ["what contradicts by less than the drift is set right by it", { earliest: -50, latest: 0.5 }, { earliest: -1, latest: 0.5 }],
  ["and by just the drift as well", { earliest: -50, latest: -1 }, { earliest: -1, latest: -1 }],
  ["beyond it the clock was put back", { earliest: -50, latest: -1.5 }, { earliest: -50, latest: -1.5 }],
])("%s", (_, after, together) => {
  // A second apart two clocks part by a millisecond.
  expect(narrowed({ earliest: 0, latest: 10 }, after, 1000)).toEqual(together);
});

test("a lease asserts nothing that a lost end could still take back", () => {
  expect(EVIDENCE_DELAY_SECONDS * 1000).toBeGreaterThanOrEqual(PROBE_FRESH_MS + PROBE_EVERY_MS);
});
