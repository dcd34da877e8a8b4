import { expect, test } from "vitest";
import { qualityOf } from "./quality.ts";

test("the bar shows what a probe on the path in use takes", () => {
  const at = (roundTripMs: number | null, sinceLastMs = 500) => qualityOf({ path: "websocket", roundTripMs, sinceLastMs });
  expect(at(40)).toBe(3);
  expect(at(300)).toBe(2);
  expect(at(900)).toBe(1);
  expect(at(null)).toBe(0);
});

test("a path that fell silent is poor at first and then nothing", () => {
  const after = (sinceLastMs: number) => qualityOf({ path: "webrtc-direct", roundTripMs: 20, sinceLastMs });
  expect(after(1000)).toBe(3);
  expect(after(2500)).toBe(1);
  expect(after(5000)).toBe(0);
  expect(qualityOf({ path: null, roundTripMs: 20, sinceLastMs: 0 })).toBe(0);
});
