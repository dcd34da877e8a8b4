import { describe, expect, it } from "vitest";
import { codeInThrees, kopecksOfTyped, makeFormat, typedOfKopecks } from "./format.ts";

const ru = makeFormat("ru");
const en = makeFormat("en");
/** Intl puts no-break spaces of several kinds. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("money as people read it", () => {
  it("always shows kopecks in tables", () => {
    expect(plain(ru.money(123_450n))).toBe("1 234,50 ₽");
    expect(plain(en.money(5n))).toBe("₽0.05");
  });
  it("is exact beyond what a float can hold", () => {
    expect(plain(ru.money(900_719_925_474_099_377n))).toBe("9 007 199 254 740 993,77 ₽");
  });
  it("keeps the sign of a debt below one rouble", () => {
    expect(plain(ru.money(-50n))).toBe("−0,50 ₽");
  });
  it("leaves empty kopecks out of a price", () => {
    expect(plain(ru.price(2_000))).toBe("20 ₽");
    expect(plain(ru.price(2_050))).toBe("20,50 ₽");
  });
});

describe("money as people type it", () => {
  it("takes a comma, a dot, spaces and the sign", () => {
    expect(["1 250,5", "99.50 ₽", "20"].map(kopecksOfTyped)).toEqual([125_050, 9_950, 2_000]);
  });
  it("is given back as it would be typed", () => {
    expect([4_500, 4_550, 5, null].map(typedOfKopecks)).toEqual(["45", "45,50", "0,05", ""]);
    for (const sum of [0, 1, 99, 100, 125_050]) expect(kopecksOfTyped(typedOfKopecks(sum))).toBe(sum);
  });
  it("refuses what is not a sum", () => {
    expect(["", "-5", "1,234", "12руб", "1e3"].map(kopecksOfTyped)).toEqual([null, null, null, null, null]);
  });
});

it("a measure has the comma of the language", () => {
  expect([ru, en].map((format) => plain(format.number(1234.05)))).toEqual(["1 234,05", "1,234.05"]);
});

it("a file's size is in megabytes, with the comma of the language", () => {
  expect([ru, en].map((format) => plain(format.megabytes(534_999)))).toEqual(["0,53 МБ", "0.53 MB"]);
});

describe("time as people read it", () => {
  it("runs as a clock, with hours only when there are any", () => {
    expect([ru.clock(0), ru.clock(754), ru.clock(3_754)]).toEqual(["00:00", "12:34", "1:02:34"]);
  });
  it("is told in units without empty ones", () => {
    expect(plain(ru.duration(3_754))).toBe("1 ч 2 мин 34 с");
    expect(plain(ru.duration(60))).toBe("1 мин");
    expect(plain(ru.duration(0))).toBe("0 с");
  });
  it("is Moscow's, wherever the browser is", () => {
    expect(ru.time(new Date("2026-11-23T21:30:05Z"))).toBe("00:30:05");
  });
});

it("a join code is read in threes while it is typed", () => {
  expect(["1234", "123456789", "12-34"].map(codeInThrees)).toEqual(["123 4", "123 456 789", "123 4"]);
});
