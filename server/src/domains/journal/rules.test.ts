import { kopecks } from "@minuta/contracts/money";
import { chargeableSeconds, costOfTalk, ownSum, paidSeconds } from "@minuta/contracts/tariff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { protocolNumber } from "./rules.ts";

describe("the protocol's number", () => {
  test("has at least six digits and a check digit", () => {
    expect(protocolNumber(126n)).toBe("П-000126-9");
    expect(protocolNumber(12_345_678n)).toMatch(/^П-12345678-\d$/);
  });
  test("one wrong digit, or two neighbours swapped, is no number of ours", () => {
    fc.assert(
      fc.property(fc.nat(999_999), fc.nat(4), fc.integer({ min: 1, max: 9 }), (number, place, shift) => {
        const [, digits = "", check = ""] = protocolNumber(BigInt(number)).split("-");
        const wrong = digits.slice(0, place) + ((Number(digits[place]) + shift) % 10) + digits.slice(place + 1);
        const swapped = digits.slice(0, place) + digits[place + 1] + digits[place] + digits.slice(place + 2);
        expect(protocolNumber(BigInt(wrong)).endsWith(check)).toBe(false);
        expect(protocolNumber(BigInt(swapped)).endsWith(check)).toBe(swapped === digits);
      }),
    );
  });
});

test("the time that is paid for is read back from the money to the second, whatever the pulse and the price", () => {
  const aPulse = fc.constantFrom(
    { firstSeconds: 60, nextSeconds: 60, freeSeconds: 6 },
    { firstSeconds: 60, nextSeconds: 1, freeSeconds: 0 },
    { firstSeconds: 1, nextSeconds: 1, freeSeconds: 6 },
  );
  fc.assert(
    fc.property(aPulse, fc.nat(100_000), fc.integer({ min: 60, max: 1_000_000 }), (pulse, seconds, price) => {
      const terms = { pulse, pricePerMinute: kopecks(price), connectionFee: kopecks(0n) };
      expect(paidSeconds(costOfTalk(terms, seconds), terms.pricePerMinute)).toBe(chargeableSeconds(pulse, seconds));
    }),
  );
});

test("the consultant asks for the minutes that are paid for, and for no part of a kopeck", () => {
  expect(ownSum(2000, 180)).toBe(6000n);
  expect(ownSum(1999, 61)).toBe(2032n);
  expect(ownSum(null, 180)).toBeNull();
});
