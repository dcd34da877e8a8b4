/** What a person reads of his money, decided without a database. */
import { kopecks } from "@minuta/contracts/money";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountName, isPaidIn, kindOnWallet, minutesThatLast, stateOfProof, sum, transferKinds } from "./rules.ts";

describe("minutes that are left", () => {
  test("are none without money or in debt, and unknown while nothing runs", () => {
    expect(minutesThatLast(kopecks(0), kopecks(100))).toBe(0);
    expect(minutesThatLast(kopecks(-1), kopecks(100))).toBe(0);
    expect(minutesThatLast(kopecks(-500), kopecks(100))).toBe(0);
    expect(minutesThatLast(kopecks(500), kopecks(0))).toBeNull();
    expect(minutesThatLast(kopecks(500), kopecks(-1))).toBeNull();
  });

  test("are the started ones rounded down: what is promised is there", () => {
    expect(minutesThatLast(kopecks(99), kopecks(100))).toBe(0);
    expect(minutesThatLast(kopecks(100), kopecks(100))).toBe(1);
    expect(minutesThatLast(kopecks(1), kopecks(1))).toBe(1);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 7n }), (money, burn) => {
        const minutes = BigInt(minutesThatLast(kopecks(money), kopecks(burn))!);
        expect(minutes * burn <= money && money < (minutes + 1n) * burn).toBe(true);
      }),
    );
  });
});

test("money from the bank or a card is paid in; a bonus of the house is not, nor what only sounds like a card", () => {
  expect((["bank", "card:acquirer"] as const).map(isPaidIn)).toEqual([true, true]);
  expect((["compensation", "platform:fee", "wallet:card:1", "earned:1"] as const).map(isPaidIn)).toEqual([false, false, false, false]);
});

test("accounts of a party are named after what they hold", () => {
  expect([accountName.wallet("7"), accountName.earned("7")]).toEqual(["wallet:7", "earned:7"]);
});

test("what comes back to a wallet out of a settlement is a refund; everything else is called what it is", () => {
  expect(transferKinds.map(kindOnWallet)).toEqual([
    "quota",
    "charge",
    "quota-return",
    "refund",
    "top-up",
    "refund",
    "payout",
    "correction",
  ]);
});

test("sums are of all their parts, and of nothing zero", () => {
  expect(sum()).toBe(0n);
  expect(sum(kopecks(5), kopecks(-7), kopecks(10))).toBe(8n);
});

describe("the proof of the money", () => {
  const hour = (n: number) => new Date(n * 3_600_000);
  const at = { now: hour(100), waitingSince: hour(0), broken: [] };

  test("is overdue after a night without one", () => {
    expect(stateOfProof({ ...at, ranAt: hour(74) })).toBe("holds");
    expect(stateOfProof({ ...at, ranAt: new Date(hour(74).getTime() - 1) })).toBe("overdue");
  });

  test("of a new server is waited for as long", () => {
    expect(stateOfProof({ ...at, waitingSince: hour(74), ranAt: null })).toBe("holds");
    expect(stateOfProof({ ...at, ranAt: null })).toBe("overdue");
  });

  test("that found something is not forgotten by waiting", () => {
    expect(stateOfProof({ ...at, ranAt: hour(99), broken: ["a sum"] })).toBe("broken");
    expect(stateOfProof({ ...at, ranAt: hour(1), broken: ["a sum"] })).toBe("broken");
  });
});
