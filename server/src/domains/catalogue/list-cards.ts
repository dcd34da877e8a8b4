/** The catalogue as a client sees it. */
import type { Availability, CatalogueCard } from "@minuta/contracts/catalogue";
import type { PersonId } from "@minuta/contracts/ids";
import type { z } from "zod";
import type { Db } from "#platform/db";
import { arrange, type Arranged, type Page } from "./arrange-cards.ts";
import type { CatalogueDeps } from "./index.ts";
import { searchedNames, searchWords } from "./rules.ts";
import * as store from "./store.ts";

export interface AskedList extends Page {
  /** As it was typed; empty: everything. */
  readonly text: string;
}

export async function listCards(deps: CatalogueDeps, asked: AskedList): Promise<Omit<Arranged, "page"> & { cards: CatalogueCard[] }> {
  const found = await findListed(deps.db, asked.text);
  const availability = await deps.availability(found.map(({ personId }) => personId));
  const { page, ...rest } = arrange(
    found.map((card) => ({ ...card, availability: availability.get(card.personId) ?? "off" })),
    asked,
  );
  const rows = await deps.db.rows(store.findShown, [page.map(({ personId }) => personId)]);
  const byId = new Map(rows.map((row) => [row.personId, row]));
  const shown = page.flatMap(({ personId }) => byId.get(personId) ?? []);
  return { ...rest, cards: await showCards(deps, shown, availability) };
}

/** Those with all the words typed. */
async function findListed(db: Db, text: string) {
  const words = searchWords(text);
  const search = words.length === 0 ? null : (await db.one(store.makeSearch, [words])).search;
  return search === null ? db.rows(store.listAll) : db.rows(store.listMatching, [search]);
}

type Shown = z.output<(typeof store.findShown)["row"]>;

/** In the order given; cards of persons that are gone are left out. */
export async function showCards(
  deps: CatalogueDeps,
  rows: readonly Shown[],
  known?: ReadonlyMap<PersonId, Availability>,
): Promise<CatalogueCard[]> {
  const ids = rows.map(({ personId }) => personId);
  const [people, availability] = await Promise.all([deps.people.cards(ids), known ?? deps.availability(ids)]);
  await keepNames(
    deps.db,
    rows.map((row) => ({ ...row, name: people.get(row.personId)?.name })),
  );
  return rows.flatMap(({ personId, slug, configurations, areas, pricePerMinute, text }) => {
    const person = people.get(personId);
    if (person === undefined) return [];
    const { name, firm, verified } = person;
    const now = availability.get(personId) ?? "off";
    return { personId, slug, name, firm, verified, configurations, areas, pricePerMinute, text, availability: now };
  });
}

/** A person or a term of the taxonomy may have been renamed since the card was saved: order and search learn it when it is shown. */
async function keepNames(db: Db, rows: readonly (Shown & { name: string | undefined })[]): Promise<void> {
  const fresh = rows.flatMap(({ name, ...row }) => {
    const names = name === undefined ? row.names : searchedNames(name, row);
    return name === undefined || names === row.names ? [] : [{ personId: row.personId, name, names }];
  });
  if (fresh.length === 0) return;
  await db.run(store.noteNames, [fresh.map(({ personId }) => personId), fresh.map(({ name }) => name), fresh.map(({ names }) => names)]);
}
