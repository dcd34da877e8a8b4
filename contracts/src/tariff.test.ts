/** The price of talk, against a model that counts second by second. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kopecks } from "./money.ts";
import {
  chargeableSeconds,
  costOfTalk,
  fundedSeconds,
  ownSum,
  paidSeconds,
  pulse,
  SECONDS_MAX,
  tariffKind,
  type LineTerms,
  type Pulse,
} from "./tariff.ts";

const startedMinute: Pulse = { firstSeconds: 60, nextSeconds: 60, freeSeconds: 6 };
const ruble: LineTerms = { pulse: startedMinute, pricePerMinute: kopecks(100), connectionFee: kopecks(0) };

const pulses = fc.record({
  firstSeconds: fc.integer({ min: 1, max: 200 }),
  nextSeconds: fc.integer({ min: 1, max: 90 }),
  freeSeconds: fc.integer({ min: 0, max: 100 }),
});
const terms: fc.Arbitrary<LineTerms> = fc.record({
  pulse: pulses,
  pricePerMinute: fc.bigInt({ min: 0n, max: 100_000n }).map(kopecks),
  connectionFee: fc.bigInt({ min: 0n, max: 5_000n }).map(kopecks),
});
const talk = fc.integer({ min: 0, max: 2_000 });

/** Talks second by second: whenever the next second is not paid for yet, a pulse is added. */
function paidSecondsByCounting({ firstSeconds, nextSeconds, freeSeconds }: Pulse, billable: number): number {
  if (billable <= freeSeconds) return 0;
  let paid = firstSeconds;
  for (let second = 1; second <= billable; second += 1) if (second > paid) paid += nextSeconds;
  return paid;
}

describe("the started minute", () => {
  test.each([
    [0, 0n],
    [6, 0n],
    [7, 100n],
    [59, 100n],
    [60, 100n],
    [61, 200n],
    [120, 200n],
    [121, 300n],
    [3600, 6000n],
  ])("%i seconds cost %i kopecks", (seconds, cost) => expect(costOfTalk(ruble, seconds)).toBe(cost));

  test("refuses seconds that are not whole or below zero", () => {
    const refusal = new RangeError("billable seconds are whole and ≥ 0");
    expect(() => chargeableSeconds(startedMinute, 1.5)).toThrow(refusal);
    expect(() => chargeableSeconds(startedMinute, -1)).toThrow(refusal);
  });

  test.each([
    [0n, 6],
    [99n, 6],
    [100n, 60],
    [199n, 60],
    [200n, 120],
  ])("%i kopecks pay for %i seconds", (money, seconds) => expect(fundedSeconds(ruble, kopecks(money))).toBe(seconds));
});

