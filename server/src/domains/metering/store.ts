/** All SQL of metering outside its migration. Locks are taken in one order: copy, lines by id, presence, then the ledger's own. */
import { callId, lineId, side } from "@minuta/contracts/ids";
import { meterStatus } from "@minuta/contracts/calls";
import { kopecksColumn } from "@minuta/contracts/money";
import { z } from "zod";
import { command, query } from "#platform/db";

const instant = z.date();
const seconds = z.bigint().transform(Number);

// Opening

export const readTerms = query({
  name: "metering.read_terms",
  row: z.object({ now: instant, tariff: z.bigint(), price_per_minute: z.nullable(kopecksColumn), sibling_minutes: z.int() }),
  text: `select platform.now() as now, t.id as tariff, t.price_per_minute, t.sibling_minutes from metering.tariff t where t.kind = $1 and t.id = coalesce($2::bigint, (select id from metering.tariff_of($1, platform.now())))`,
});

/** What the payer has, what the first unit that costs anything does, and what his running calls are to be left. Money is locked by `lockWallet` before. */
export const readFunds = query({
  name: "metering.read_funds",
  row: z.object({ balance: kopecksColumn, first_unit: kopecksColumn, for_running: kopecksColumn }),
  text: `select coalesce((select balance from ledger.account_view where name = 'wallet:' || $1::uuid), 0) as balance,
      metering.cost(t, $3, metering.funded_seconds(t, $3, 0) + 1) as first_unit,
      greatest(0, t.sibling_minutes * r.burn - r.reserved)::bigint as for_running
    from metering.tariff t cross join (
      select coalesce(sum(l.price_per_minute), 0) as burn, coalesce(sum(p.reserved), 0) as reserved
      from metering.line l join ledger.purse_view p on p.id = l.purse where l.lane = metering.lane_of($1) and l.payer = $1 and l.status <> 'ended'
    ) r
    where t.id = $2`,
});

export const openWallet = query({
  name: "metering.open_wallet",
  row: z.object({ wallet: z.bigint() }),
  text: "select ledger.open_account('wallet:' || $1::uuid) as wallet",
});
export const lockWallet = query({
  name: "metering.lock_wallet",
  row: z.object({ balance: kopecksColumn }),
  text: "select ledger.lock_account($1) as balance",
});

export const findLine = query({
  name: "metering.find_line",
  row: z.object({ id: lineId }),
  text: "select id from metering.line where call_id = $1 and payer = $2 and payee is not distinct from $3",
});
export const addLine = query({
  name: "metering.add_line",
  row: z.object({ id: lineId }),
  text: `insert into metering.line (call_id, tariff, payer, payee, wallet, purse, price_per_minute, opened_at, lane)
    values ($1, $2, $3, $4, $5, ledger.open_purse($5, $1), $6, platform.now(), metering.lane_of($3)) returning id`,
});

// Evidence that changed

export const lockLinesOfCalls = query({
  name: "metering.lock_lines_of_calls",
  row: z.object({ id: lineId, call_id: callId, status: meterStatus }),
  text: "select id, call_id, status from metering.line where call_id = any ($1) order by id for no key update",
});
export const refresh = query({
  name: "metering.refresh",
  row: z.object({ now: instant }),
  text: "select platform.now() as now, metering.refresh($1, platform.now())",
});

// Pause

export const beginPause = command({
  name: "metering.begin_pause",
  text: `insert into metering.pause (call_id, why, asked_by, began_at) select unnest($1::uuid[]), $2, $3, platform.now() on conflict do nothing`,
});
export const endPause = query({
  name: "metering.end_pause",
  row: z.object({ call_id: callId }),
  text: "update metering.pause set ended_at = greatest(began_at, platform.now()) where call_id = any ($1) and why = any ($2) and asked_by = coalesce($3, asked_by) and ended_at is null returning call_id",
});

// Charging

