import fc from "fast-check";
import { expect, test } from "vitest";
import { bucket } from "./limits.ts";

test("over any time no more passes than the burst and what the rate allows", () => {
  const asks = fc.array(fc.record({ afterMs: fc.nat(2000), amount: fc.integer({ min: 1, max: 50 }) }), { maxLength: 200 });
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), (all, perSecond, burst) => {
      const limit = bucket({ perSecond, burst });
      let [now, passed] = [0, 0];
      for (const { afterMs, amount } of all) {
        now += afterMs;
        if (limit.take(amount, now)) passed += amount;
        expect(passed).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6);
      }
    }),
  );
});

test("whoever keeps to the rate is never refused", () => {
  const limit = bucket({ perSecond: 10, burst: 3 });
  for (let n = 0; n < 1000; n += 1) expect(limit.take(1, n * 100)).toBe(true);
});
