/** The rules of cards: what is missing for publishing, the address of a card, the words it is found by. Pure. */
import { PRICE_MAX, PRICE_MIN, type OwnCard } from "@minuta/contracts/catalogue";
import type { PersonId } from "@minuta/contracts/ids";
import type { Kopecks } from "@minuta/contracts/money";
import { areaGroups, areas, configurations, type Term } from "@minuta/contracts/taxonomy";

/** A card as its owner sends it. */
export type CardChanges = Omit<OwnCard, "slug">;

export const priceIsValid = (price: Kopecks): boolean => price >= PRICE_MIN && price <= PRICE_MAX;

/** What a card lacks to be published; empty when nothing. */
export function missingFor({ pricePerMinute, configurations, text }: CardChanges): ("price" | "configuration" | "text")[] {
  const missing: ("price" | "configuration" | "text")[] = [];
  if (pricePerMinute === null) missing.push("price");
  if (configurations.length === 0) missing.push("configuration");
  if (text === "") missing.push("text");
  return missing;
}

// ---- address -------------------------------------------------------------------------------------------------------------

/** Letters of the Cyrillic alphabets of Russia and its neighbours, as addresses spell them (BGN/PCGN without its signs). */
const letters: Readonly<Record<string, string>> = {
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "e",
  ё: "e",
  ж: "zh",
  з: "z",
  и: "i",
  й: "y",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ъ: "",
  ы: "y",
  ь: "",
  э: "e",
  ю: "yu",
  я: "ya",
  і: "i",
  ї: "yi",
  є: "ye",
  ґ: "g",
  ў: "u",
  ә: "a",
  ғ: "g",
  қ: "k",
  ң: "n",
  ө: "o",
  ұ: "u",
  ү: "u",
  һ: "h",
};
const ADDRESS_NAME_MAX = 45;
/** Digits of the person's id in the address of his card; the next length is taken when the address is somebody else's. */
export const SLUG_DIGITS = [4, 8, 12] as const;

/** `Анна Смирнова` → `anna-smirnova-3fa2`: the name in Latin letters and the last `digits` digits of the person's id. */
export function slugOf(name: string, personId: PersonId, digits: number): string {
  const latin = Array.from(name.normalize("NFC").toLowerCase(), (letter) => letters[letter] ?? letter).join("");
  const words = latin
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, ADDRESS_NAME_MAX);
  return [...words.split("-").filter((word) => word !== ""), personId.slice(-digits)].join("-");
}

// ---- search ---------------------------------------------------------------------------------------------------------------

const WORDS_MAX = 10;
/** Said of everything here. */
const empty = new Set(["1с", "1c"]);

const plain = (text: string): string => text.replaceAll("ё", "е").replaceAll("Ё", "Е");

/** The words somebody typed: letters, digits and dots between digits only, so they can stand in a tsquery as they are. */
export function searchWords(typed: string): string[] {
  const words = plain(typed.normalize("NFC").toLowerCase()).match(/\d+(?:\.\d+)+|[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => !empty.has(word)).slice(0, WORDS_MAX);
}

const among = <T extends Term>(terms: readonly T[], codes: readonly string[]): T[] => terms.filter(({ code }) => codes.includes(code));

/** The words a card is found by besides its text. */
export function searchedNames(name: string, card: Pick<CardChanges, "configurations" | "areas">): string {
  const ofConfigurations = among(configurations, card.configurations);
  const ofAreas = among(areas, card.areas);
  const groups = among(
    areaGroups,
    ofAreas.map(({ group }) => group),
  );
  const names = [...ofConfigurations, ...ofAreas, ...groups].flatMap(({ ru, en }) => [ru, en]);
  return plain([name, ...names, ...ofConfigurations.flatMap(({ aliases }) => aliases)].join(", ").replaceAll("/", " "));
}
