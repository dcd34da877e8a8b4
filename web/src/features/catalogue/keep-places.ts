/** A list that is read again every few seconds must not jump under the pointer: facts change in place, order only when asked. Pure. */
import type { CatalogueCard } from "@minuta/contracts/catalogue";

/** `gone`: no longer among the results; its place stays until the list is put in order. */
export interface ShownCard extends Omit<CatalogueCard, "availability"> {
  readonly availability: CatalogueCard["availability"] | "gone";
}

/** Pages that were read at different moments may name a person twice; the first wins. */
export function distinct(cards: readonly CatalogueCard[]): CatalogueCard[] {
  const seen = new Set<string>();
  return cards.filter(({ personId }) => !seen.has(personId) && seen.add(personId));
}

/** Who is shown stays where he is with the freshest facts; newcomers follow. */
export function keepPlaces(shown: readonly ShownCard[], fresh: readonly CatalogueCard[]): ShownCard[] {
  const freshById = new Map(fresh.map((card) => [card.personId, card]));
  const shownIds = new Set(shown.map((card) => card.personId));
  return [
    ...shown.map((card) => freshById.get(card.personId) ?? { ...card, availability: "gone" as const }),
    ...fresh.filter((card) => !shownIds.has(card.personId)),
  ];
}

/** Whether putting in order would change anything. */
export const isOutOfOrder = (shown: readonly ShownCard[], fresh: readonly CatalogueCard[]): boolean =>
  shown.length !== fresh.length || shown.some((card, place) => card.personId !== fresh[place]?.personId);
