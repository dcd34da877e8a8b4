-- The rows that were read are written where they lie: no second look into the index of purses and wallets.
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
  with asked as materialized (
    select q.*, p.ctid as place, p.owner, p.set_aside, p.reserved, p.budgets,
      q.amount > 0 and q.quota >= 0 and p.charged = q.before and p.closed_at is null and p.reserved + q.quota >= q.amount as fits
    from unnest(purses, befores, amounts, quotas) with ordinality as q (purse, before, amount, quota, ord)
    join ledger.purse p on p.id = q.purse where p.id = any (purses)
  ), wallets as materialized (
    select a.id, a.ctid as place, a.balance, a.kind = 'wallet' and a.balance >= q.quota as reaches
    from (select owner, sum(quota) as quota from asked where quota > 0 group by owner) q join ledger.account a on a.id = q.owner
    where a.id = any (array(select owner from asked where quota > 0))
  ), limits as materialized (
    select b.id, b.allowed, b.spent, b.allowed - b.spent >= q.quota as reaches
    from (select budget, sum(quota) as quota from asked cross join lateral unnest(budgets) budget where quota > 0 and budgets <> '{}' group by budget) q join ledger.budget b on b.id = q.budget
    where b.id = any (array(select unnest(budgets) from asked where quota > 0 and budgets <> '{}'))
  ), decided as materialized (
    select *, fits and (quota = 0 or (owner not in (select id from wallets where not reaches)
      and (budgets = '{}' or not exists (select from limits where not reaches and limits.id = any (budgets))))) as posts from asked
  ), drawn as materialized (
    select d.purse, d.set_aside, d.owner, d.quota, d.budgets, w.place, w.balance, w.balance - sum(d.quota) over (partition by d.owner order by d.purse) as left
    from decided d join wallets w on w.id = d.owner where d.posts and d.quota > 0
  ), in_purses as (
    update ledger.purse p set reserved = p.reserved + d.quota - d.amount, held = p.held + d.amount,
      set_aside = p.set_aside + d.quota, charged = p.charged + d.amount
    from (select * from decided where posts order by purse) d
    where p.ctid = d.place and p.charged = d.before and p.reserved = d.reserved and p.set_aside = d.set_aside and p.closed_at is null returning 1
  ), in_accounts as (
    update ledger.account a set balance = a.balance - q.quota
    from (select owner, place, balance, sum(quota)::bigint as quota from drawn group by owner, place, balance order by owner) q
    where a.ctid = q.place and a.balance = q.balance returning 1
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
      select 'charge', purse, before, null, amount, null from decided where posts
    ) moved order by kind, purse returning 1
  )
  select array_agg(posts order by ord),
    array[(select count(*) from in_purses), (select count(*) from in_accounts), (select count(*) from in_budgets), (select count(*) from as_transfers)],
    array[count(*) filter (where posts), (select count(distinct owner) from drawn), (select count(distinct budget) from drawn cross join lateral unnest(budgets) budget where budgets <> '{}'),
      count(*) filter (where posts) + (select count(*) from drawn)]
  into posted, changed, expected from decided;
  if changed is distinct from expected or cardinality(posted) is distinct from cardinality(purses) then
    raise exception 'post_charges changed % (purses, accounts, budgets, transfers) where it decided %', changed, expected using errcode = 'LG409';
  end if;
  return posted;
end
$$;
