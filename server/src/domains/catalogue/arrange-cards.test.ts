import { personId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrange, placeFromText, placeToText, type Filters, type Listed, type Place } from "./arrange-cards.ts";

const idOf = (n: number) => personId.parse(`019ab1de-0000-7000-8000-${String(n).padStart(12, "0")}`);
const everything: Filters = { configuration: null, area: null, freeOnly: false };
let made = 0;
const card = (name: string, of: Partial<Listed> = {}): Listed => ({
  personId: idOf(++made),
  name,
  configurations: ["bp3"],
  areas: ["vat"],
  price: kopecks(4_000),
  availability: "free",
  ...of,
});
const namesOf = (cards: readonly Listed[], limit = 100) =>
  arrange(cards, { filters: everything, after: null, limit }).page.map(({ name }) => name);

describe("the catalogue", () => {
  test("shows who is free first, then who is busy, then who is off", () => {
    expect(
      namesOf([
        card("off", { availability: "off", price: kopecks(500) }),
        card("busy", { availability: "busy", price: kopecks(900) }),
        card("free"),
      ]),
    ).toEqual(["free", "busy", "off"]);
  });
  test("shows the cheaper first, and of one price by name", () => {
    expect(namesOf([card("Борис"), card("Анна"), card("Вера", { price: kopecks(900) })])).toEqual(["Вера", "Анна", "Борис"]);
  });
});

describe("filters and counts", () => {
  const cards = [
    card("a", { configurations: ["bp3", "zup3"], areas: ["vat"] }),
    card("b", { configurations: ["bp3"], areas: ["hr"], availability: "busy" }),
    card("c", { configurations: ["zup3"], areas: ["hr"] }),
    card("d", { configurations: ["zup3"], areas: ["vat"], availability: "off" }),
  ];
  const asked = (filters: Partial<Filters>) => arrange(cards, { filters: { ...everything, ...filters }, after: null, limit: 100 });

  test("narrow the list together", () => {
    const { page, total } = asked({ configuration: "zup3", area: "vat" });
    expect(page.map(({ name }) => name)).toEqual(["a", "d"]);
    expect(total).toBe(2);
  });
  test("count, for each value, what choosing it would show", () => {
    const { configurations, areas } = asked({ configuration: "zup3", area: "vat" });
    expect(configurations).toEqual([
      { code: "zup3", count: 2 },
      { code: "bp3", count: 1 },
    ]);
    expect(areas).toEqual([
      { code: "vat", count: 2 },
      { code: "hr", count: 1 },
    ]);
  });
  test("tell how many are free now, also when the list shows all", () => {
    expect(asked({})).toMatchObject({ total: 4, freeNow: 2 });
    expect(asked({ freeOnly: true })).toMatchObject({ total: 2, freeNow: 2 });
    expect(asked({ configuration: "bp3" })).toMatchObject({ total: 2, freeNow: 1 });
  });
});

const someCards = fc.array(
  fc.record({
    price: fc.constantFrom(500, 4_000, 9_000),
    name: fc.constantFrom("Анна", "Борис"),
    availability: fc.constantFrom("free", "busy", "off"),
  }),
  { maxLength: 30 },
);

describe("pages", () => {
  test("put together are the whole list, each card once, in the same order", () => {
    fc.assert(
      fc.property(someCards, fc.integer({ min: 1, max: 7 }), (of, limit) => {
        const cards = of.map(({ price, name, availability }) => card(name, { price: kopecks(price), availability }));
        const read: Listed[] = [];
        let after: Place | null = null;
        do {
          const { page, next } = arrange(cards, { filters: everything, after, limit });
          read.push(...page);
          after = next === null ? null : placeFromText(placeToText(next));
        } while (after !== null);
        expect(read).toEqual(arrange(cards, { filters: everything, after: null, limit: 100 }).page);
        expect(new Set(read).size).toBe(cards.length);
      }),
    );
  });
  test("lose and repeat nobody when cards come and go between them", () => {
    const cards = Array.from({ length: 10 }, (_, n) => card(`${n}`, { price: kopecks(1_000 + n) }));
    const first = arrange(cards, { filters: everything, after: null, limit: 4 });
    const changed = [card("new, cheapest", { price: kopecks(500) }), ...cards.filter(({ name }) => !["1", "3"].includes(name))];
    const second = arrange(changed, { filters: everything, after: first.next, limit: 100 });
    expect(second.page.map(({ name }) => name)).toEqual(["4", "5", "6", "7", "8", "9"]);
    expect(second.next).toBeNull();
  });
  test("do not begin at a place that is none", () => {
    for (const text of ["", "x", "bnVsbA", Buffer.from('[0,1.5,"a","b"]').toString("base64url")]) expect(placeFromText(text)).toBeNull();
  });
});
