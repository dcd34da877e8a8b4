-- A page of charges is written without being locked first: each row is changed only if it is still what was decided on, in the one order of
-- locks (purses, accounts, budgets; the counts are read in that order). Where somebody else moved money of the page meanwhile nothing of it is
-- written (LG409, or the key of a transfer that is there already): it is to be decided anew.
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
  with asked as materialized (
    select q.*, p.owner, p.set_aside, p.reserved, p.budgets, w.kind as wallet_kind, w.balance,
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
    from (select * from fit order by purse offset 0) fit
    where p.id = fit.purse and p.charged = fit.before and p.reserved = fit.reserved and p.set_aside = fit.set_aside and p.closed_at is null returning 1
  ), in_accounts as (
    update ledger.account a set balance = a.balance - q.quota
    from (select owner, wallet_kind, balance, sum(quota)::bigint as quota from fit where quota > 0 group by owner, wallet_kind, balance order by wallet_kind, owner offset 0) q
    where a.id = q.owner and a.balance = q.balance returning 1
  ), in_budgets as (
    update ledger.budget b set spent = b.spent + q.quota
    from (
      select counting, sum(quota)::bigint as quota, b.spent, b.allowed
      from fit cross join lateral unnest(budgets) counting join ledger.budget b on b.id = counting
      where quota > 0 and budgets <> '{}' group by counting, b.spent, b.allowed order by counting offset 0
    ) q
    where b.id = q.counting and b.spent = q.spent and b.allowed = q.allowed returning 1
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
    array[(select count(*) from in_purses), (select count(*) from in_accounts), (select count(*) from in_budgets), (select count(*) from as_transfers)],
    array[count(*) filter (where posts), count(distinct owner) filter (where posts and quota > 0),
      (select count(distinct counting) from fit cross join lateral unnest(budgets) counting where quota > 0), count(*) filter (where posts) + count(*) filter (where posts and quota > 0)]
  into posted, changed, expected from decided;
  if changed is distinct from expected or cardinality(posted) is distinct from cardinality(purses) then
    raise exception 'post_charges changed % (purses, accounts, budgets, transfers) where it decided %', changed, expected using errcode = 'LG409';
  end if;
  return posted;
end
$$;
