import { describe, expect, it } from "vitest";
import { daysOf, moscowDay } from "./period.ts";

describe("a period of the statistics", () => {
  it("begins this month on its first day and ends today", () => {
    expect(daysOf("month", "2026-11-23")).toEqual({ from: "2026-11-01", to: "2026-11-23" });
  });

  it("is the whole month before, also over the turn of the year and in a leap February", () => {
    expect(daysOf("last-month", "2027-01-05")).toEqual({ from: "2026-12-01", to: "2026-12-31" });
    expect(daysOf("last-month", "2028-03-31")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  });

  it("has ninety days with today as the last", () => {
    expect(daysOf("90-days", "2026-03-31")).toEqual({ from: "2026-01-01", to: "2026-03-31" });
  });

  it("of a report is this quarter or this year up to today too", () => {
    expect(daysOf("quarter", "2026-11-23")).toEqual({ from: "2026-10-01", to: "2026-11-23" });
    expect(daysOf("quarter", "2026-03-31")).toEqual({ from: "2026-01-01", to: "2026-03-31" });
    expect(daysOf("year", "2026-11-23")).toEqual({ from: "2026-01-01", to: "2026-11-23" });
  });

  it("goes by Moscow's midnight, wherever the reader is", () => {
    expect(moscowDay(new Date("2026-11-30T20:59:59Z"))).toBe("2026-11-30");
    expect(moscowDay(new Date("2026-11-30T21:00:00Z"))).toBe("2026-12-01");
  });
});
