/** The pure rules of metering against models that count second by second. */
import type { Meter } from "@minuta/contracts/calls";
import { kopecks } from "@minuta/contracts/money";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { slotsBetween, stretches, togetherInCall, type CallEvidence } from "./rules.ts";

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 23, 9, 0, 0) + second * 1000);

describe("the seconds to look at", () => {
  test("are those that came since the last look", () => {
    expect(slotsBetween(at(10), at(13))).toEqual([11, 12, 13]);
    expect(slotsBetween(at(58), at(62))).toEqual([59, 0, 1, 2]);
    expect(slotsBetween(at(13), at(13))).toEqual([]);
    expect(slotsBetween(new Date(at(13).getTime() + 100), new Date(at(13).getTime() + 900))).toEqual([]);
  });

  test("are all of them after a minute or more, or when nothing is known, each once", () => {
    for (const from of [null, at(0), at(-3600)])
      expect(new Set(slotsBetween(from, at(100)))).toEqual(new Set(Array.from({ length: 60 }, (_, slot) => slot)));
    expect(slotsBetween(at(-3600), at(100))).toHaveLength(60);
  });

  test("leave no second out, however the looks fall", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 30 }), (steps) => {
        const looked = new Map<number, number>();
        let now = 0;
        for (const step of steps) {
          for (const slot of slotsBetween(at(now), at(now + step))) looked.set(slot, now + step);
          now += step;
        }
        for (let second = Math.max(1, now - 59); second <= now; second += 1) expect(looked.get(second % 60)).toBeGreaterThanOrEqual(second);
      }),
    );
  });

  test("after a leap backward are none", () => expect(slotsBetween(at(100), at(50))).toEqual([]));
});

describe("one meter of several lines", () => {
  const line: Meter = {
    status: "live",
    provenSeconds: 100,
    billableSeconds: 90,
    charged: kopecks(200),
    reserved: kopecks(50),
    pricePerMinute: kopecks(100),
    minutesLeft: 3,
    pauseEndsAt: null,
    pausedBy: null,
  };

  test("adds money up and shows the longest time", () => {
    const second = {
      ...line,
      provenSeconds: 120,
      billableSeconds: 80,
      charged: kopecks(5),
      reserved: kopecks(7),
      pricePerMinute: kopecks(11),
    };
    expect(togetherInCall([line, second])).toEqual({
      ...line,
      provenSeconds: 120,
      billableSeconds: 90,
      charged: 205n,
      reserved: 57n,
      pricePerMinute: 111n,
    });
  });

  test("is ended only when every line is", () => {
    const ended = { ...line, status: "ended" as const };
    expect(togetherInCall([ended, line]).status).toBe("live");
    expect(togetherInCall([line, ended]).status).toBe("live");
    expect(togetherInCall([ended, ended]).status).toBe("ended");
    expect(() => togetherInCall([])).toThrow(new RangeError("a call has at least one line"));
  });
});

const LIFE = 120;
const span = fc
  .tuple(fc.integer({ min: -10, max: LIFE + 10 }), fc.integer({ min: 0, max: 60 }))
  .map(([from, length]) => ({ from: at(from), to: at(from + length) }));
const evidence: fc.Arbitrary<CallEvidence> = fc.record({
  life: fc.constant({ from: at(0), to: at(LIFE) }),
  presence: fc.array(
    fc.tuple(span, fc.constantFrom("client" as const, "consultant" as const)).map(([of, side]) => ({ ...of, side })),
    { maxLength: 8 },
  ),
  pauses: fc
    .uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })
    .map((starts) => starts.map((start) => ({ from: at(start * 20), to: at(start * 20 + 13), why: "person" as const }))),
});

/** Looks at each second by itself. */
function countedSeconds({ presence, pauses }: CallEvidence): number {
  const covers = (second: number) => (of: { from: Date; to: Date }) =>
    of.from.getTime() <= at(second).getTime() && at(second).getTime() < of.to.getTime();
  return Array.from({ length: LIFE }, (_, second) => second).filter(
    (second) => new Set(presence.filter(covers(second)).map(({ side }) => side)).size === 2 && !pauses.some(covers(second)),
  ).length;
}

describe("the minute table of a call", () => {
  test("counts exactly the seconds in which both were there and nothing was paused", () => {
    fc.assert(
      fc.property(evidence, (of) => {
        const counted = stretches(of).filter((stretch) => stretch.counted);
        expect(counted.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(countedSeconds(of));
        expect(counted.every(({ why }) => why === "on-the-line")).toBe(true);
      }),
    );
  });

  test("has no gap and no overlap from the opening to the end, and never the same reason twice in a row", () => {
    fc.assert(
      fc.property(evidence, (of) => {
        const found = stretches(of);
        expect([found[0]?.from, found.at(-1)?.to]).toEqual([of.life.from, of.life.to]);
        found.slice(1).forEach((stretch, index) => {
          expect(stretch.from).toEqual(found[index]?.to);
          expect(stretch.why).not.toBe(found[index]?.why);
        });
        expect(found.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(LIFE);
      }),
    );
  });

  test("says why time was not counted", () => {
    const both = (from: number, to: number) => [
      { side: "client" as const, from: at(from), to: at(to) },
      { side: "consultant" as const, from: at(from), to: at(to) },
    ];
    const found = stretches({
      life: { from: at(0), to: at(100) },
      presence: [
        { side: "consultant", from: at(0), to: at(10) },
        ...both(10, 40),
        { side: "client", from: at(40), to: at(50) },
        { side: "consultant", from: at(50), to: at(60) },
        ...both(60, 95),
      ],
      pauses: [
        { why: "person", from: at(70), to: at(80) },
        { why: "top-up", from: at(85), to: at(90) },
      ],
    });
    expect(found.map(({ why, seconds }) => `${seconds} ${why}`)).toEqual([
      "10 waiting",
      "30 on-the-line",
      "10 consultant-away",
      "10 client-away",
      "10 on-the-line",
      "10 paused",
      "5 on-the-line",
      "5 paused-for-top-up",
      "5 on-the-line",
      "5 client-away",
    ]);
  });

  test("calls it waiting until both were there for the first time, whoever came and went", () => {
    const found = stretches({
      life: { from: at(0), to: at(40) },
      presence: [
        { side: "client", from: at(5), to: at(10) },
        { side: "consultant", from: at(15), to: at(40) },
        { side: "client", from: at(20), to: at(30) },
      ],
      pauses: [],
    });
    expect(found.map(({ why, seconds }) => `${seconds} ${why}`)).toEqual(["20 waiting", "10 on-the-line", "10 client-away"]);
  });

  test("rounds the counted time once, not stretch by stretch", () => {
    const part = (from: number) => (["client", "consultant"] as const).map((side) => ({ side, from: at(from), to: at(from + 1.7) }));
    const found = stretches({ life: { from: at(0), to: at(30) }, presence: [0, 10, 20].flatMap(part), pauses: [] });
    expect(found.filter(({ counted }) => counted).map(({ seconds }) => seconds)).toEqual([1, 2, 2]);
  });
});
