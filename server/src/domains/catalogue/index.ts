/**
 * Catalogue: what consultants offer, and how a client finds the right one.
 * Each person has at most one card: configurations, areas, price a minute, a text; only published cards are seen by others.
 * The list is ordered by who can be called now; presence is asked through a port and not known here.
 * A price counts from the next ring on: calls ask for it once, when it rings, and keep what they were told.
 * Search, facets and order stand behind `list` alone, so that they can move into memory when there are many more cards.
 */
import type { Availability, CatalogueCard, OwnCard } from "@minuta/contracts/catalogue";
import type { PersonId } from "@minuta/contracts/ids";
import type { Kopecks } from "@minuta/contracts/money";
import type { Db, Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { People } from "#people";
import { changeCard } from "./change-card.ts";
import { listCards, showCards, type AskedList } from "./list-cards.ts";
import type { CardChanges } from "./rules.ts";
import * as store from "./store.ts";

export interface CatalogueDeps {
  readonly db: Db;
  readonly people: Pick<People, "cards">;
  /** Who can be called now; whoever is not in the answer is off. */
  readonly availability: (personIds: readonly PersonId[]) => Promise<ReadonlyMap<PersonId, Availability>>;
}

export type Catalogue = ReturnType<typeof createCatalogue>;

const noCard: OwnCard = { slug: null, configurations: [], areas: [], pricePerMinute: null, text: "", published: false };

export function createCatalogue(deps: CatalogueDeps) {
  const { db } = deps;
  return {
    list: (asked: AskedList) => listCards(deps, asked),
    /** Refuses an address that leads to no published card. */
    async card(slug: string): Promise<CatalogueCard> {
      const found = await db.maybe(store.findBySlug, [slug]);
      const [card] = found === null ? [] : await showCards(deps, [found]);
      if (card === undefined) throw refuse("not-found", {});
      return card;
    },
    /** Somebody who has no card yet gets an empty one. */
    own: async (personId: PersonId): Promise<OwnCard> => (await db.maybe(store.findOwn, [personId])) ?? noCard,
    changeCard: (tx: Tx, personId: PersonId, changes: CardChanges) => changeCard(deps, tx, { personId, changes }),
    /** Kopecks a minute a call that rings now will cost; null when the person is not to be called by strangers. */
    priceOf: async (tx: Reader, personId: PersonId): Promise<Kopecks | null> =>
      (await tx.maybe(store.findPrice, [personId]))?.price_kopecks ?? null,
  };
}

export { seedDemoCards } from "./demo.ts";
export { catalogueRoutes } from "./routes.ts";