export const listToLookAgain = query({
  name: "metering.list_to_look_again",
  row: z.object({ call_id: callId }),
  text: "select distinct call_id from metering.line where lane = $1 and look_again_at <= platform.now() limit $2",
});
export const forgetLookAgain = command({
  name: "metering.forget_look_again",
  text: "update metering.line set look_again_at = null where id = any ($1) and look_again_at <= platform.now()",
});

/** Whoever paid goes on with a new count: however little he paid, he is told what is left. */
export const forgetWarnings = command({
  name: "metering.forget_warnings",
  text: "update metering.line set warned = 0 where id = any ($1)",
});

/**
 * The heart: looks at lines and moves what is due, all of them at once.
 * `$2` is how far ahead money is set aside: see `Ahead` in look.ts.
 * Several lines of one payer take in order what there is; what an earlier one only wanted counts as taken, the later one is looked at again.
 * Own money is taken minutes ahead, an overdraft only for the next unit. Warnings are of whatever ends first: the money or a budget.
 */
export const look = query({
  name: "metering.look",
  row: z.object({
    id: lineId,
    call_id: callId,
    status: meterStatus,
    proven: seconds,
    billable: seconds,
    granted: kopecksColumn,
    charge: kopecksColumn,
    charged: kopecksColumn,
    reserved: kopecksColumn,
    out_of_money: z.boolean(),
    warned_before: z.int(),
    warned: z.int(),
    minutes_left: z.int().nullable(),
    slot_before: z.int().nullable(),
    slot: z.int().nullable(),
  }),
  text: `with seen as (
      select l, t, l.id, l.wallet, l.purse, l.price_per_minute as price, p.charged, p.reserved, p.set_aside, p.charged + p.reserved as funds,
        l.status = 'live' as live,
        case when t.kind = 'carrier' then a.overdraft else 0 end as overdraft, p.budget_left, p.budgets, t.kind = 'carrier' as may_overdraw,
        metering.proven_seconds(l, client.through, consultant.through) as proven,
        case when t.kind = 'carrier' and a.paid_in then t.overdraft_minutes * l.price_per_minute else 0 end as entitled, a.balance
      from metering.line l join metering.tariff t on t.id = l.tariff
      join ledger.purse_view p on p.id = l.purse join ledger.account_view a on a.id = l.wallet
      left join metering.copy client on client.id = l.client_copy left join metering.copy consultant on consultant.id = l.consultant_copy
      where l.id = any ($1)
    ), proved as (
      select *, metering.cost(t, price, greatest(bound, (t).free_seconds) + 1) as unit_funds
      from (select *, least(proven, (l).countersigned_seconds + (t).uncountersigned_seconds) as bound from seen) bounded
    ), wanted as (
      select *, greatest(0, case
        when $2 = 'unit' then unit_funds
        when $2 = 'none' or not live then metering.cost(t, price, bound)
        when funds - metering.cost(t, price, bound) < (t).quota_low_minutes * price
          then metering.cost(t, price, greatest(metering.chargeable_seconds(t, bound), metering.chargeable_seconds(t, metering.funded_seconds(t, price, charged))) + (t).quota_minutes * 60)
        else funds end - funds) as want
      from proved
    ), left_to as (
      select *, balance - coalesce(sum(want) over (partition by wallet order by id rows between unbounded preceding and 1 preceding), 0) as own from wanted
    ), reached as (
      select *, greatest(0, least(case when own >= unit_funds - funds then own else least(own + overdraft, unit_funds - funds) end, budget_left))::bigint as reach
      from left_to
    ), decided as (
      select *, case when want = 0 then 0 else greatest(0, least(want, metering.cost(t, price, metering.funded_seconds(t, price, funds + least(want, reach))) - funds)) end as give
      from reached
    ), due as (
      select *, greatest(0, metering.cost(t, price, least(bound, metering.funded_seconds(t, price, funds + give))) - charged) as due, platform.now() as at from decided
    ), moved as (
      select id, 1 as step, ledger.quota(purse, wallet, set_aside, give, may_overdraw, at) as movement from due where give > 0
      union all
      select id, 2, ledger.charge(purse, charged, due, at) from due where due > 0
    ), posted as materialized (
      select ledger.post_batch(array_agg(movement order by id, step)) as outcomes from moved
    ), outcome as (
      select m.id, m.step from (select id, step, row_number() over (order by id, step) as n from moved) m
      join (select o.outcome, o.n from posted cross join lateral unnest(posted.outcomes) with ordinality o (outcome, n)) o using (n)
      where o.outcome = 'posted'
    ), done as (
      select due.*, case when q.id is null then 0 else due.give end as granted, case when c.id is null then 0 else due.due end as charge
      from due left join outcome q on q.id = due.id and q.step = 1 left join outcome c on c.id = due.id and c.step = 2
    ), after as (
      select *, charged + charge as charged_now, reserved + granted - charge as reserved_now,
        metering.funded_seconds(t, price, funds + granted) as funded, sum(charge) over (partition by wallet) as charged_together from done
    ), running as (
      select s.payer, sum(p.reserved) as reserved, sum(s.price_per_minute) filter (where s.status = 'live') as burn
      from metering.line s join ledger.purse_view p on p.id = s.purse
      where s.status <> 'ended' and (s.lane, s.payer) in (select (l).lane, (l).payer from after where live) group by s.payer
    ), of_budgets as (
      select budget, sum(charge) as charged from after cross join lateral unnest(budgets) budget group by budget
    ), all_money as (
      select after.*, r.burn, after.balance + r.reserved - after.charged_together as of_wallet,
        (select min((b.money - c.charged) / nullif(b.burn, 0)) from metering.budgets_of(budgets) b join of_budgets c on c.budget = b.id) * r.burn as of_budget
      from after left join running r on r.payer = (after.l).payer and after.live
    ), left_over as (
      select *, case when burn is not null then least(of_wallet, of_budget) end as money, case when burn is not null then least(of_wallet + entitled, of_budget) end as money_in_all
      from all_money
    ), counted as (
      select *, metering.warnings(t, money, burn) + case when entitled > 0 then metering.warnings(t, money_in_all, burn) else 0 end as warned,
        case when due <> charge or give <> granted then at + interval '2 seconds' else metering.next_look(metering.next_turn(t, price, charged_now, reserved_now), charged_now, (l).live_since, (l).proven_before_ms, proven, at) end as look
      from left_over
    )
    select id, (l).call_id, (l).status, proven, least(bound, funded)::bigint as billable, granted::bigint, charge::bigint, charged_now::bigint as charged, reserved_now::bigint as reserved,
      live and bound >= funded as out_of_money, (l).warned as warned_before, case when live then warned else (l).warned end::integer as warned,
      greatest(0, floor((case when metering.warnings(t, money_in_all, burn) > 0 then money_in_all else money end) / nullif(burn, 0)))::integer as minutes_left,
      (l).slot as slot_before, case when live then metering.slot_of(look) end as slot
    from counted order by id`,
});

