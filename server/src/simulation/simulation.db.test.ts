/** A few lives of `npm run lab:simulate`, always the same. A failing one prints all that happened; `npm run lab:simulate -- --seed N` lives it again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openArena, simulate, type Arena } from "./index.ts";

let arena: Arena;
beforeAll(async () => void (arena = await openArena()));
afterAll(() => arena.close());

test.each([1, 4, 6, 18, 1134])(
  "life %i charges what both were really there for, whatever fails",
  async (seed) => {
    const { wrong, trace, news } = await simulate(arena, seed);
    expect(wrong, trace.join("\n")).toEqual([]);
    expect(news.size).toBeGreaterThan(0);
  },
  60_000,
);

test("the same seed is the same life", async () => {
  const [one, two] = [await simulate(arena, 40), await simulate(arena, 40)];
  expect(two.trace).toEqual(one.trace);
}, 60_000);
