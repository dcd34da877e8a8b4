/** All SQL of reports: it reads other schemas' views and writes nothing. */
import { kopecksColumn } from "@minuta/contracts/money";
import type { Figures } from "@minuta/contracts/reports";
import { z } from "zod";
import { query } from "#platform/db";

const sums = z
  .object({
    by: z.enum(["day", "counterparty", "configuration"]),
    day: z.string().nullable(),
    name: z.string().nullable(),
    configuration: z.string().nullable(),
    calls: z.int(),
    billable_seconds: z.bigint(),
    charged: kopecksColumn,
    earned: kopecksColumn,
    held: kopecksColumn,
  })
  .transform(({ calls, billable_seconds, charged, earned, held, ...of }) => {
    const figures: Figures = { calls, billableSeconds: Number(billable_seconds), charged, earned, held };
    return { ...of, figures };
  });
export type Sums = z.output<typeof sums>;

/**
 * The calls of person $1 on side $2 that are over and opened on the Moscow days $3 to $4, summed three ways; most minutes first. Charged is
 * what his own wallet paid, held what another's paid to him; a carrier call is nobody's earning. A counterparty goes by its last name.
 */
export const sumCalls = query({
  name: "reports.sum_calls",
  row: sums,
  text: `with mine as (
      select k.number, to_char(k.opened_at at time zone 'Europe/Moscow', 'YYYY-MM-DD') as day, k.configuration, k.billable_seconds, money.charged, money.held,
        case when $2 = 'consultant' then k.earned_kopecks end as earned,
        case when $2 = 'consultant' then coalesce(k.client_person_id, k.client_guest_id) else k.consultant_id end as counterparty,
        case when $2 = 'consultant' then k.client_name else k.consultant_name end as name
      from calls.call_view k
      left join lateral (
        select sum(p.charged) filter (where a.name = 'wallet:' || $1::uuid) as charged,
          sum(p.held) filter (where a.name <> 'wallet:' || $1::uuid and $2 = 'consultant' and k.tariff = 'marketplace') as held
        from ledger.purse_view p join ledger.account_view a on a.id = p.owner where p.reference = k.id
      ) money on true
      where (($2 = 'consultant' and k.consultant_id = $1::uuid) or ($2 = 'client' and k.client_person_id = $1::uuid)) and k.state in ('ended', 'settled')
        and k.opened_at >= ($3::date)::timestamp at time zone 'Europe/Moscow' and k.opened_at < ($4::date + 1)::timestamp at time zone 'Europe/Moscow'
    )
    select case grouping(day, counterparty, configuration) when 3 then 'day' when 5 then 'counterparty' else 'configuration' end as by,
      day, (array_agg(name order by number desc))[1] as name, configuration, count(*)::integer as calls, sum(billable_seconds)::bigint as billable_seconds,
      coalesce(sum(charged), 0)::bigint as charged, coalesce(sum(earned), 0)::bigint as earned, coalesce(sum(held), 0)::bigint as held
    from mine group by grouping sets ((day), (counterparty), (configuration))
    order by billable_seconds desc, name, configuration`,
});
