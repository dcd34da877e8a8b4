import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod/mini";
import { kopecks, kopecksSchema, percentRoundingDown } from "./money.ts";

describe("kopecks", () => {
  test("are whole: a fraction is refused, never rounded", () => {
    expect(() => kopecks(0.1)).toThrow(new RangeError("not whole kopecks: 0.1"));
    expect(() => kopecks(Number.MAX_SAFE_INTEGER + 1)).toThrow(RangeError);
    expect(z.safeDecode(kopecksSchema, 1.5).success).toBe(false);
  });

  test("come back from the wire as they went", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (sum) => {
        expect(z.encode(kopecksSchema, z.decode(kopecksSchema, sum))).toBe(sum);
      }),
    );
  });
});

describe("a share", () => {
  test("never gains the last kopeck, and loses less than one", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 100n }), (sum, percent) => {
        const share = percentRoundingDown(kopecks(sum), percent);
        expect(share * 100n <= sum * percent && sum * percent < (share + 1n) * 100n).toBe(true);
      }),
    );
  });

  test("of a debt is refused", () => {
    expect(() => percentRoundingDown(kopecks(-1), 10n)).toThrow(new RangeError("shares are of sums ≥ 0"));
    expect(() => percentRoundingDown(kopecks(1), -10n)).toThrow(RangeError);
  });
});
