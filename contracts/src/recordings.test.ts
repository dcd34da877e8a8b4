import fc from "fast-check";
import { expect, test } from "vitest";
import { recordedSeconds } from "./recordings.ts";

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 29) + second * 1000);
const aSpan = fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => ({ from: at(from), to: at(from + length) }));

test("what was recorded of the counted time is counted second by second, each once", () => {
  const counted = fc.array(fc.tuple(fc.nat(15), fc.boolean()), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(aSpan, { maxLength: 8 }), counted, (segments, lengths) => {
      let end = 0;
      const intervals = lengths.map(([length, counts]) => ({ from: at(end), to: at((end += length)), counted: counts }));
      let seconds = 0;
      for (let second = 0; second < 200; second += 1) {
        const holds = ({ from, to }: { from: Date; to: Date }): boolean => from <= at(second) && at(second + 1) <= to;
        if (segments.some(holds) && intervals.some((interval) => interval.counted && holds(interval))) seconds += 1;
      }
      expect(recordedSeconds(segments, intervals)).toBe(seconds);
    }),
  );
});
