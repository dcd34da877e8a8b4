-- The same charges. What is already reserved needs no look before it is written: the update of the purse decides, and its rows are what is posted. Only
-- a quota is decided first, as it hangs together with the wallet and the budgets; those rows must be what was read, or nothing of the page is posted.
create or replace function ledger.post_charges(purses bigint[], befores bigint[], amounts bigint[], quotas bigint[], occurred_at timestamptz)
returns boolean[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_nestloop = off set enable_mergejoin = on as $$
declare
  recorded timestamptz(3) := platform.now();
  posted boolean[];
  changed bigint[];
  expected bigint[];
begin
  if coalesce(cardinality(purses), 0) = 0 then return '{}'; end if;
  with given as materialized (
    select * from unnest(purses, befores, amounts, quotas) with ordinality as g (purse, before, amount, quota, ord)
  ), asked as materialized (
    select g.*, p.owner, p.set_aside, p.reserved, p.budgets,
      g.amount > 0 and p.charged = g.before and p.closed_at is null and p.reserved + g.quota >= g.amount as fits
    from given g join ledger.purse p on p.id = g.purse where g.quota > 0 and p.id = any (array(select purse from given where quota > 0))
  ), wallets as materialized (
    select a.id, a.balance, a.kind = 'wallet' and a.balance >= q.quota as reaches
    from (select owner, sum(quota) as quota from asked group by owner) q join ledger.account a on a.id = q.owner
    where a.id = any (array(select owner from asked))
  ), limits as materialized (
    select b.id, b.allowed, b.spent, b.allowed - b.spent >= q.quota as reaches
    from (select budget, sum(quota) as quota from asked cross join lateral unnest(budgets) budget where budgets <> '{}' group by budget) q join ledger.budget b on b.id = q.budget
    where b.id = any (array(select unnest(budgets) from asked where budgets <> '{}'))
  ), drawn as materialized (
    select a.*, w.balance, w.balance - sum(a.quota) over (partition by a.owner order by a.purse) as left
    from asked a join wallets w on w.id = a.owner
    where fits and reaches and (budgets = '{}' or not exists (select from limits where not limits.reaches and limits.id = any (budgets)))
  ), posting as materialized (
    select ord, purse, before, amount, quota, null::bigint as reserved, null::bigint as set_aside from given where amount > 0 and quota = 0
    union all
    select ord, purse, before, amount, quota, reserved, set_aside from drawn
  ), in_purses as (
    update ledger.purse p set reserved = p.reserved + q.quota - q.amount, held = p.held + q.amount,
      set_aside = p.set_aside + q.quota, charged = p.charged + q.amount
    from posting q
    where p.id = q.purse and p.id = any (purses) and p.charged = q.before and p.closed_at is null and p.reserved + q.quota >= q.amount
      and (q.quota = 0 or (p.reserved = q.reserved and p.set_aside = q.set_aside))
    returning q.ord, q.purse, q.before, q.amount, q.quota
  ), in_accounts as (
    update ledger.account a set balance = a.balance - q.quota
    from (select owner, balance, sum(quota)::bigint as quota from drawn group by owner, balance) q
    where a.id = q.owner and a.id = any (array(select owner from drawn)) and a.balance = q.balance returning 1
  ), in_budgets as (
    update ledger.budget b set spent = b.spent + q.quota
    from (
      select l.id, l.spent, l.allowed, sum(quota)::bigint as quota from drawn cross join lateral unnest(budgets) budget join limits l on l.id = budget
      where budgets <> '{}' group by l.id, l.spent, l.allowed
    ) q
    where b.id = q.id and b.id = any (array(select id from limits)) and b.spent = q.spent and b.allowed = q.allowed returning 1
  ), as_transfers as (
    insert into ledger.transfer (kind, purse, before, from_account, amount, from_balance, reason, occurred_at, recorded_at)
    select kind, purse, before, from_account, amount, from_balance, '', post_charges.occurred_at, recorded
    from (
      select 'quota'::ledger.transfer_kind as kind, purse, set_aside as before, owner as from_account, quota as amount, "left" as from_balance from drawn
      union all
      select 'charge', purse, before, null, amount, null from in_purses
    ) moved order by kind, purse returning 1
  )
  select array_agg(i.ord is not null order by g.ord),
    array[count(i.ord) filter (where i.quota > 0), (select count(*) from in_accounts), (select count(*) from in_budgets), (select count(*) from as_transfers)],
    array[(select count(*) from drawn), (select count(distinct owner) from drawn), (select count(distinct budget) from drawn cross join lateral unnest(budgets) budget where budgets <> '{}'),
      count(i.ord) + (select count(*) from drawn)]
  into posted, changed, expected from given g left join in_purses i on i.ord = g.ord;
  if changed is distinct from expected then
    raise exception 'post_charges changed % (purses of quotas, accounts, budgets, transfers) where it decided %', changed, expected using errcode = 'LG409';
  end if;
  return posted;
end
$$;
