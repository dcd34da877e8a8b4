/** The catalogue: consultants' cards, who is free now, search by configuration and area. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { personId } from "./ids.ts";
import { kopecks, kopecksSchema } from "./money.ts";
import { areaCode, configurationCode } from "./taxonomy.ts";

/** 5 RUB to 1 000 RUB a minute. */
export const PRICE_MIN = kopecks(500);
export const PRICE_MAX = kopecks(100_000);
export const CARD_TEXT_MAX_LENGTH = 4000;
export const CARD_TERMS_MAX = 40;

/** Whether a consultant can be called now. `busy`: in a call or being rung. */
export const availability = z.enum(["free", "busy", "off"]);
export type Availability = z.infer<typeof availability>;

/** A consultant's address in the catalogue: `/c/<slug>`. */
export const slug = z.string().check(z.regex(/^[a-z0-9-]{3,60}$/));

export const catalogueCard = z.object({
  personId,
  slug,
  name: z.string(),
  firm: z.nullable(z.string()),
  verified: z.boolean(),
  configurations: z.array(z.string()),
  areas: z.array(z.string()),
  pricePerMinute: kopecksSchema,
  text: z.string(),
  availability,
});
export type CatalogueCard = z.infer<typeof catalogueCard>;

/** One's own card as its editor knows it. */
export const ownCard = z.object({
  slug: z.nullable(slug),
  configurations: z.array(configurationCode).check(z.maxLength(CARD_TERMS_MAX)),
  areas: z.array(areaCode).check(z.maxLength(CARD_TERMS_MAX)),
  pricePerMinute: z.nullable(kopecksSchema),
  text: z.string().check(z.trim(), z.maxLength(CARD_TEXT_MAX_LENGTH)),
  /** Only published cards are listed; a card without price, configuration or text cannot be published. */
  published: z.boolean(),
});
export type OwnCard = z.infer<typeof ownCard>;

const facet = z.array(z.object({ code: z.string(), count: z.int() }));

export const catalogueApi = endpoints({
  list: {
    method: "GET",
    path: "/api/catalogue",
    access: "anyone",
    query: z.object({
      configuration: z.optional(configurationCode),
      area: z.optional(areaCode),
      text: z.optional(z.string().check(z.trim(), z.maxLength(100))),
      /** Only who is free now. */
      free: whenAbsent(z.enum(["yes", "no"]), "no"),
      after: z.optional(z.string().check(z.maxLength(600))),
      limit: whenAbsent(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 24),
    }),
    /** Free first, then busy, then off; within that by price. Facets count the other filters' results. */
    reply: z.object({
      cards: z.array(catalogueCard),
      next: z.nullable(z.string()),
      total: z.int(),
      freeNow: z.int(),
      configurations: facet,
      areas: facet,
    }),
  },
  own: { method: "GET", path: "/api/catalogue/own", access: "person", reply: z.object({ card: ownCard }) },
  change: {
    method: "POST",
    path: "/api/catalogue/own",
    access: "person",
    command: true,
    body: z.omit(ownCard, { slug: true }),
    reply: z.object({ card: ownCard }),
  },
  card: {
    method: "GET",
    path: "/api/catalogue/:slug",
    access: "anyone",
    params: z.object({ slug }),
    reply: z.object({ card: catalogueCard }),
  },
});
