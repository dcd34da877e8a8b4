-- The same decisions by better plans: rows to lock are found by their keys.
create or replace function ledger.post_charges(purses bigint[], befores bigint[], amounts bigint[], quotas bigint[], occurred_at timestamptz)
returns boolean[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  recorded timestamptz(3) := platform.now();
  posted boolean[];
  changed bigint[];
  expected bigint[];
begin
  if coalesce(cardinality(purses), 0) = 0 then return '{}'; end if;
  perform from ledger.purse p where p.id = any (purses) order by p.id for no key update;
  perform from ledger.account a
    where a.id = any (array(select p.owner from unnest(purses, quotas) q (id, quota) join ledger.purse p on p.id = q.id where q.quota > 0))
    order by a.kind, a.id for no key update;
  perform from ledger.budget b
    where b.id = any (array(select unnest(p.budgets) from unnest(purses, quotas) q (id, quota) join ledger.purse p on p.id = q.id where q.quota > 0 and p.budgets <> '{}'))
    order by b.id for no key update;

  with asked as materialized (
    select q.*, p.owner, p.set_aside, p.budgets, w.balance,
      q.amount > 0 and q.quota >= 0 and p.charged = q.before and p.closed_at is null and p.reserved + q.quota >= q.amount
        and (q.quota = 0 or w.balance >= sum(q.quota) over (partition by p.owner)) as fits
    from unnest(purses, befores, amounts, quotas) with ordinality as q (purse, before, amount, quota, ord)
    join ledger.purse p on p.id = q.purse join ledger.account w on w.id = p.owner
  ), exhausted as materialized (
    select b.id from asked cross join lateral unnest(asked.budgets) counting join ledger.budget b on b.id = counting
    where asked.quota > 0 and asked.budgets <> '{}' group by b.id having b.allowed - b.spent < sum(asked.quota)
  ), decided as materialized (
    select asked.*, fits and (quota = 0 or budgets = '{}' or not exists (select from exhausted where exhausted.id = any (asked.budgets))) as posts from asked
  ), fit as materialized (
    select * from decided where posts
  ), in_purses as (
    update ledger.purse p set reserved = p.reserved + fit.quota - fit.amount, held = p.held + fit.amount,
      set_aside = p.set_aside + fit.quota, charged = p.charged + fit.amount
    from fit where p.id = fit.purse returning 1
  ), in_accounts as (
    update ledger.account a set balance = a.balance - q.quota
    from (select owner, sum(quota)::bigint as quota from fit where quota > 0 group by owner) q where a.id = q.owner returning 1
  ), in_budgets as (
    update ledger.budget b set spent = b.spent + q.quota
    from (select counting, sum(quota)::bigint as quota from fit cross join lateral unnest(budgets) counting where quota > 0 and budgets <> '{}' group by counting) q
    where b.id = q.counting returning 1
  ), as_transfers as (
    insert into ledger.transfer (kind, purse, before, from_account, amount, from_balance, reason, occurred_at, recorded_at)
    select kind, purse, before, from_account, amount, from_balance, '', post_charges.occurred_at, recorded
    from (
      select ord, 'quota'::ledger.transfer_kind as kind, purse, set_aside as before, owner as from_account, quota as amount,
        balance - sum(quota) over (partition by owner order by ord) as from_balance
      from fit where quota > 0
      union all
      select ord, 'charge', purse, before, null, amount, null from fit
    ) moved order by ord, kind returning 1
  )
  select array_agg(posts order by ord),
    array[(select count(*) from in_purses), (select count(*) from as_transfers), (select count(*) from in_accounts), (select count(*) from in_budgets)],
    array[count(*) filter (where posts), count(*) filter (where posts) + count(*) filter (where posts and quota > 0), count(distinct owner) filter (where posts and quota > 0),
      (select count(distinct counting) from fit cross join lateral unnest(budgets) counting where quota > 0)]
  into posted, changed, expected from decided;
  if changed is distinct from expected or cardinality(posted) is distinct from cardinality(purses) then
    raise exception 'post_charges changed % (purses, transfers, accounts, budgets) where it decided %', changed, expected using errcode = 'LG500';
  end if;
  return posted;
end
$$;
