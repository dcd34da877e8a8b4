-- The lines of a page lie together. When everybody in a lane is due (after a standstill of a minute and more) its lines are charged in the order of their
-- purses, which is that in which they were opened: what a page reads and writes lies side by side, and not all over the tables as by the second of the
-- minute. Fewer seconds than all go by seconds, as before. A purse has one line, so it is where a page goes on.
-- Whether another worker has charged the lane meanwhile is asked in the same statement, under the lane's lock.
drop index metering.line_due;
create index line_due on metering.line (lane, slot, purse) where status = 'live';
create index line_of_lane on metering.line (lane, purse) where status = 'live';
drop function metering.charge_steady(integer, smallint[], smallint, uuid, integer, timestamptz, bigint[], bigint[]);
create function metering.charge_steady(of_lane integer, slots smallint[], after_slot smallint, after_purse bigint, page integer, looked timestamptz,
  inout budgets bigint[], inout burns bigint[], out seen integer, out last_slot smallint, out last_purse bigint, out rest uuid[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off set join_collapse_limit = 1 as $$
declare
  at timestamptz := platform.now();
  at_ms bigint := floor(extract(epoch from at) * 1000);
  everybody boolean := cardinality(slots) = 60;
  ids uuid[]; calls uuid[]; purses bigint[]; befores bigint[]; amounts bigint[]; quotas bigint[]; billables bigint[]; posted boolean[];
  queues text[]; bodies jsonb[];
begin
  if not pg_try_advisory_xact_lock(hashtext('metering.lane'), of_lane) then return; end if;
  -- Another worker has charged the lane since it was listed.
  perform from metering.lane where lane = of_lane and looked_through >= looked;
  if found then return; end if;
  with line as materialized (
    (select id, call_id, slot, tariff, payer, purse, wallet, warned, live_since, proven_before_ms, price_per_minute as price, countersigned_seconds, client_copy, consultant_copy
    from metering.line
    where not everybody and lane = of_lane and status = 'live' and slot = any (slots) and (slot, purse) > (after_slot, after_purse) order by slot, purse limit page)
    union all
    (select id, call_id, slot, tariff, payer, purse, wallet, warned, live_since, proven_before_ms, price_per_minute, countersigned_seconds, client_copy, consultant_copy
    from metering.line where everybody and lane = of_lane and status = 'live' and purse > after_purse order by purse limit page)
  ), copy as materialized (
    select id, through from metering.copy where id >= (select min(least(client_copy, consultant_copy)) from line)
  ), proved as (
    select l.id, l.call_id, l.slot, l.purse, l.wallet, l.warned, l.price, p.charged, p.charged + p.reserved as covered, p.budgets as under, w.balance, r.burn,
      t.connection_fee as fee, t.free_seconds as free, t.first_seconds as first, t.next_seconds as next, t.quota_minutes * 60 as quota_seconds, t.quota_low_minutes * l.price as low, t.warning_minutes,
      (date_part('epoch', l.live_since) * 1000)::bigint - l.proven_before_ms as began_ms,
      metering.proven_seconds(l.proven_before_ms, l.live_since, client.through, consultant.through) as proven, l.countersigned_seconds + t.uncountersigned_seconds as signed
    from line l
    join (select v.id, v.charged, v.reserved, v.budgets from ledger.purse_view v where v.id = any (array(select purse from line))) p on p.id = l.purse
    join (select id, balance from ledger.account_view where id = any (array(select wallet from line))) w on w.id = l.wallet
    join (select payer, sum(price_per_minute)::bigint as burn from metering.line where lane = of_lane and payer = any (array(select payer from line)) and status = 'live' group by payer) r on r.payer = l.payer
    join metering.tariff t on t.id = l.tariff
    join copy client on client.id = l.client_copy join copy consultant on consultant.id = l.consultant_copy
    offset 0
  ), costed as (
    select *, metering.cost(fee, free, first, next, price, bound) as cost, metering.cost(fee, free, first, next, price, bound + 1) as cost_of_more,
      metering.chargeable_seconds(free, first, next, bound) + quota_seconds as ahead_seconds
    from (select *, least(proven, signed) as bound from proved offset 0) bounded offset 0
  ), asked as (
    select *, case when covered - cost < low then metering.cost(fee, free, first, next, price, ahead_seconds) - covered else 0 end as quota from costed offset 0
  ), turned as (
    select *, metering.next_turn(fee, free, first, next, price, cost, covered + quota - cost) as turn from asked offset 0
  ), alone as materialized (
    -- The last two are the second of next_look for a line that was charged before.
    select id, call_id, purse, wallet, charged, cost - charged as amount, quota, bound, balance, burn, under, warning_minutes,
      cost > charged and quota >= 0 and warned = 0 and cost_of_more <= covered + quota and proven < turn
      and began_ms + turn * 1000 + 12000 > at_ms + 1000 and (began_ms + turn * 1000 + 12000) / 1000 % 60 = slot as steady
    from turned
  ), drawn as (
    select wallet, sum(quota)::bigint as quota from alone where quota <> 0 group by wallet
  ), counted as (
    select id, quota, unnest(under) as budget from alone where under <> '{}'
  ), burning as materialized (
    select known.id, known.burn from unnest(budgets, burns) as known (id, burn)
    union all
    select anew.id, anew.burn from metering.budgets_of_page(array(select distinct budget from counted where budget <> all (budgets))) anew
  ), under_budgets as (
    select c.id, min((b.allowed - b.spent - c.quota) / nullif(k.burn, 0)) as minutes
    from counted c join (select id, allowed, spent from ledger.budget_view where id = any (array(select budget from counted))) b on b.id = c.budget join burning k on k.id = c.budget group by c.id
  ), told as (
    -- No warning at m minutes while what is left lasts m + 1.
    select alone.*, coalesce(steady and (balance - coalesce(drawn.quota, 0)) / nullif(burn, 0) - 1 >= all (warning_minutes)
      and (under = '{}' or under_budgets.minutes - 1 >= all (warning_minutes)), false) as plain
    from alone left join drawn using (wallet) left join under_budgets using (id) offset 0
  )
  select count(*), (select slot from line offset page - 1), (select purse from line offset page - 1), coalesce(array_agg(id) filter (where not plain), '{}'),
    array_agg(id) filter (where plain), array_agg(call_id) filter (where plain), array_agg(purse) filter (where plain), array_agg(charged) filter (where plain),
    array_agg(amount) filter (where plain), array_agg(quota) filter (where plain), array_agg(bound) filter (where plain),
    array(select b.id from burning b order by b.id), array(select b.burn from burning b order by b.id)
  into seen, last_slot, last_purse, rest, ids, calls, purses, befores, amounts, quotas, billables, budgets, burns from told;

  posted := array_fill(false, array[coalesce(cardinality(ids), 0)]);
  for attempt in 1..2 loop
    begin
      posted := ledger.post_charges(purses, befores, amounts, quotas, at);
      exit;
    -- Unique: the same charge was written meanwhile, by the end of a call.
    exception when sqlstate 'LG409' or unique_violation then
      if attempt = 2 then raise log 'charge_steady: % lines go the long way: %', cardinality(ids), sqlerrm; end if;
    end;
  end loop;
  -- Written as text: half of what jsonb_build_object costs.
  select rest || coalesce(array_agg(line.id) filter (where not line.charged), '{}'), array_agg(line.call_id::text) filter (where line.charged),
    array_agg(format('{"callId":"%s","lineId":"%s","amountKopecks":%s,"chargedKopecks":%s,"billableSeconds":%s}', line.call_id, line.id,
      line.amount, line.before + line.amount, line.billable)::jsonb) filter (where line.charged)
  into rest, queues, bodies from unnest(ids, calls, befores, amounts, billables, posted) as line (id, call_id, before, amount, billable, charged);
  perform platform.tell('metering.charged', queues, bodies, at);
  if seen < page and rest = '{}' then
    insert into metering.lane (lane, looked_through) values (of_lane, looked) on conflict (lane) do update set looked_through = excluded.looked_through;
  end if;
end
$$;
