-- What the live lines under a budget cost a minute is summed once in a pass of a lane, not in each of its pages: whoever comes meanwhile might as well
-- have come after it. `budgets`, `burns`: summed by earlier pages, and with this one. What is left under a budget is read anew.
-- Lines of one payer are looked for in their lane alone, and the place of the last line is asked for only where there may be more.
drop function metering.charge_steady(integer, smallint[], smallint, uuid, integer, timestamptz);
create function metering.charge_steady(of_lane integer, slots smallint[], after_slot smallint, after_id uuid, page integer, looked timestamptz,
  inout budgets bigint[], inout burns bigint[], out seen integer, out last_slot smallint, out last_id uuid, out rest uuid[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off as $$
declare
  at timestamptz := platform.now();
  at_ms bigint := floor(extract(epoch from at) * 1000);
  ids uuid[]; calls uuid[]; purses bigint[]; befores bigint[]; amounts bigint[]; quotas bigint[]; billables bigint[]; posted boolean[];
  queues text[]; bodies jsonb[];
begin
  if not pg_try_advisory_xact_lock(hashtext('metering.lane'), of_lane) then return; end if;
  with line as materialized (
    select id, call_id, slot, tariff, payer, purse, wallet, warned, live_since, proven_before_ms, price_per_minute as price, countersigned_seconds, client_copy, consultant_copy
    from metering.line
    where lane = of_lane and status = 'live' and slot = any (slots) and (slot, id) > (after_slot, after_id) order by slot, id limit page
  ), copy as materialized (
    select id, through from metering.copy where id >= (select min(least(client_copy, consultant_copy)) from line)
  ), proved as (
    select l.id, l.call_id, l.slot, l.purse, l.wallet, l.warned, l.price, p.charged, p.reserved, p.budgets as under, w.balance, r.burn,
      t.connection_fee as fee, t.free_seconds as free, t.first_seconds as first, t.next_seconds as next, t.quota_minutes * 60 as quota_seconds, t.quota_low_minutes * l.price as low, t.warning_minutes,
      (date_part('epoch', l.live_since) * 1000)::bigint - l.proven_before_ms as began_ms,
      metering.proven_seconds(l.proven_before_ms, l.live_since, client.through, consultant.through) as proven, l.countersigned_seconds + t.uncountersigned_seconds as signed
    from line l join metering.tariff t on t.id = l.tariff
    join copy client on client.id = l.client_copy join copy consultant on consultant.id = l.consultant_copy
    join (select v.id, v.charged, v.reserved, v.budgets from ledger.purse_view v where v.id = any (array(select purse from line))) p on p.id = l.purse
    join (select id, balance from ledger.account_view where id = any (array(select wallet from line))) w on w.id = l.wallet
    join (select payer, sum(price_per_minute)::bigint as burn from metering.line where lane = of_lane and payer = any (array(select payer from line)) and status = 'live' group by payer) r on r.payer = l.payer
    offset 0
  ), bounded as (
    select *, least(proven, signed) as bound from proved offset 0
  ), costed as (
    select *, metering.cost(fee, free, first, next, price, bound) as cost, metering.cost(fee, free, first, next, price, bound + 1) as cost_of_more,
      metering.chargeable_seconds(free, first, next, bound) + quota_seconds as ahead_seconds from bounded offset 0
  ), asked as (
    select *, cost - charged as amount,
      case when charged + reserved - cost < low then metering.cost(fee, free, first, next, price, ahead_seconds) - charged - reserved else 0 end as quota from costed offset 0
  ), after as (
    select *, charged + reserved + quota - cost as reserved_now from asked offset 0
  ), turned as (
    select *, metering.next_turn(fee, free, first, next, price, cost, reserved_now) as turn from after offset 0
  ), planned as (
    -- The second of next_look for a line that was charged before.
    select *, began_ms + turn * 1000 + 12000 as look_ms from turned offset 0
  ), alone as materialized (
    select id, call_id, purse, wallet, charged, amount, quota, bound, balance, burn, under, warning_minutes,
      amount > 0 and quota >= 0 and warned = 0 and cost_of_more <= cost + reserved_now and proven < turn and look_ms > at_ms + 1000 and look_ms / 1000 % 60 = slot as steady
    from planned
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
  select count(*), (select slot from line offset page - 1), (select id from line offset page - 1), coalesce(array_agg(id) filter (where not plain), '{}'),
    array_agg(id) filter (where plain), array_agg(call_id) filter (where plain), array_agg(purse) filter (where plain), array_agg(charged) filter (where plain),
    array_agg(amount) filter (where plain), array_agg(quota) filter (where plain), array_agg(bound) filter (where plain),
    array(select b.id from burning b order by b.id), array(select b.burn from burning b order by b.id)
  into seen, last_slot, last_id, rest, ids, calls, purses, befores, amounts, quotas, billables, budgets, burns from told;

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
