/** All SQL of reports: it reads other schemas' views and writes nothing. */
import { callId, side } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import type { Figures } from "@minuta/contracts/reports";
import { COUNTERPARTIES_MAX, lineMoney, lineOutcome } from "@minuta/contracts/period-reports";
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

/** The month $2 (`2026-11`) of Moscow. */
const MONTH_BEGINS = "($2 || '-01')::date::timestamp at time zone 'Europe/Moscow'";
const MONTH_ENDS = "(($2 || '-01')::date + interval '1 month') at time zone 'Europe/Moscow'";

const OWN_WALLET = "(select id from ledger.account_view where name = 'wallet:' || $1::uuid)";

/** What moved on the wallet of person $1 in month $2: the transfers (`after`, `through`], and their sums. */
export const sumMonth = query({
  name: "reports.sum_month",
  row: z.object({
    after: z.bigint(),
    through: z.bigint(),
    opening: kopecksColumn,
    added: kopecksColumn,
    withdrawn: kopecksColumn,
    spent: kopecksColumn,
    reserved: kopecksColumn,
    closing: kopecksColumn,
  }),
  text: `with first as (
      select transfer, balance from ledger.movement_view where account = ${OWN_WALLET} and occurred_at < ${MONTH_BEGINS} order by transfer desc limit 1
    ), last as (
      select transfer, balance from ledger.movement_view where account = ${OWN_WALLET} and occurred_at < ${MONTH_ENDS} order by transfer desc limit 1
    ), bounds as (
      select coalesce((select transfer from first), 0) as after, coalesce((select transfer from last), 0) as through,
        coalesce((select balance from first), 0) as opening, coalesce((select balance from last), 0) as closing,
        (select coalesce(sum(reserved), 0) from ledger.purse_view where owner = ${OWN_WALLET} and settled_at is null and platform.now() < ${MONTH_ENDS})::bigint as reserved
    ), moved as (
      select coalesce(sum(amount) filter (where purse is null and amount > 0), 0) as added, coalesce(-sum(amount) filter (where purse is null and amount < 0), 0) as withdrawn,
        coalesce(-sum(amount) filter (where purse is not null), 0) as for_calls
      from ledger.movement_view where account = ${OWN_WALLET} and transfer > (select after from bounds) and transfer <= (select through from bounds)
    )
    select after, through, opening, added::bigint as added, withdrawn::bigint as withdrawn, (for_calls - reserved)::bigint as spent, reserved, closing from bounds, moved`,
});

/** Of the transfers before $2 and after $3 of person $1's wallet, newest first, at most $4: a call where money was first set aside for it, and all that is no call. */
export const listStatement = query({
  name: "reports.list_statement",
  row: z.object({
    transfer: z.bigint(),
    kind: z.enum(["quota", "top-up", "refund", "payout", "correction"]),
    amount: kopecksColumn,
    balance: kopecksColumn,
    reason: z.string(),
    occurred_at: z.date(),
    call_id: z.nullable(callId),
    side: z.nullable(side),
    name: z.string().nullable(),
    running: z.boolean(),
    billable_seconds: z.int().nullable(),
    price_per_minute: z.nullable(kopecksColumn),
    charged: z.nullable(kopecksColumn),
    reserved: z.nullable(kopecksColumn),
    refunded: kopecksColumn,
  }),
  text: `with page as materialized (
      select * from ledger.movement_view where account = ${OWN_WALLET} and transfer < $2 and transfer > $3 and (purse is null or opens_purse)
      order by transfer desc limit $4
    ), refund as (
      select purse, sum(amount)::bigint as amount from ledger.movement_view
      where account = ${OWN_WALLET} and kind = 'settlement' and transfer > (select min(transfer) from page) group by purse
    )
    select m.transfer, m.kind, m.amount, m.balance, m.reason, m.occurred_at, p.reference as call_id, p.charged, p.reserved, coalesce(r.amount, 0) as refunded, l.price_per_minute,
      case when k.id is not null then case when k.consultant_id = $1::uuid then 'consultant' else 'client' end end as side,
      case when k.consultant_id = $1::uuid then k.client_name else k.consultant_name end as name,
      p.closed_at is null as running, case when k.ended_at is not null then k.billable_seconds end as billable_seconds
    from page m
    left join ledger.purse_view p on p.id = m.purse
    left join refund r on r.purse = m.purse
    left join metering.line_view l on l.call_id = p.reference and l.purse = p.id
    left join calls.call_view k on k.id = p.reference
    order by m.transfer desc`,
});

/** Marketplace calls of consultant $1 that opened in month $2, are over and cost something. */
const EARNED_IN_MONTH = `select k.number, k.id as call_id, k.opened_at, k.client_name as name, k.billable_seconds, l.price_per_minute, p.charged,
      coalesce(k.earned_kopecks, k.earned_when_solved_kopecks) as share, k.waits_until
    from calls.call_view k join metering.line_view l on l.call_id = k.id and l.payee = $1::uuid join ledger.purse_view p on p.id = l.purse
    where k.consultant_id = $1::uuid and k.state in ('ended', 'settled') and k.opened_at >= ${MONTH_BEGINS} and k.opened_at < ${MONTH_ENDS} and p.charged > 0`;

export const sumEarnings = query({
  name: "reports.sum_earnings",
  row: z.object({
    calls: z.int(),
    billableSeconds: z.bigint().transform(Number),
    charged: kopecksColumn,
    earned: kopecksColumn,
    waiting: kopecksColumn,
  }),
  text: `select count(*)::integer as calls, coalesce(sum(billable_seconds), 0)::bigint as "billableSeconds", coalesce(sum(charged), 0)::bigint as charged,
      coalesce(sum(share) filter (where waits_until is null), 0)::bigint as earned, coalesce(sum(share) filter (where waits_until is not null), 0)::bigint as waiting
    from (${EARNED_IN_MONTH}) earned`,
});

