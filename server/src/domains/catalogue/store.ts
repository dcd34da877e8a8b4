/** All SQL of catalogue. */
import { personId } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import { z } from "zod";
import { command, query } from "#platform/db";

const terms = z.array(z.string());

const ownRow = z
  .object({
    slug: z.string(),
    configurations: terms,
    areas: terms,
    price_kopecks: z.nullable(kopecksColumn),
    text: z.string(),
    published: z.boolean(),
  })
  .transform(({ price_kopecks, ...rest }) => ({ ...rest, pricePerMinute: price_kopecks }));
const ownColumns = "slug, configurations, areas, price_kopecks, text, published";

export const findOwn = query({
  name: "catalogue.find_own",
  row: ownRow,
  text: `select ${ownColumns} from catalogue.card where person_id = $1`,
});
/** Nothing comes back when the address is somebody else's; an existing card keeps its own. */
export const saveCard = query({
  name: "catalogue.save_card",
  row: ownRow,
  text: `insert into catalogue.card (person_id, slug, name, names, configurations, areas, price_kopecks, text, published)
    select $1, $2, $3, $4, $5::text[], $6::text[], $7::bigint, $8, $9
    where not exists (select from catalogue.card where slug = $2 and person_id <> $1)
    on conflict (person_id) do update set name = excluded.name, names = excluded.names, configurations = excluded.configurations,
      areas = excluded.areas, price_kopecks = excluded.price_kopecks, text = excluded.text, published = excluded.published,
      changed_at = platform.now()
    returning ${ownColumns}`,
});
export const findPrice = query({
  name: "catalogue.find_price",
  row: z.object({ price_kopecks: kopecksColumn }),
  text: "select price_kopecks from catalogue.card where person_id = $1 and published",
});

const listedRow = z
  .object({ person_id: personId, name: z.string(), configurations: terms, areas: terms, price_kopecks: kopecksColumn })
  .transform(({ person_id, price_kopecks, ...rest }) => ({ ...rest, personId: person_id, price: price_kopecks }));
const listedColumns = "person_id, name, configurations, areas, price_kopecks";

export const listAll = query({
  name: "catalogue.list_all",
  row: listedRow,
  text: `select ${listedColumns} from catalogue.card where published`,
});
/** Each word in any of its forms, or as a beginning. Words like "and" do not count; null when no others are left. */
export const makeSearch = query({
  name: "catalogue.make_search",
  row: z.object({ search: z.string().nullable() }),
  text: `select string_agg(format('(%s | %s)', stem, beginning), ' & ') as search
    from unnest($1::text[]) as word, to_tsquery('russian', word) as stem, to_tsquery('simple', word || ':*') as beginning where numnode(stem) > 0`,
});
export const listMatching = query({
  name: "catalogue.list_matching",
  row: listedRow,
  text: `select ${listedColumns} from catalogue.card where published and document @@ $1::tsquery`,
});

const shownRow = z
  .object({
    person_id: personId,
    slug: z.string(),
    names: z.string(),
    configurations: terms,
    areas: terms,
    price_kopecks: kopecksColumn,
    text: z.string(),
  })
  .transform(({ person_id, price_kopecks, ...rest }) => ({ ...rest, personId: person_id, pricePerMinute: price_kopecks }));
const shownColumns = "person_id, slug, names, configurations, areas, price_kopecks, text";

export const findShown = query({
  name: "catalogue.find_shown",
  row: shownRow,
  text: `select ${shownColumns} from catalogue.card where person_id = any($1::uuid[]) and published`,
});
export const findBySlug = query({
  name: "catalogue.find_by_slug",
  row: shownRow,
  text: `select ${shownColumns} from catalogue.card where slug = $1 and published`,
});
export const noteNames = command({
  name: "catalogue.note_names",
  text: `update catalogue.card c set name = fresh.name, names = fresh.names
    from unnest($1::uuid[], $2::text[], $3::text[]) as fresh (person_id, name, names) where c.person_id = fresh.person_id`,
});
