-- A page of whose money somebody else moved some meanwhile is decided anew, once; then it goes the long way.
create or replace function metering.charge_steady(of_lane integer, slots smallint[], after_slot smallint, after_id uuid, page integer, looked timestamptz,
  out seen integer, out last_slot smallint, out last_id uuid, out rest uuid[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  at timestamptz := platform.now();
  ids uuid[]; calls uuid[]; purses bigint[]; befores bigint[]; amounts bigint[]; quotas bigint[]; billables bigint[]; posted boolean[];
begin
  if not pg_try_advisory_xact_lock(hashtext('metering.lane'), of_lane) then return; end if;
  with due as (
    select l.id, l.call_id, l.slot, l.purse, l.wallet, l.warned, l.live_since, l.proven_before_ms, l.price_per_minute as price, t, p.charged, p.reserved, p.budgets, w.balance, r.burn,
      metering.proven_seconds(l, client.through, consultant.through) as proven, l.countersigned_seconds
    from (
      select * from metering.line
      where lane = of_lane and status = 'live' and slot = any (slots) and (slot, id) > (after_slot, after_id) order by slot, id limit page
    ) l
    join metering.tariff t on t.id = l.tariff
    join metering.copy client on client.id = l.client_copy join metering.copy consultant on consultant.id = l.consultant_copy
    join ledger.purse_view p on p.id = l.purse join ledger.account_view w on w.id = l.wallet
    cross join lateral (select sum(s.price_per_minute)::bigint as burn from metering.line s where s.payer = l.payer and s.status = 'live') r
    offset 0
  ), proved as (
    select *, least(proven, countersigned_seconds + (t).uncountersigned_seconds) as bound from due offset 0
  ), bounded as (
    select *, metering.chargeable_seconds(t, bound) + (t).quota_minutes * 60 as ahead_seconds from proved offset 0
  ), costed as (
    select *, metering.cost(t, price, bound) as cost, metering.cost(t, price, bound + 1) as cost_of_more, metering.cost(t, price, ahead_seconds) as ahead from bounded offset 0
  ), asked as (
    select *, cost - charged as amount, case when charged + reserved - cost < (t).quota_low_minutes * price then ahead - charged - reserved else 0 end as quota from costed offset 0
  ), after as (
    select *, charged + amount as charged_now, reserved + quota - amount as reserved_now, balance - (sum(quota) over (partition by wallet))::bigint as balance_now from asked offset 0
  ), turned as (
    select *, metering.next_turn(t, price, charged_now, reserved_now) as turn from after offset 0
  ), planned as materialized (
    -- The second of next_look for a line that was charged before.
    select *, extract(epoch from live_since) + turn - proven_before_ms / 1000.0 + 12 as look from turned offset 0
  ), counting as materialized (
    select b.* from metering.budgets_of(array(select distinct unnest(budgets) from planned where budgets <> '{}')) b
  ), told as (
    -- No warning at m minutes while what is left lasts m + 1.
    select *, coalesce(amount > 0 and quota >= 0 and warned = 0 and cost_of_more <= charged_now + reserved_now
      and balance_now / nullif(burn, 0) - 1 >= all ((t).warning_minutes)
      and case when budgets = '{}' then true else (select min((b.money - b.reserved - quota)::numeric / nullif(b.burn, 0)) from counting b where b.id = any (budgets)) - 1 >= all ((t).warning_minutes) end
      and proven < turn and look > extract(epoch from at) + 1 and floor(look)::bigint % 60 = slot, false) as steady
    from planned offset 0
  )
  select count(*), (array_agg(slot order by slot desc, id desc))[1], (array_agg(id order by slot desc, id desc))[1], coalesce(array_agg(id) filter (where not steady), '{}'),
    array_agg(id) filter (where steady), array_agg(call_id) filter (where steady), array_agg(purse) filter (where steady), array_agg(charged) filter (where steady),
    array_agg(amount) filter (where steady), array_agg(quota) filter (where steady), array_agg(bound) filter (where steady)
  into seen, last_slot, last_id, rest, ids, calls, purses, befores, amounts, quotas, billables from told;

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
  select rest || coalesce(array_agg(line.id) filter (where not line.charged), '{}') into rest from unnest(ids, posted) as line (id, charged);
  perform platform.tell('metering.charged', array_agg(line.call_id::text), array_agg(jsonb_build_object('callId', line.call_id, 'lineId', line.id,
      'amountKopecks', line.amount, 'chargedKopecks', line.before + line.amount, 'billableSeconds', line.billable)), at)
    from unnest(ids, calls, befores, amounts, billables, posted) as line (id, call_id, before, amount, billable, charged) where line.charged;
  if seen < page and rest = '{}' then
    insert into metering.lane (lane, looked_through) values (of_lane, looked) on conflict (lane) do update set looked_through = excluded.looked_through;
  end if;
end
$$;

-- What a payer's live lines cost a minute is read for each line of a page: from the index alone where the table did not change lately.
drop index metering.line_of_payer;
create index line_of_payer on metering.line (payer) include (price_per_minute, status) where status <> 'ended';
