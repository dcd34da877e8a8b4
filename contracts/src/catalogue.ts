/** The catalogue: consultants' cards, who is free now, search by configuration and area. */
import { z } from "zod";
import { endpoints } from "./endpoint.ts";
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
export const slug = z.string().regex(/^[a-z0-9-]{3,60}$/);

export const catalogueCard = z.object({
  personId,
  slug,
  name: z.string(),
  firm: z.string().nullable(),
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
  slug: slug.nullable(),
  configurations: z.array(configurationCode).max(CARD_TERMS_MAX),
  areas: z.array(areaCode).max(CARD_TERMS_MAX),
  pricePerMinute: kopecksSchema.nullable(),
  text: z.string().trim().max(CARD_TEXT_MAX_LENGTH),
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
      configuration: configurationCode.optional(),
      area: areaCode.optional(),
      text: z.string().trim().max(100).optional(),
      /** Only who is free now. */
      free: z.enum(["yes", "no"]).default("no"),
      after: z.string().max(600).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(24),
    }),
    /** Free first, then busy, then off; within that by price. Facets count the other filters' results. */
    reply: z.object({
      cards: z.array(catalogueCard),
      next: z.string().nullable(),
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
    body: ownCard.omit({ slug: true }),
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
