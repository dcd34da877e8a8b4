/** A person writes his card, publishes it or takes it back. */
import { PRICE_MAX, PRICE_MIN, type OwnCard } from "@minuta/contracts/catalogue";
import type { PersonId } from "@minuta/contracts/ids";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { CatalogueDeps } from "./index.ts";
import { missingFor, priceIsValid, searchedNames, SLUG_DIGITS, slugOf, type CardChanges } from "./rules.ts";
import * as store from "./store.ts";

/**
 * Saves the card whole. Refuses a price out of bounds (published or not) and publishing what is incomplete. The address is made with the first
 * saving and stays, whatever the person is called later.
 */
export async function changeCard(
  { people }: Pick<CatalogueDeps, "people">,
  tx: Tx,
  { personId, changes }: { personId: PersonId; changes: CardChanges },
): Promise<OwnCard> {
  const price = changes.pricePerMinute;
  if (price !== null && !priceIsValid(price))
    throw refuse("price-not-valid", { minKopecks: Number(PRICE_MIN), maxKopecks: Number(PRICE_MAX) });
  const missing = missingFor(changes);
  if (changes.published && missing.length > 0) throw refuse("card-incomplete", { missing });
  const person = (await people.cards([personId])).get(personId);
  if (person === undefined) throw refuse("not-found", {});
  return saveCard(tx, { personId, name: person.name, changes });
}

export interface CardOfPerson {
  readonly personId: PersonId;
  readonly name: string;
  readonly changes: CardChanges;
}

export async function saveCard(tx: Tx, { personId, name, changes }: CardOfPerson): Promise<OwnCard> {
  const configurations = [...new Set(changes.configurations)];
  const areas = [...new Set(changes.areas)];
  const names = searchedNames(name, { configurations, areas });
  for (const digits of SLUG_DIGITS) {
    const slug = slugOf(name, personId, digits);
    const { pricePerMinute, text, published } = changes;
    const saved = await tx.maybe(store.saveCard, [personId, slug, name, names, configurations, areas, pricePerMinute, text, published]);
    if (saved !== null) return saved;
  }
  throw new Error("no address left for a card");
}
