import { configurations } from "@minuta/contracts/taxonomy";
import { isInn } from "@minuta/contracts/inn";
import { describe, expect, test } from "vitest";
import { cases, guests } from "./demo-history-cases.ts";
import { planCalls, seededChance, type PlannedCall } from "./demo-history-plan.ts";

const HOUR_MS = 3_600_000;
const seconds = ({ talk }: PlannedCall): number =>
  talk.reduce((sum, { seconds, interrupted }) => sum + seconds + (interrupted?.seconds ?? 0), 0);
const endOf = (call: PlannedCall): number => call.at.getTime() + seconds(call) * 1000;
const isRing = ({ client }: PlannedCall): boolean => typeof client === "string";

/** Every hour of a week, so every weekday and both sides of a Moscow midnight. */
const presents = Array.from({ length: 7 * 24 }, (_, hour) => new Date(Date.UTC(2026, 10, 23, hour, 30)));

describe("the month of the demo", () => {
  test("is the same for the same seed and another for another", () => {
    const present = new Date("2026-11-23T12:00:00Z");
    expect(planCalls(seededChance(7), present)).toEqual(planCalls(seededChance(7), present));
    expect(planCalls(seededChance(8), present)).not.toEqual(planCalls(seededChance(7), present));
  });

  test("has 40 calls by links and 25 rings, whenever it is played", () => {
    for (const present of presents) {
      const calls = planCalls(seededChance(1), present);
      expect(calls.filter(isRing)).toHaveLength(25);
      expect(calls).toHaveLength(65);
    }
  });

  test("lies in the thirty days before today, one call after the other, with four minutes to prepare each", () => {
    for (const present of presents) {
      const calls = planCalls(seededChance(present.getTime()), present);
      expect(present.getTime() - calls[0]!.at.getTime()).toBeLessThan(31 * 24 * HOUR_MS);
      calls.reduce((before, call) => {
        expect(call.at.getTime()).toBeGreaterThan(before + 5 * 60_000);
        return endOf(call);
      }, 0);
      expect(endOf(calls.at(-1)!)).toBeLessThan(present.getTime());
    }
  });

  test("leaves the last two rings without an answer for less than 72 hours; the other silences are over", () => {
    for (const present of presents) {
      const silent = planCalls(seededChance(1), present).filter((call) => isRing(call) && call.solvedMinutes === null);
      const waiting = silent.filter((call) => present.getTime() - endOf(call) < 72 * HOUR_MS);
      expect(waiting).toEqual(silent.slice(-2));
      expect(silent.length).toBeGreaterThan(2);
    }
  });

  test("has talks of 1 to 50 minutes, some of them paused, some broken", () => {
    const calls = planCalls(seededChance(1), new Date("2026-11-23T12:00:00Z"));
    for (const { talk } of calls) {
      const minutes = talk.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
      expect(minutes).toBeGreaterThanOrEqual(1);
      expect(minutes).toBeLessThanOrEqual(50);
    }
    const reasons = calls.flatMap(({ talk }) => talk.flatMap(({ interrupted }) => interrupted?.why ?? []));
    expect(reasons).toContain("pause");
    expect(reasons).toContain("away");
  });

  test("shows somebody who is consultant in one call and client in another, and guests who come again", () => {
    const calls = planCalls(seededChance(1), new Date("2026-11-23T12:00:00Z"));
    const consultants = new Set(calls.map(({ consultant }) => consultant));
    expect(calls.some(({ client }) => typeof client === "string" && consultants.has(client))).toBe(true);
    const came = calls.flatMap(({ client }) => (typeof client === "string" ? [] : [client]));
    expect(new Set(came).size).toBeLessThan(came.length);
  });
});

test("configurations of the cases are known, and tax ids of the guests hold", () => {
  const known = configurations.map(({ code }) => code);
  expect(Object.values(cases).flatMap((all) => all.filter(({ configuration }) => !known.includes(configuration)))).toEqual([]);
  expect(guests.filter(({ inn }) => inn !== null && !isInn(inn))).toEqual([]);
});
