import { catalogueCard, type CatalogueCard } from "@minuta/contracts/catalogue";
import { describe, expect, it } from "vitest";
import { distinct, isOutOfOrder, keepPlaces } from "./keep-places.ts";

const card = (n: number, availability: CatalogueCard["availability"] = "free"): CatalogueCard =>
  catalogueCard.parse({
    personId: `00000000-0000-7000-8000-00000000000${n}`,
    slug: `consultant-${n}`,
    name: `Consultant ${n}`,
    firm: null,
    verified: false,
    configurations: ["bp3"],
    areas: [],
    pricePerMinute: 1000,
    text: "",
    availability,
  });
const names = (cards: readonly { readonly name: string }[]) => cards.map(({ name }) => name.at(-1)).join("");

describe("a list read again while somebody looks at it", () => {
  it("leaves everybody in his place and shows who became busy", () => {
    const shown = keepPlaces([card(1), card(2)], [card(2), card(1, "busy")]);
    expect(names(shown)).toBe("12");
    expect(shown.map(({ availability }) => availability)).toEqual(["busy", "free"]);
    expect(isOutOfOrder(shown, [card(2), card(1, "busy")])).toBe(true);
  });

  it("puts newcomers behind, and keeps the place of who is gone", () => {
    const shown = keepPlaces([card(1), card(2)], [card(3), card(2)]);
    expect(names(shown)).toBe("123");
    expect(shown[0]?.availability).toBe("gone");
  });

  it("is in order when nothing moved", () => {
    const fresh = [card(1), card(2)];
    expect(isOutOfOrder(keepPlaces(fresh, fresh), fresh)).toBe(false);
  });

  it("names a person once, though two pages have him", () => {
    expect(names(distinct([card(1), card(2), card(1), card(3)]))).toBe("123");
  });
});