/** Lines that somebody holds are left out: whoever holds them looks himself. Never waits, so it may follow the ledger's locks. */
export const noteLooked = query({
  name: "metering.note_looked",
  row: z.object({ id: lineId }),
  text: `with free as (select id from metering.line where id = any ($1) order by id for no key update skip locked)
    update metering.line l set slot = w.slot, warned = w.warned
    from free join unnest($1::uuid[], $2::smallint[], $3::smallint[]) as w (id, slot, warned) using (id)
    where l.id = free.id and l.status = 'live' returning l.id`,
});

export const lockLines = query({
  name: "metering.lock_lines",
  row: z.object({ id: lineId, call_id: callId, status: meterStatus }),
  text: "select id, call_id, status from metering.line where id = any ($1) order by id for no key update",
});

/** What running siblings of these lines' payers have set aside beyond their next unit goes back to the wallet. */
export const reclaim = query({
  name: "metering.reclaim",
  row: z.object({ moved: z.int() }),
  text: `with sibling as (
      select l.id, l.purse, l.wallet, p.set_aside - p.charged - p.reserved as returned,
        p.charged + p.reserved - greatest(p.charged, metering.cost(t, l.price_per_minute,
          greatest(metering.proven_seconds(l, client.through, consultant.through), metering.funded_seconds(t, l.price_per_minute, p.charged)) + 1)) as spare
      from metering.line l join metering.tariff t on t.id = l.tariff join ledger.purse_view p on p.id = l.purse
      left join metering.copy client on client.id = l.client_copy left join metering.copy consultant on consultant.id = l.consultant_copy
      where l.status <> 'ended' and l.id <> all ($1) and (l.lane, l.payer) in (select lane, payer from metering.line where id = any ($1))
    )
    select cardinality(ledger.post_batch(array_agg(ledger.quota_return(purse, wallet, returned, spare, platform.now()) order by id))) as moved
    from sibling where spare > 0 and spare <= (select reserved from ledger.purse_view where id = sibling.purse)`,
});
/** Carrier only: what a consultant who once paid in may owe, so that his client is not cut. */
export const allowOverdraft = query({
  name: "metering.allow_overdraft",
  row: z.object({ allowed: z.unknown() }),
  text: `select ledger.allow_overdraft(array_agg(l.wallet), array_agg(t.overdraft_minutes * l.price_per_minute))::text as allowed
    from metering.line l join metering.tariff t on t.id = l.tariff where l.id = any ($1) and t.kind = 'carrier' and t.overdraft_minutes > 0`,
});

