import fc from "fast-check";
import { expect, test } from "vitest";
import { ECHO_EVERY_MS, echoCame, fallen, STALLED_AFTER_MS, timePassed, untried, wantsRestart, type Direct } from "./direct.ts";

/** Echoes from `from` to `until`, both in ms. */
function echoes(direct: Direct, from: number, until: number): Direct {
  let path = direct;
  for (let now = from; now <= until; now += ECHO_EVERY_MS) path = echoCame(timePassed(path, now), now);
  return path;
}
const provenAfter = (direct: Direct, from: number): number => {
  let path = direct;
  for (let now = from; now < from + 200_000; now += ECHO_EVERY_MS) {
    path = echoCame(path, now);
    if (path.good) return now - from;
  }
  return Infinity;
};

test("media goes up once echoes came steadily, not at the first one", () => {
  expect(echoCame(untried, 0).good).toBe(false);
  expect(echoes(untried, 0, 1250).good).toBe(false);
  expect(echoes(untried, 0, 2000).good).toBe(true);
});

test("media comes down at once when the path stalls", () => {
  const up = echoes(untried, 0, 5000);
  expect(timePassed(up, 5000 + STALLED_AFTER_MS - 1).good).toBe(true);
  expect(timePassed(up, 5000 + STALLED_AFTER_MS).good).toBe(false);
});

test("each fall makes the next proof twice as long, so that media does not swing", () => {
  const once = fallen(echoes(untried, 0, 5000));
  const twice = fallen(echoes(once, 10_000, 20_000));
  expect(provenAfter(once, 10_000)).toBeGreaterThan(provenAfter(untried, 0) * 1.5);
  expect(provenAfter(twice, 30_000)).toBeGreaterThan(provenAfter(once, 10_000) * 1.5);
});

test("a path that held for long is as good as new", () => {
  const shaky = fallen(echoes(untried, 0, 5000));
  expect(echoes(shaky, 10_000, 400_000).falls).toBe(0);
});

test("a path that swings is used ever less", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2000, max: 6000 }), fc.integer({ min: 1600, max: 4000 }), (good, bad) => {
      let path: Direct = untried;
      let ups = 0;
      for (let now = 0; now < 600_000; now += good + bad) {
        const before = path.good;
        path = echoes(path, now, now + good);
        if (path.good && !before) ups += 1;
        path = timePassed(path, now + good + bad);
      }
      expect(ups).toBeLessThanOrEqual(3);
    }),
  );
});

test("ICE is started anew after two silent seconds, and ever more rarely while it does not help", () => {
  const path = echoes(untried, 0, 5000);
  const ask = (now: number, restartedAt: number | null, restarts: number): boolean =>
    wantsRestart(path, { now, since: 0, restartedAt, restarts });
  expect(ask(6900, null, 0)).toBe(false);
  expect(ask(7100, null, 0)).toBe(true);
  expect(ask(9000, 7100, 1)).toBe(false);
  expect(ask(11_200, 7100, 1)).toBe(true);
  expect(ask(15_000, 11_200, 2)).toBe(false);
  expect(ask(19_300, 11_200, 2)).toBe(true);
});

test("a connection that never carried anything is given the same time as one that fell silent", () => {
  expect(wantsRestart(untried, { now: 1900, since: 0, restartedAt: null, restarts: 0 })).toBe(false);
  expect(wantsRestart(untried, { now: 2100, since: 0, restartedAt: null, restarts: 0 })).toBe(true);
});
