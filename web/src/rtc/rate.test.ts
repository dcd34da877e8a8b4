import fc from "fast-check";
import { expect, test } from "vitest";
import { afterArrival, BITRATE_MAX, BITRATE_MIN, startingRate, underwayAtMost, wantsAlone, type Rate } from "./rate.ts";

interface Link {
  /** Bits a second. */
  readonly capacity: number;
  readonly baseMs: number;
}

/** A moving screen of 30 frames a second over a link that queues what it cannot carry at once, as the sender treats it. */
function sendOver({ capacity, baseMs }: Link, seconds: number): { rate: Rate; pictures: number; slowest: number } {
  let rate = startingRate;
  let linkFreeAt = 0;
  let underway: { sentAt: number; arrivesAt: number; bits: number; alone: boolean }[] = [];
  let sent: { at: number; bits: number }[] = [];
  let [pictures, slowest] = [0, 0];
  for (let now = 0; now < seconds * 1000; now += 1) {
    for (const picture of underway.filter(({ arrivesAt }) => arrivesAt <= now)) {
      sent = sent.filter(({ at }) => now - at < 1000);
      const roundTripMs = picture.arrivesAt - picture.sentAt;
      const usedBitrate = sent.reduce((sum, { bits }) => sum + bits, 0);
      rate = afterArrival(rate, { roundTripMs, bytes: picture.bits / 8, alone: picture.alone, usedBitrate, now });
      if (now > (seconds * 1000) / 2) [pictures, slowest] = [pictures + 1, Math.max(slowest, roundTripMs)];
    }
    underway = underway.filter(({ arrivesAt }) => arrivesAt > now);
    const free = underway.length < (wantsAlone(rate, now) ? 1 : underwayAtMost(rate));
    if (now % 33 !== 0 || !free) continue;
    const bits = rate.bitrate / 30;
    linkFreeAt = Math.max(linkFreeAt, now) + (bits * 1000) / capacity;
    underway.push({ sentAt: now, arrivesAt: linkFreeAt + baseMs, bits, alone: underway.length === 0 });
    sent.push({ at: now, bits });
  }
  return { rate, pictures: pictures / (seconds / 2), slowest };
}

test.each([500_000, 1_000_000, 4_000_000])(
  "on a link of %d bits a second pictures stay fluent and fresh, and most of the link is used",
  (capacity) => {
    const { rate, pictures, slowest } = sendOver({ capacity, baseMs: 40 }, 120);
    expect(rate.bitrate).toBeLessThan(capacity * 1.4);
    expect(rate.bitrate).toBeGreaterThan(capacity * 0.5);
    expect(pictures).toBeGreaterThan(22);
    expect(slowest).toBeLessThan(250);
  },
);

test("a fast link is used to the limit", () => {
  expect(sendOver({ capacity: 1_000_000_000, baseMs: 5 }, 60).rate.bitrate).toBe(BITRATE_MAX);
});

test("a long path costs no frames", () => {
  expect(sendOver({ capacity: 100_000_000, baseMs: 200 }, 60).pictures).toBeGreaterThan(25);
});

test("a rate nobody uses is not raised", () => {
  let rate = startingRate;
  for (let now = 0; now < 60_000; now += 100)
    rate = afterArrival(rate, { roundTripMs: 20, bytes: 500, alone: true, usedBitrate: 40_000, now });
  expect(rate.bitrate).toBe(startingRate.bitrate);
});

test("a busy computer does not make a still screen blurred", () => {
  let rate = startingRate;
  for (let now = 0; now < 60_000; now += 100)
    rate = afterArrival(rate, { roundTripMs: now % 700 === 0 ? 800 : 20, bytes: 60, alone: true, usedBitrate: 15_000, now });
  expect(rate.bitrate).toBe(startingRate.bitrate);
});

test("a path that became longer is believed after a while", () => {
  let rate = startingRate;
  const arrive = (roundTripMs: number, now: number): void =>
    void (rate = afterArrival(rate, { roundTripMs, bytes: 2000, alone: true, usedBitrate: rate.bitrate, now }));
  for (let now = 0; now < 5000; now += 100) arrive(30, now);
  for (let now = 5000; now < 60_000; now += 100) arrive(300, now);
  expect(rate.baseMs).toBe(300);
  expect(rate.bitrate).toBeGreaterThan(startingRate.bitrate / 2);
});

test("whatever happens the bitrate stays within its bounds", () => {
  const arrived = fc.record({
    roundTripMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    bytes: fc.nat(4_000_000),
    alone: fc.boolean(),
    usedBitrate: fc.nat(20_000_000),
    afterMs: fc.nat(3000),
  });
  fc.assert(
    fc.property(fc.array(arrived, { maxLength: 300 }), (all) => {
      let rate = startingRate;
      let now = 0;
      for (const { afterMs, ...one } of all) {
        now += afterMs;
        rate = afterArrival(rate, { ...one, now });
        expect(rate.bitrate).toBeGreaterThanOrEqual(BITRATE_MIN);
        expect(rate.bitrate).toBeLessThanOrEqual(BITRATE_MAX);
        expect(underwayAtMost(rate)).toBeGreaterThanOrEqual(3);
      }
    }),
  );
});
