/** HTTP of catalogue. */
import { catalogueApi } from "@minuta/contracts/catalogue";
import { personOf, type Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import { placeFromText, placeToText, type Place } from "./arrange-cards.ts";
import type { Catalogue } from "./index.ts";

export function catalogueRoutes(routes: Routes, catalogue: Catalogue): void {
  routes.bind(catalogueApi.list, async ({ query }) => {
    const { configuration = null, area = null, text = "", free, after, limit } = query;
    const filters = { configuration, area, freeOnly: free === "yes" };
    const { next, ...rest } = await catalogue.list({ filters, text, after: after === undefined ? null : placeOf(after), limit });
    return { ...rest, next: next === null ? null : placeToText(next) };
  });
  routes.bind(catalogueApi.own, async ({ caller }) => ({ card: await catalogue.own(personOf(caller)) }));
  routes.bind(catalogueApi.change, async ({ body, caller, tx }) => ({ card: await catalogue.changeCard(tx, personOf(caller), body) }));
  routes.bind(catalogueApi.card, async ({ params }) => ({ card: await catalogue.card(params.slug) }));
}

function placeOf(text: string): Place {
  const place = placeFromText(text);
  if (place === null) throw refuse("invalid-input", { fields: ["after"] });
  return place;
}
