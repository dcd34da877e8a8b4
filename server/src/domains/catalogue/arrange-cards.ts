/** How the catalogue is filtered, counted, ordered and cut into pages. Pure. */
import type { Availability } from "@minuta/contracts/catalogue";
import { personId, type PersonId } from "@minuta/contracts/ids";
import { kopecksSchema, type Kopecks } from "@minuta/contracts/money";
import { z } from "zod";

/** What filters and order look at in a card. */
export interface Listed {
  readonly personId: PersonId;
  readonly name: string;
  readonly configurations: readonly string[];
  readonly areas: readonly string[];
  readonly price: Kopecks;
  readonly availability: Availability;
}

export interface Filters {
  readonly configuration: string | null;
  readonly area: string | null;
  readonly freeOnly: boolean;
}

export interface Page {
  readonly filters: Filters;
  /** The last one of the page before; null: the first page. */
  readonly after: Place | null;
  readonly limit: number;
}

type Facet = { code: string; count: number }[];

export interface Arranged {
  readonly page: readonly Listed[];
  readonly next: Place | null;
  readonly total: number;
  /** Free ones among all that pass the other filters, whether or not only they are asked for. */
  readonly freeNow: number;
  readonly configurations: Facet;
  readonly areas: Facet;
}

const rank: Readonly<Record<Availability, number>> = { free: 0, busy: 1, off: 2 };

/** A place in the order; it stays where it is when cards before or behind it come and go. */
const place = z.tuple([z.int(), kopecksSchema, z.string(), personId]);
export type Place = z.output<typeof place>;
const placeOf = ({ availability, price, name, personId }: Listed): Place => [rank[availability], price, name, personId];

const compare = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const byPlace = (a: Place, b: Place): number => compare(a[0], b[0]) || compare(a[1], b[1]) || compare(a[2], b[2]) || compare(a[3], b[3]);

/** An opaque text for the address of the next page. */
export const placeToText = (of: Place): string => Buffer.from(JSON.stringify(place.encode(of))).toString("base64url");
/** Null when it is none of ours. */
export function placeFromText(text: string): Place | null {
  try {
    return place.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    return null;
  }
}

/** Free ones first, then busy, then off; within that by price, then by name. Each facet counts what the other filters let through. */
export function arrange(cards: readonly Listed[], { filters, after, limit }: Page): Arranged {
  const passes = {
    configuration: ({ configurations }: Listed) => filters.configuration === null || configurations.includes(filters.configuration),
    area: ({ areas }: Listed) => filters.area === null || areas.includes(filters.area),
    free: ({ availability }: Listed) => !filters.freeOnly || availability === "free",
  };
  const free = cards.filter(passes.free);
  const found = free.filter((card) => passes.configuration(card) && passes.area(card));
  const ordered = found
    .map((card) => ({ card, place: placeOf(card) }))
    .filter(({ place }) => after === null || byPlace(place, after) > 0)
    .sort((a, b) => byPlace(a.place, b.place));
  const page = ordered.slice(0, limit);
  return {
    page: page.map(({ card }) => card),
    next: ordered.length > limit ? (page.at(-1)?.place ?? null) : null,
    total: found.length,
    freeNow: cards.filter((card) => card.availability === "free" && passes.configuration(card) && passes.area(card)).length,
    configurations: counts(free.filter(passes.area).flatMap(({ configurations }) => configurations)),
    areas: counts(free.filter(passes.configuration).flatMap(({ areas }) => areas)),
  };
}

/** The most frequent first. */
function counts(codes: readonly string[]): Facet {
  const count = new Map<string, number>();
  for (const code of codes) count.set(code, (count.get(code) ?? 0) + 1);
  return Array.from(count, ([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count || compare(a.code, b.code));
}
