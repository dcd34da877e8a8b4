import { kopecks } from "@minuta/contracts/money";
import { describe, expect, it } from "vitest";
import { plotted } from "./plotted.ts";

const FIRST = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
/** So many days from 1 January 2026 on, each with one call of a minute. */
const days = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    day: new Date(FIRST + n * DAY_MS).toISOString().slice(0, 10),
    calls: 1,
    billableSeconds: 60,
    paid: kopecks(100),
    earned: kopecks(0),
    waiting: kopecks(1),
    own: kopecks(2000),
  }));

describe("a period is plotted", () => {
  it("day by day up to a quarter", () => {
    const { by, bars } = plotted(days(92));
    expect(by).toBe("day");
    expect(bars).toHaveLength(92);
    expect(bars[0]).toMatchObject({ key: "2026-01-01", sums: { calls: 1, own: 2000n } });
  });

  it("by month when it is longer, nothing lost", () => {
    const { by, bars } = plotted(days(365));
    expect(by).toBe("month");
    expect(bars.map(({ key }) => key)).toEqual(Array.from({ length: 12 }, (_, n) => `2026-${String(n + 1).padStart(2, "0")}`));
    expect(bars[1]?.sums).toEqual({ calls: 28, billableSeconds: 1680, paid: 2800n, earned: 0n, waiting: 28n, own: 56_000n });
    expect(bars.reduce((sum, { sums }) => sum + sums.calls, 0)).toBe(365);
  });
});