/** Calls whose payer could pay the next unit again. */
export const listResumable = query({
  name: "metering.list_resumable",
  row: z.object({ id: lineId, call_id: callId }),
  text: `select l.id, l.call_id from metering.line l join metering.tariff t on t.id = l.tariff
      join ledger.purse_view p on p.id = l.purse join ledger.account_view a on a.id = l.wallet
    where l.lane = $1 and l.status = 'paused-for-top-up' and l.deadline > platform.now()
      and least(a.balance + case when t.kind = 'carrier' and a.paid_in then t.overdraft_minutes * l.price_per_minute else 0 end, p.budget_left)
        >= metering.cost(t, l.price_per_minute, l.proven_before_ms / 1000 + 1) - p.charged - p.reserved
    order by l.id limit $2`,
});
export const listOverdue = query({
  name: "metering.list_overdue",
  row: z.object({ call_id: callId, status: meterStatus }),
  text: "select call_id, status from metering.line where lane = $1 and deadline <= platform.now() order by id limit $2",
});

// The end

/** Their leases stand still until these calls have ended: whatever was charged by a lease is within the evidence that is written now. */
export const holdCopiesOfCalls = query({
  name: "metering.hold_copies_of_calls",
  row: z.object({ id: z.bigint() }),
  text: "select id from metering.copy where id in (select copy from metering.presence where call_id = any ($1) and ended_at is null) order by id for share",
});
export const closePresenceOfCalls = command({
  name: "metering.close_presence_of_calls",
  text: `update metering.presence p set ended_at = greatest(p.began_at, least(c.through, platform.now())) from metering.copy c
    where p.call_id = any ($1) and p.ended_at is null and c.id = p.copy`,
});
export const endLines = command({
  name: "metering.end_lines",
  text: `update metering.line set status = 'ended', ended_at = platform.now(), end_reason = $2, live_since = null, client_copy = null, consultant_copy = null,
      slot = null, deadline = null, look_again_at = null
    where call_id = any ($1) and status <> 'ended'`,
});
/** Before any wallet is locked: whoever opens it keeps all others who want to waiting. */
export const openCarrier = query({
  name: "metering.open_carrier",
  row: z.object({ id: z.bigint() }),
  text: "select ledger.open_account('platform:carrier') as id",
});
/** Nobody takes the money of these lines, or gives them any, from now on: what ends is charged by what is there, and given back what is left. */
export const holdMoney = query({
  name: "metering.hold_money",
  row: z.object({ held: z.unknown() }),
  text: "select ledger.hold_purses(array_agg(purse))::text as held from metering.line where id = any ($1)",
});
/** What is left of the reserve goes back to the payer; a carrier's charges are the platform's at once. */
export const settle = query({
  name: "metering.settle",
  row: z.object({ closed: z.unknown() }),
  text: `with ended as (
      select l.id, l.wallet, t.kind, p.id as purse, p.reserved, p.held, p.set_aside - p.charged - p.reserved as returned, p.charged - p.held as settled
      from metering.line l join metering.tariff t on t.id = l.tariff join ledger.purse_view p on p.id = l.purse
      where l.id = any ($1) and l.status = 'ended' and p.settled_at is null
    ), moved as (
      select id, 1 as step, ledger.quota_return(purse, wallet, returned, reserved, platform.now()) as movement from ended where reserved > 0
      union all
      select id, 2, ledger.settlement(purse, ledger.open_account('platform:carrier'), settled, held, '', platform.now()) from ended where held > 0 and kind = 'carrier'
    ), posted as materialized (
      select ledger.post_batch(array_agg(movement order by step, id)) as outcomes from moved
    )
    select ledger.close_purses((select array_agg(purse) from ended))::text as closed from posted where 'posted' = all (posted.outcomes)`,
});
export const readFinal = query({
  name: "metering.read_final",
  row: z.object({ id: lineId, charged: kopecksColumn, proven: seconds, billable: seconds }),
  text: `select l.id, p.charged, l.proven_before_ms / 1000 as proven,
      least(l.proven_before_ms / 1000, metering.funded_seconds(t, l.price_per_minute, p.charged), l.countersigned_seconds + t.uncountersigned_seconds)::bigint as billable
    from metering.line l join metering.tariff t on t.id = l.tariff join ledger.purse_view p on p.id = l.purse
    where l.call_id = $1 order by l.id`,
});

