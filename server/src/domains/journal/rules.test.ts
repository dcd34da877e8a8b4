import { kopecks } from "@minuta/contracts/money";
import { protocolNumber } from "@minuta/contracts/protocol-number";
import { chargeableSeconds, costOfTalk, ownSum, paidSeconds } from "@minuta/contracts/tariff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDue } from "./rules.ts";

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

describe("a statement is due", () => {
  const none = { client: null, consultant: null };
  const last = { provenSeconds: 70, closing: false, journal: { n: 5, head: "" }, keys: none, recordings: none };
  const measured = { provenSeconds: 90, waitsForSignatures: false };
  const due = { measured, last, keys: none, recordings: none, over: false, journalN: 5, always: false };
  const closed = { ...due, over: true, last: { ...last, closing: true } };

  test("for every minute proven, and for less when an end comes in", () => {
    expect(isDue(due)).toBe(false);
    expect(isDue({ ...due, measured: { ...measured, provenSeconds: 120 } })).toBe(true);
    expect(isDue({ ...due, always: true })).toBe(true);
    expect(isDue({ ...due, always: true, measured: { ...measured, provenSeconds: 70 } })).toBe(false);
  });
  test("for another key only while the call waits for signatures", () => {
    const keys = { client: "another", consultant: null };
    expect(isDue({ ...due, keys })).toBe(false);
    expect(isDue({ ...due, keys, measured: { ...measured, waitsForSignatures: true } })).toBe(true);
    expect(isDue({ ...due, measured: { ...measured, waitsForSignatures: true } })).toBe(false);
  });
  test("once for a call that is over, and again when its journal or a recording went on", () => {
    expect(isDue({ ...due, over: true })).toBe(true);
    expect(isDue(closed)).toBe(false);
    expect(isDue({ ...closed, journalN: 6 })).toBe(true);
    expect(isDue({ ...closed, recordings: { client: null, consultant: "later" } })).toBe(true);
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
