import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreedSpans, consentOf, filesOf, gapSeconds, newsOf, takes, type Decision, type Span } from "./rules.ts";

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 23, 9) + seconds * 1000);
const span = (from: number, to: number): Span => ({ from: at(from), to: at(to) });

const decision = fc.record({ side: fc.constantFrom("client" as const, "consultant" as const), agreed: fc.boolean(), second: fc.nat(1000) });
const history = fc
  .array(decision, { maxLength: 12 })
  .map((all) => all.sort((one, other) => one.second - other.second).map(({ second, ...one }): Decision => ({ ...one, at: at(second) })));

test("time was agreed to exactly while the last word of both sides was yes", () => {
  fc.assert(
    fc.property(history, fc.nat(1000), (decisions, second) => {
      const spans = agreedSpans(decisions, at(2000));
      const moment = at(second + 0.5);
      const until = decisions.filter((one) => one.at <= moment);
      const both = consentOf(until, "client") === "agreed" && consentOf(until, "consultant") === "agreed";
      expect(spans.some(({ from, to }) => from <= moment && moment < to)).toBe(both);
    }),
  );
});

describe("a segment", () => {
  test.each([
    [span(10, 40), "yes"],
    [span(-5, 25), "yes"],
    [span(-30, 0), "not-agreed"],
    [span(95, 115), "not-agreed"],
    [span(10, 10), "not-a-segment"],
    [span(40, 10), "not-a-segment"],
    [span(0, 100), "not-a-segment"],
  ] as const)("%o of time agreed to from 0 to 100: %s", (segment, answer) => {
    expect(takes(segment, [span(0, 100)])).toBe(answer);
  });
});

test("a gap is what was counted and agreed between two segments, to the second, and a moment is none", () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (counted, agreed) => {
        const spansOf = (seconds: boolean[]) => seconds.flatMap((on, second) => (on ? [span(second, second + 1)] : []));
        const missing = counted.filter((on, second) => on && agreed[second] && second >= 10 && second < 50).length;
        expect(gapSeconds(span(10, 50), spansOf(counted), spansOf(agreed))).toBe(missing >= 5 ? missing : 0);
      },
    ),
  );
});

test("only what changes for those who rely on it is news", () => {
  const told = (recorder: "off" | "recording" | "paused" | "failing", why: "disk-full" | "encoder" | null = null) => ({ recorder, why });
  expect(newsOf(null, told("recording"))).toBe("recording-started");
  expect(newsOf(null, told("failing", "encoder"))).toBe("recording-failed");
  expect(newsOf(told("recording"), told("paused"))).toBeNull();
  expect(newsOf(told("paused"), told("recording"))).toBeNull();
  expect(newsOf(told("failing", "disk-full"), told("failing", "disk-full"))).toBeNull();
  expect(newsOf(told("failing", "disk-full"), told("failing", "encoder"))).toBe("recording-failed");
  expect(newsOf(told("failing", "encoder"), told("recording"))).toBe("recording-started");
  expect(newsOf(told("off"), told("off"))).toBeNull();
});

test("every piece plays in exactly one file, in the order of time, and no file has two kinds of picture", () => {
  const piece = fc.record({ second: fc.nat(500), codec: fc.constantFrom("av1", "vp8", null), width: fc.constantFrom(1280, 1920) });
  fc.assert(
    fc.property(fc.array(piece), (all) => {
      const pieces = all.map(({ second, codec, width }) => ({
        ...span(second, second + 1),
        codec,
        width: codec && width,
        height: codec && 720,
      }));
      const files = filesOf(pieces);
      const played = files.flat();
      expect(played).toHaveLength(pieces.length);
      expect(new Set(played)).toEqual(new Set(pieces));
      expect(played.map(({ from }) => from.getTime())).toEqual(pieces.map(({ from }) => from.getTime()).sort((one, other) => one - other));
      for (const file of files) {
        const kinds = new Set(file.filter(({ codec }) => codec !== null).map(({ codec, width }) => `${codec} ${width}`));
        expect(kinds.size).toBeLessThanOrEqual(1);
      }
    }),
  );
});