// Reading

/**
 * What both screens show, once a second for all open calls. A running stretch is shown to `$2` seconds ago (the heartbeats say so already,
 * the leases a little later) while its leases are alive.
 */
export const readMeters = query({
  name: "metering.read_meters",
  row: z.object({
    call_id: callId,
    status: meterStatus,
    provenSeconds: seconds,
    billableSeconds: seconds,
    charged: kopecksColumn,
    reserved: kopecksColumn,
    pricePerMinute: kopecksColumn,
    minutesLeft: z.int().nullable(),
    pauseEndsAt: instant.nullable(),
    pausedBy: z.nullable(side),
  }),
  text: `with mine as (
      select l.*, t, p.charged, p.reserved, p.budgets, case when l.status <> 'live' then l.proven_before_ms / 1000
        else metering.proven_seconds(l, metering.shown_through(client, $2, platform.now()), metering.shown_through(consultant, $2, platform.now())) end as proven
      from metering.line l join metering.tariff t on t.id = l.tariff join ledger.purse_view p on p.id = l.purse
      left join metering.copy client on client.id = l.client_copy left join metering.copy consultant on consultant.id = l.consultant_copy
      where l.call_id = any ($1)
    ), running as (
      select s.payer, sum(p.reserved) as reserved, sum(s.price_per_minute) filter (where s.status = 'live') as burn
      from metering.line s join ledger.purse_view p on p.id = s.purse
      where s.status <> 'ended' and (s.lane, s.payer) in (select lane, payer from mine where status = 'live') group by s.payer
    )
    select m.call_id, m.status, m.proven as "provenSeconds",
      least(m.proven, metering.funded_seconds(m.t, m.price_per_minute, m.charged + m.reserved), m.countersigned_seconds + (m.t).uncountersigned_seconds)::bigint as "billableSeconds",
      m.charged, m.reserved, m.price_per_minute as "pricePerMinute", m.deadline as "pauseEndsAt",
      (select asked_by from metering.pause where call_id = m.call_id and why = 'person' and ended_at is null) as "pausedBy",
      case when m.status = 'live' then greatest(0, floor(least((a.balance + r.reserved) / nullif(r.burn, 0),
        (select min(b.money::numeric / nullif(b.burn, 0)) from metering.budgets_of(m.budgets) b)))) end::integer as "minutesLeft"
    from mine m join ledger.account_view a on a.id = m.wallet left join running r on r.payer = m.payer`,
});

