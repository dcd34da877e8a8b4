-- A transfer of a purse is known by what was moved that way before, in numbers: an index of numbers costs a fraction of one of text,
-- and a charge makes an entry in it every minute.
alter table ledger.transfer disable trigger transfer_is_append_only;
alter table ledger.transfer add column before bigint, alter column key drop not null;
update ledger.transfer set before = split_part(key, ':', 3)::bigint, key = null where purse is not null;
alter table ledger.transfer enable trigger transfer_is_append_only;
alter table ledger.transfer add constraint is_known_once check ((purse is null) = (key is not null) and (purse is null) = (before is null));
alter table ledger.transfer drop constraint transfer_key_key;
create unique index transfer_of_key on ledger.transfer (key) where key is not null;
create unique index transfer_of_purse on ledger.transfer (purse, kind, before) where purse is not null;
comment on column ledger.transfer.key is 'Idempotency of what has no purse: the same key moves money once.';
comment on column ledger.transfer.before is 'Idempotency of what has a purse: how much had been moved in this way before. Unique for each purse and kind.';

create or replace function ledger.quota(purse bigint, wallet bigint, before bigint, amount bigint, may_overdraw boolean, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select (null, 'quota', purse, wallet, null, amount, before, may_overdraw, '', occurred_at)::ledger.movement
$$;
create or replace function ledger.charge(purse bigint, before bigint, amount bigint, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select (null, 'charge', purse, null, null, amount, before, false, '', occurred_at)::ledger.movement
$$;
create or replace function ledger.quota_return(purse bigint, wallet bigint, before bigint, amount bigint, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select (null, 'quota-return', purse, null, wallet, amount, before, false, '', occurred_at)::ledger.movement
$$;
create or replace function ledger.settlement(purse bigint, to_account bigint, before bigint, amount bigint, reason text, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select (null, 'settlement', purse, null, to_account, amount, before, false, reason, occurred_at)::ledger.movement
$$;

-- As before; writes what was moved before beside the key.
create or replace function ledger.post_batch(asked ledger.movement[]) returns ledger.outcome[] language plpgsql as $$
declare
  recorded timestamptz(3) := platform.now();
  outcomes ledger.outcome[];
  changed bigint;
  expected bigint;
begin
  if coalesce(cardinality(asked), 0) = 0 then return '{}'; end if;
  perform from ledger.purse p where p.id = any (array(select m.purse from unnest(asked) m where m.purse is not null))
    order by p.id for no key update;
  perform from ledger.account a where a.id = any (array(select unnest(array[m.from_account, m.to_account]) from unnest(asked) m))
    order by a.kind, a.id for no key update;
  perform from ledger.budget b where b.id = any (array(select unnest(p.budgets) from ledger.purse p join unnest(asked) m on m.purse = p.id where p.budgets <> '{}'))
    order by b.id for no key update;

  outcomes := ledger.decide(asked);
  if array_position(outcomes, null) is not null then
    raise exception 'transfer % was asked before with another body', (asked[array_position(outcomes, null)]).key using errcode = 'LG409';
  end if;

  with post as (
    select m.* from rows from (unnest(asked), unnest(outcomes))
      with ordinality as m (key, kind, purse, from_account, to_account, amount, before, may_overdraw, reason, occurred_at, outcome, ord)
    where m.outcome = 'posted'
  ), leg as (
    select ord, from_account as account, -amount as delta from post where from_account is not null
    union all
    select ord, to_account, amount from post where to_account is not null
  ), after as (
    select leg.ord, leg.account, a.balance + sum(leg.delta) over (partition by leg.account order by leg.ord) as balance
    from leg join ledger.account a on a.id = leg.account
  )
  insert into ledger.transfer (key, kind, purse, before, from_account, to_account, amount, from_balance, to_balance, reason, occurred_at, recorded_at)
  select p.key, p.kind, p.purse, p.before, p.from_account, p.to_account, p.amount, f.balance, t.balance, p.reason, p.occurred_at, recorded
  from post p
  left join after f on f.ord = p.ord and f.account = p.from_account
  left join after t on t.ord = p.ord and t.account = p.to_account
  order by p.ord;
  get diagnostics changed = row_count;
  select count(*) into expected from unnest(outcomes) o where o = 'posted';
  perform ledger.must_equal('transfers', changed, expected);

  with delta as (
    select leg.account, sum(leg.delta)::bigint as delta
    from rows from (unnest(asked), unnest(outcomes)) as m (key, kind, purse, from_account, to_account, amount, before, may_overdraw, reason, occurred_at, outcome)
    cross join lateral (values (m.from_account, -m.amount), (m.to_account, m.amount)) leg (account, delta)
    where m.outcome = 'posted' and leg.account is not null
    group by leg.account
  ), done as (
    update ledger.account a set balance = a.balance + delta.delta
    from delta where a.id = delta.account returning 1
  )
  select (select count(*) from done), (select count(*) from delta) into changed, expected;
  perform ledger.must_equal('accounts', changed, expected);

  with delta as (
    select m.purse,
      sum(case when m.kind = 'quota' then m.amount when m.kind in ('charge', 'quota-return') then -m.amount else 0 end)::bigint as reserved,
      sum(case when m.kind = 'charge' then m.amount when m.kind = 'settlement' then -m.amount else 0 end)::bigint as held,
      sum(case when m.kind = 'quota' then m.amount else 0 end)::bigint as set_aside,
      sum(case when m.kind = 'charge' then m.amount else 0 end)::bigint as charged
    from rows from (unnest(asked), unnest(outcomes)) as m (key, kind, purse, from_account, to_account, amount, before, may_overdraw, reason, occurred_at, outcome)
    where m.outcome = 'posted' and m.purse is not null
    group by m.purse
  ), done as (
    update ledger.purse p set reserved = p.reserved + delta.reserved, held = p.held + delta.held,
      set_aside = p.set_aside + delta.set_aside, charged = p.charged + delta.charged
    from delta where p.id = delta.purse returning 1
  )
  select (select count(*) from done), (select count(*) from delta) into changed, expected;
  perform ledger.must_equal('purses', changed, expected);

  with delta as (
    select budget, sum(case when m.kind = 'quota' then m.amount else -m.amount end)::bigint as spent
    from rows from (unnest(asked), unnest(outcomes)) as m (key, kind, purse, from_account, to_account, amount, before, may_overdraw, reason, occurred_at, outcome)
    join ledger.purse p on p.id = m.purse
    cross join lateral unnest(p.budgets) budget
    where m.outcome = 'posted' and m.kind in ('quota', 'quota-return')
    group by budget
  ), done as (
    update ledger.budget b set spent = b.spent + delta.spent from delta where b.id = delta.budget returning 1
  )
  select (select count(*) from done), (select count(*) from delta) into changed, expected;
  perform ledger.must_equal('budgets', changed, expected);
  return outcomes;
end
$$;


-- The steady minute of thousands of purses: each is charged `amounts` out of its reserve, after `quotas` (0: none) came from its owner's
-- wallet. It asks for little and so costs a fraction of post_batch: all that a wallet or a budget is asked for must be there, own money
-- only; where it is not, or somebody else moved first (`befores` is what was charged as the caller saw it), nothing of that purse moves.
-- Answers in the order asked which were posted; whoever was not is for post_batch. The same locks, in the same order.
create function ledger.post_charges(purses bigint[], befores bigint[], amounts bigint[], quotas bigint[], occurred_at timestamptz) returns boolean[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  recorded timestamptz(3) := platform.now();
  posted boolean[];
  changed bigint[];
  expected bigint[];
begin
  if coalesce(cardinality(purses), 0) = 0 then return '{}'; end if;
  perform from ledger.purse p where p.id = any (purses) order by p.id for no key update;
  perform from ledger.account a where a.id in (select p.owner from unnest(purses, quotas) q (id, quota) join ledger.purse p on p.id = q.id where q.quota > 0)
    order by a.kind, a.id for no key update;
  perform from ledger.budget b
    where b.id in (select unnest(p.budgets) from unnest(purses, quotas) q (id, quota) join ledger.purse p on p.id = q.id where q.quota > 0 and p.budgets <> '{}')
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

-- As before, by the number.
create or replace view ledger.movement_view as
  select t.from_account as account, t.id as transfer, t.kind, t.purse, -t.amount as amount, t.from_balance as balance, t.reason, t.occurred_at,
    coalesce(t.kind = 'quota' and t.before = 0, false) as opens_purse
  from ledger.transfer t where t.from_account is not null
  union all
  select t.to_account, t.id, t.kind, t.purse, t.amount, t.to_balance, t.reason, t.occurred_at, false
  from ledger.transfer t where t.to_account is not null;
