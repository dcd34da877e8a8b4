import { personId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { slug } from "@minuta/contracts/catalogue";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingFor, priceIsValid, searchedNames, searchWords, SLUG_DIGITS, slugOf, type CardChanges } from "./rules.ts";

const id = personId.parse("019ab1de-7a11-7c3e-8d42-5be0c1f93fa2");
const complete: CardChanges = {
  configurations: ["bp3"],
  areas: [],
  pricePerMinute: kopecks(4_500),
  text: "Помогу закрыть месяц",
  published: true,
};

describe("a card", () => {
  test("is complete with price, configuration and text; areas are not asked for", () => {
    expect(missingFor(complete)).toEqual([]);
  });
  test("says everything that is missing", () => {
    expect(missingFor({ ...complete, pricePerMinute: null, configurations: [], text: "" })).toEqual(["price", "configuration", "text"]);
    expect(missingFor({ ...complete, text: "" })).toEqual(["text"]);
  });
  test("may cost from 5 to 1 000 RUB a minute", () => {
    expect([499, 500, 100_000, 100_001].map((price) => priceIsValid(kopecks(price)))).toEqual([false, true, true, false]);
  });
});

describe("the address of a card", () => {
  test.each([
    ["Анна Смирнова", "anna-smirnova-3fa2"],
    ["Щербакова Юлия Фёдоровна-Ильинична", "shcherbakova-yuliya-fedorovna-ilinichna-3fa2"],
    ["Сергій Ґанжа", "sergiy-ganzha-3fa2"],
    ["José Müller", "jose-muller-3fa2"],
    ["  О'Коннор (1С)  ", "o-konnor-1s-3fa2"],
    ["王小明", "3fa2"],
  ])("of %s is %s", (name, address) => {
    expect(slugOf(name, id, SLUG_DIGITS[0])).toBe(address);
  });
  test("is a good one whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), fc.constantFrom(...SLUG_DIGITS), (name, digits) => {
        expect(slug.safeParse(slugOf(name, id, digits)).success).toBe(true);
      }),
    );
  });
});

describe("typed words", () => {
  test("are letters, digits and releases; signs are left out", () => {
    expect(searchWords("  НДС/счёт-фактуры, УТ 11.4 & !(зуп) 'x\\' ")).toEqual(["ндс", "счет", "фактуры", "ут", "11.4", "зуп", "x"]);
  });
  test("that are said of everything here do not count", () => {
    expect(searchWords("1С:Зарплата")).toEqual(["зарплата"]);
    expect(searchWords("1c")).toEqual([]);
  });
  test("are never more than ten", () => {
    expect(searchWords(Array.from({ length: 50 }, (_, n) => `слово${n}`).join(" "))).toHaveLength(10);
  });
});

test("a card is found by its owner's name and by names and other names of what it lists", () => {
  const names = searchedNames("Пётр", { configurations: ["ut11"], areas: ["usn"] });
  for (const word of ["Петр", "Управление торговлей", "Trade Management", "УТ 11.4", "УСН", "Налоги"]) expect(names).toContain(word);
  expect(names).not.toContain("Бухгалтерия");
});
