import { kopecks } from "@minuta/contracts/money";
import { describe, expect, test } from "vitest";
import { byCode, codeOf, daysOf } from "./rules.ts";

describe("the days of a period", () => {
  test("are all there, first and last included, over the end of a month and a leap day", () => {
    expect(daysOf("2028-02-27", "2028-03-01")).toEqual(["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]);
    expect(daysOf("2026-11-23", "2026-11-23")).toEqual(["2026-11-23"]);
  });

  test("are a leap year at most, and go forward", () => {
    expect(daysOf("2028-01-01", "2028-12-31")).toHaveLength(366);
    expect(daysOf("2028-01-01", "2029-01-01")).toBeNull();
    expect(daysOf("2026-11-23", "2026-11-22")).toBeNull();
  });
});

describe("a configuration", () => {
  test.each(["bp3", "Бухгалтерия предприятия, ред. 3.0", "1С:Бухгалтерия предприятия 3.0", "1c: бухгалтерия  предприятия 3.0", "БП 3.0"])(
    "is the same when somebody calls it «%s»",
    (named) => expect(codeOf(named)).toBe("bp3"),
  );

  test("nobody knows stays in the words in which it was named", () => {
    expect(codeOf("Наша самописная")).toBe("Наша самописная");
    expect(codeOf(null)).toBeNull();
  });

  test("named in two ways is counted once, and the one with most minutes comes first", () => {
    const of = (configuration: string | null, billableSeconds: number) => ({
      configuration,
      figures: { calls: 1, billableSeconds, charged: kopecks(billableSeconds), earned: kopecks(1), held: kopecks(2) },
    });
    expect(byCode([of("УТ 11", 100), of(null, 150), of("ut11", 60)])).toEqual([
      { code: "ut11", calls: 2, billableSeconds: 160, charged: 160n, earned: 2n, held: 4n },
      { code: null, calls: 1, billableSeconds: 150, charged: 150n, earned: 1n, held: 2n },
    ]);
  });
});