export const readBurn = query({
  name: "metering.read_burn",
  row: z.object({ burn: kopecksColumn }),
  text: "select coalesce(sum(price_per_minute), 0)::bigint as burn from metering.line where lane = metering.lane_of($1) and payer = $1 and status = 'live'",
});

export const readLife = query({
  name: "metering.read_life",
  row: z.object({ opened_at: instant, until: instant }),
  text: "select min(opened_at) as opened_at, max(coalesce(ended_at, platform.now())) as until from metering.line where call_id = $1 having count(*) > 0",
});
export const readPresence = query({
  name: "metering.read_presence",
  row: z.object({ side: z.enum(["client", "consultant"]), from: instant, to: instant }),
  text: `select p.side, p.began_at as from, greatest(p.began_at, coalesce(p.ended_at, c.through)) as to from metering.presence p join metering.copy c on c.id = p.copy
    where p.call_id = $1 order by p.began_at`,
});
export const readPauses = query({
  name: "metering.read_pauses",
  row: z.object({ why: z.enum(["person", "top-up", "signature"]), from: instant, to: instant }),
  text: `select why, began_at as from, coalesce(ended_at, greatest(began_at, platform.now())) as to from metering.pause where call_id = $1 order by began_at`,
});

/** One statement, so one snapshot: it may run beside a charging pass. */
export const prove = query({
  name: "metering.prove",
  row: z.object({ invariant: z.string(), figure: z.bigint() }),
  text: `with figure as (
      select l.*, t, l.price_per_minute as price, p.reserved, p.held, p.charged, p.settled_at, m.proven_before_ms as measured_ms, m.proven_ms, m.all_in,
        least(m.proven_ms / 1000, l.countersigned_seconds + t.uncountersigned_seconds) as bound
      from metering.line l join metering.tariff t on t.id = l.tariff left join ledger.purse_view p on p.id = l.purse cross join lateral metering.measure(l) m
    )
    select invariant, figure::bigint as figure from (values
      (1, 'lines without a purse', (select count(*) from figure where charged is null)),
      (2, 'purses with money reserved for no open line', (select count(*) from ledger.purse_view p
        where p.reserved <> 0 and not exists (select from metering.line l where l.purse = p.id and l.status <> 'ended'))),
      (3, 'purses with money held for no line', (select count(*) from ledger.purse_view p
        where p.held <> 0 and not exists (select from metering.line l where l.purse = p.id))),
      (4, 'lines charged more than the cost of what is proven', (select count(*) from figure where charged > metering.cost(t, price, bound))),
      (5, 'lines charged something that is the cost of no time', (select count(*) from figure
        where charged <> metering.cost(t, price, metering.funded_seconds(t, price, charged)))),
      (6, 'ended lines whose proven time is not that of their evidence', (select count(*) from figure where status = 'ended' and proven_before_ms <> proven_ms)),
      (7, 'open lines that claim more time than their evidence', (select count(*) from figure where status <> 'ended' and proven_before_ms > measured_ms)),
      (8, 'ends held open by a copy that is over', (select count(*) from metering.presence p join metering.copy c on c.id = p.copy where p.ended_at is null and c.over_at is not null)),
      (9, 'ended carrier lines that are not settled', (select count(*) from figure where status = 'ended' and (t).kind = 'carrier' and settled_at is null)),
      (10, 'ended lines that gave money back which what is proven would have cost', (select count(*) from figure
        where status = 'ended' and charged < metering.cost(t, price, bound) and metering.cost(t, price, metering.funded_seconds(t, price, charged) + 1) - charged <=
          (select sum(amount) from ledger.entry_view e where e.purse = figure.purse and e.account is not null and e.kind = 'quota-return' and e.occurred_at >= figure.ended_at)))
    ) as proof (n, invariant, figure)
    order by n`,
});
