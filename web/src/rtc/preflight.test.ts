import { expect, test } from "vitest";
import { HEARD_FROM, judgePath, loudness } from "./preflight.ts";

test("a way that answers at once is good, one that takes its time is slow", () => {
  expect(judgePath({ socketMs: 40, pageAnswered: true })).toBe("good");
  expect(judgePath({ socketMs: 450, pageAnswered: true })).toBe("slow");
});

test("where no socket opens but pages do, the call goes by pages; where nothing answers there is no way", () => {
  expect(judgePath({ socketMs: null, pageAnswered: true })).toBe("pages-only");
  expect(judgePath({ socketMs: null, pageAnswered: false })).toBe("none");
});

const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 2048 }, (_, n) => amplitude * Math.sin(n / 5));

test("a voice is heard, a quiet room and a dead microphone are not", () => {
  expect(loudness(tone(0.05))).toBeGreaterThan(HEARD_FROM * 2);
  expect(loudness(tone(0.001))).toBeLessThan(HEARD_FROM);
  expect(loudness(tone(0))).toBe(0);
  expect(loudness(tone(1))).toBeLessThanOrEqual(1);
});
