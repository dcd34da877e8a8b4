/** What a server knows of the database's clock is never to anybody's disadvantage but our own. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EVIDENCE_DELAY_SECONDS } from "./evidence.ts";
import { jumped, offsetOf, toDatabaseTime } from "./database-clock.ts";
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

test("a lease asserts nothing that a lost end could still take back", () => {
  expect(EVIDENCE_DELAY_SECONDS * 1000).toBeGreaterThanOrEqual(PROBE_FRESH_MS + PROBE_EVERY_MS);
});