describe("whatever the tariff", () => {
  test("pays for the pulses that were begun, and no more", () => {
    fc.assert(
      fc.property(pulses, talk, (pulse, seconds) => {
        expect(chargeableSeconds(pulse, seconds)).toBe(paidSecondsByCounting(pulse, seconds));
      }),
    );
  });

  test("the sum is the fee and the price of the paid seconds, rounded down once", () => {
    fc.assert(
      fc.property(terms, talk, (of, seconds) => {
        const paid = paidSecondsByCounting(of.pulse, seconds);
        const exact = paid === 0 ? 0 : Number(of.connectionFee) + (paid * Number(of.pricePerMinute)) / 60;
        expect(Number(costOfTalk(of, seconds))).toBe(Math.floor(exact + 1e-6));
      }),
    );
  });

  test("longer talk never costs less", () => {
    fc.assert(
      fc.property(terms, talk, talk, (of, a, b) => {
        expect(costOfTalk(of, a + b) >= costOfTalk(of, a)).toBe(true);
      }),
    );
  });

  test("charging step by step comes to the same as charging once", () => {
    fc.assert(
      fc.property(terms, fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 40 }), (of, steps) => {
        let seconds = 0;
        let charged = 0n;
        for (const step of steps) {
          seconds += step;
          charged += costOfTalk(of, seconds) - charged;
        }
        expect(charged).toBe(costOfTalk(of, seconds));
      }),
    );
  });

  test("money pays for exactly as many seconds as it covers: one more would not be paid", () => {
    fc.assert(
      fc.property(terms, fc.bigInt({ min: 0n, max: 500_000n }).map(kopecks), (of, money) => {
        const seconds = fundedSeconds(of, money);
        expect(costOfTalk(of, seconds) <= money).toBe(true);
        expect(seconds === SECONDS_MAX || costOfTalk(of, seconds + 1) > money).toBe(true);
      }),
    );
  });

  test("no money pays for more than 68 years of talk, and no price for less", () => {
    const cheap: LineTerms = {
      pulse: { firstSeconds: 1, nextSeconds: 1, freeSeconds: 0 },
      pricePerMinute: kopecks(1),
      connectionFee: kopecks(0),
    };
    expect(fundedSeconds(cheap, kopecks(10n ** 18n))).toBe(SECONDS_MAX);
    expect(fundedSeconds({ ...cheap, pricePerMinute: kopecks(0), connectionFee: kopecks(100) }, kopecks(100))).toBe(SECONDS_MAX);
  });

  test("a connection fee that cannot be paid leaves the free seconds, also where talk has no price", () => {
    const feeOnly: LineTerms = { pulse: startedMinute, pricePerMinute: kopecks(0), connectionFee: kopecks(100) };
    expect(fundedSeconds(feeOnly, kopecks(99))).toBe(6);
    expect(fundedSeconds(feeOnly, kopecks(100))).toBe(SECONDS_MAX);
  });

  test("free seconds are funded without any money", () => {
    fc.assert(
      fc.property(terms, (of) => {
        expect(fundedSeconds(of, kopecks(-1))).toBe(of.pulse.freeSeconds);
      }),
    );
  });
});

describe("a tariff", () => {
  test("is the carrier's or the marketplace's", () => {
    expect(tariffKind.options).toEqual(["carrier", "marketplace"]);
  });

  test("has pulses of at least a second, and free seconds from none", () => {
    expect(pulse.parse(startedMinute)).toEqual(startedMinute);
    expect(pulse.safeParse({ ...startedMinute, freeSeconds: 0 }).success).toBe(true);
    for (const wrong of [{ firstSeconds: 0 }, { nextSeconds: 0 }, { freeSeconds: -1 }, { firstSeconds: 1.5 }, { nextSeconds: undefined }])
      expect(pulse.safeParse({ ...startedMinute, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  });
});

describe("read back from the money", () => {
  test("the paid seconds are those that were charged, from 60 kopecks a minute up", () => {
    fc.assert(
      fc.property(pulses, fc.bigInt({ min: 60n, max: 100_000n }).map(kopecks), talk, (of, pricePerMinute, seconds) => {
        const charged = costOfTalk({ pulse: of, pricePerMinute, connectionFee: kopecks(0) }, seconds);
        expect(paidSeconds(charged, pricePerMinute)).toBe(chargeableSeconds(of, seconds));
      }),
    );
  });
  test.each([
    [100n, 100n, 60],
    [3n, 100n, 2],
    [1n, 100n, 1],
    [0n, 100n, 0],
    [100n, 0n, 0],
  ])("%d kopecks at %d a minute pay for %d seconds", (charged, price, seconds) => {
    expect(paidSeconds(kopecks(charged), kopecks(price))).toBe(seconds);
  });
});

describe("what the consultant asks of his client", () => {
  test.each([
    [2000, 120, 4000n],
    [2000, 61, 2033n],
    [59, 1, 0n],
    [0, 120, 0n],
    [2000, 0, 0n],
  ])("at %d kopecks a minute for %d seconds is %d, rounded down", (rate, seconds, sum) => {
    expect(ownSum(rate, seconds)).toBe(sum);
  });
  test("is nothing that can be said without a rate of his own", () => {
    expect(ownSum(null, 120)).toBeNull();
  });
});