export const listEarnings = query({
  name: "reports.list_earnings",
  row: z.object({
    number: z.bigint(),
    call_id: callId,
    opened_at: z.date(),
    name: z.string(),
    billable_seconds: z.int(),
    price_per_minute: kopecksColumn,
    charged: kopecksColumn,
    share: kopecksColumn,
    waits_until: z.date().nullable(),
  }),
  text: `select * from (${EARNED_IN_MONTH}) earned where $3::bigint is null or number < $3 order by number desc limit $4`,
});

/**
 * The calls of person $1 on side $2 that are over and opened on the Moscow days $3 to $4, with $5 or (null) everybody. Money as this side
 * sees it: the price if he pays it or is paid it; what his wallet paid; what was settled in his favour, or will be when the call is solved.
 * The own rate is for the seconds that were paid for, as `ownSum` and `paidSeconds` of the contracts count them.
 */
const period = `select k.id as call_id, k.number, k.opened_at, k.billable_seconds, k.task,
    case when $2 = 'consultant' then k.client_name else k.consultant_name end as name,
    case when $2 = 'consultant' then k.client_organisation else k.consultant_firm end as organisation,
    case when $2 = 'consultant' then k.client_inn else k.consultant_inn end as inn,
    case when $2 = 'consultant' then coalesce(k.client_person_id, k.client_guest_id) else k.consultant_id end as other,
    case when $1::uuid in (l.payer, l.payee) then l.price_per_minute else 0 end as price,
    case when l.payer = $1::uuid then coalesce(p.charged, 0) end as paid,
    case when l.payee = $1::uuid then k.earned_kopecks end as earned, case when l.payee = $1::uuid then k.earned_when_solved_kopecks end as waiting,
    k.own_rate_kopecks as own_rate,
    case when k.own_rate_kopecks is not null
      then coalesce(k.own_rate_kopecks * ((p.charged * 60 + l.price_per_minute - 1) / nullif(l.price_per_minute, 0)) / 60, 0) end as own_sum,
    case when k.said_solved then 'solved' else 'not-told' end as outcome
  from calls.call_view k
  left join metering.line_view l on l.call_id = k.id
  left join lateral (select q.charged from ledger.purse_view q where q.id = l.purse) p on true
  where (($2 = 'consultant' and k.consultant_id = $1::uuid) or ($2 = 'client' and k.client_person_id = $1::uuid)) and k.state in ('ended', 'settled')
    and k.began_at >= ($3::date)::timestamp at time zone 'Europe/Moscow' and k.began_at < ($4::date + 1)::timestamp at time zone 'Europe/Moscow'`;
const OF_OTHER = "($5::uuid is null or other = $5::uuid)";

export const sumPeriod = query({
  name: "reports.sum_period",
  row: z
    .object({
      day: z.string(),
      calls: z.int(),
      billable_seconds: z.bigint(),
      paid: kopecksColumn,
      earned: kopecksColumn,
      waiting: kopecksColumn,
      own: kopecksColumn,
    })
    .transform(({ billable_seconds, ...of }) => ({ ...of, billableSeconds: Number(billable_seconds) })),
  text: `select to_char(opened_at at time zone 'Europe/Moscow', 'YYYY-MM-DD') as day, count(*)::integer as calls, sum(billable_seconds)::bigint as billable_seconds,
      coalesce(sum(paid), 0)::bigint as paid, coalesce(sum(earned), 0)::bigint as earned, coalesce(sum(waiting), 0)::bigint as waiting,
      coalesce(sum(own_sum), 0)::bigint as own
    from (${period}) k where ${OF_OTHER} group by 1`,
});

export const listPeriod = query({
  name: "reports.list_period",
  row: z
    .object({
      call_id: callId,
      number: z.bigint(),
      opened_at: z.date(),
      name: z.string(),
      task: z.string(),
      billable_seconds: z.int(),
      price: kopecksColumn,
      sum: kopecksColumn,
      money: lineMoney,
      own_rate: z.nullable(kopecksColumn),
      own_sum: z.nullable(kopecksColumn),
      outcome: lineOutcome,
    })
    .transform(({ call_id, opened_at, billable_seconds, price, own_rate, own_sum, ...of }) => ({
      ...of,
      callId: call_id,
      at: opened_at,
      billableSeconds: billable_seconds,
      pricePerMinute: price,
      ownRate: own_rate,
      ownSum: own_sum,
    })),
  text: `select call_id, number, opened_at, name, task, billable_seconds, price, coalesce(paid, earned, waiting, 0) as sum,
      case when paid > 0 then 'paid' when earned > 0 then 'earned' when waiting > 0 then 'waiting' else 'nothing' end as money, own_rate, own_sum, outcome
    from (${period} and k.number > $6) k where ${OF_OTHER} order by number limit $7`,
});

export const listCounterparties = query({
  name: "reports.list_counterparties",
  row: z.object({ id: z.uuid(), name: z.string(), calls: z.int() }),
  text: `select other as id, (array_agg(name order by number desc))[1] as name, count(*)::integer as calls
    from (${period}) k group by other order by calls desc, name limit ${COUNTERPARTIES_MAX}`,
});

/** Who the other side is, as it stands in the last call with it. */
export const findCounterparty = query({
  name: "reports.find_counterparty",
  row: z.object({ name: z.string(), organisation: z.string().nullable(), inn: z.string().nullable() }),
  text: `select name, organisation, inn from (${period}) k where other = $5::uuid order by number desc limit 1`,
});

export const readClock = query({ name: "reports.read_clock", row: z.object({ now: z.date() }), text: "select platform.now() as now" });
