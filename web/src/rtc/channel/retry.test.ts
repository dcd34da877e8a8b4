import { expect, it } from "vitest";
import { Retry } from "./retry.ts";

it("tries at once where a lane had carried, soon for five seconds, and ever less often afterwards", () => {
  const retry = new Retry();
  let now = 0;
  const waits = Array.from({ length: 200 }, (_, n) => {
    const wait = retry.after(n === 0, now);
    now += wait;
    return wait;
  });
  expect(waits[0]).toBeLessThan(100);
  expect(Math.min(...waits.slice(1, 26))).toBeGreaterThanOrEqual(150);
  expect(Math.max(...waits.slice(1, 26))).toBeLessThanOrEqual(250);
  expect(Math.min(...waits.slice(90))).toBeGreaterThanOrEqual(2250);
});

it("a server that takes pages in and closes them again and again is not stormed", () => {
  const retry = new Retry();
  const waits = [0, 100, 200, 300].map((now) => {
    retry.worked();
    return retry.after(true, now);
  });
  expect(Math.min(...waits.slice(1))).toBeGreaterThanOrEqual(150);
});
