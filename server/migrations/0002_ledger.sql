-- The ledger: accounts of money and the transfers between them, in whole kopecks. It knows nothing of calls.
-- Every kopeck is in exactly one place: the sum of all balances, reserved and held is zero after every transaction.
create schema ledger;

-- The order of this list is the order of locks: a payer's wallet first, the house's own accounts last.
create type ledger.account_kind as enum ('wallet', 'earned', 'receivable', 'bank', 'card', 'compensation', 'platform');

create table ledger.account (
  id bigint generated always as identity primary key,
  name text not null unique check (name ~ '^[a-z]+(:[a-z0-9-]+)?$'),
  kind ledger.account_kind not null,
  balance bigint not null default 0,
  overdraft bigint default 0 check (overdraft >= 0),
  paid_in_at timestamptz(3),
  constraint balance_above_limit check (balance >= -overdraft)
) with (fillfactor = 70);
comment on table ledger.account is 'One balance. Written by ledger.post_batch only; nothing here is ever deleted.';
comment on column ledger.account.overdraft is 'How far below zero the balance may go. Null: boundless, an account that stands for the world outside (money in is minus there).';
comment on column ledger.account.paid_in_at is 'When money first came in from outside (bank, card); bonuses do not count.';

create table ledger.budget (
  id bigint generated always as identity primary key,
  name text not null unique,
  allowed bigint not null check (allowed >= 0),
  spent bigint not null default 0,
  constraint budget_not_exceeded check (spent between 0 and allowed)
) with (fillfactor = 70);
comment on table ledger.budget is 'A limit on what may be set aside from wallets, e.g. of a member of an organisation in one month. No money lies here: it counts.';

create table ledger.purse (
  id bigint generated always as identity primary key,
  owner bigint not null references ledger.account,
  reference uuid not null,
  reserved bigint not null default 0 check (reserved >= 0),
  held bigint not null default 0 check (held >= 0),
  set_aside bigint not null default 0 check (set_aside >= charged + reserved),
  charged bigint not null default 0 check (charged >= held),
  budgets bigint[] not null default '{}',
  closed_at timestamptz(3),
  settled_at timestamptz(3),
  constraint closed_is_given_back check (closed_at is null or reserved = 0),
  constraint settled_is_empty check (settled_at is null or (closed_at is not null and held = 0))
) with (fillfactor = 70);
comment on table ledger.purse is 'Two accounts in one narrow row: what one wallet set aside for one thing (reserved:…) and what of it was charged and waits for the outcome (held:…). Written by ledger.post_batch only.';
comment on column ledger.purse.reference is 'What it is for, in words of whoever opened it: the id of a call.';
comment on column ledger.purse.set_aside is 'All that ever came from the wallet; set_aside - charged - reserved went back to it.';
comment on column ledger.purse.charged is 'All that was ever charged; charged - held is settled.';
comment on column ledger.purse.closed_at is 'Nothing more is set aside or charged; what is held may still wait for its outcome, until settled_at.';
create index purse_of_owner on ledger.purse (owner) where settled_at is null;

-- Between which pockets money moves is said by the kind. Those above `top-up` have a purse at one end or both.
create type ledger.transfer_kind as enum (
  'quota',        -- wallet         -> purse, reserved
  'charge',       -- purse reserved -> purse held
  'quota-return', -- purse reserved -> wallet
  'settlement',   -- purse held     -> any account
  'top-up',       -- bank, card, compensation -> wallet
  'refund', 'payout', 'correction'
);

create table ledger.transfer (
  id bigint generated always as identity primary key,
  key text not null unique,
  kind ledger.transfer_kind not null,
  purse bigint,
  from_account bigint,
  to_account bigint,
  amount bigint not null check (amount > 0),
  from_balance bigint,
  to_balance bigint,
  reason text not null,
  occurred_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  constraint pockets_of_the_kind check (
    case kind
      when 'quota' then purse is not null and from_account is not null and to_account is null
      when 'charge' then purse is not null and from_account is null and to_account is null
      when 'quota-return' then purse is not null and from_account is null and to_account is not null
      when 'settlement' then purse is not null and from_account is null and to_account is not null
      else purse is null and from_account is not null and to_account is not null and reason <> ''
    end),
  constraint goes_somewhere check (from_account <> to_account),
  constraint balances_are_told check ((from_account is null) = (from_balance is null) and (to_account is null) = (to_balance is null))
);
comment on table ledger.transfer is 'Money moved, from one pocket to another; append-only. A mistake is answered by a new transfer. No foreign keys: they cost half of a charge, and the proof checks them.';
comment on column ledger.transfer.key is 'Idempotency: the same key moves money once. With a purse it is kind:purse:what was moved that way before.';
comment on column ledger.transfer.from_balance is 'What was on the account afterwards, for its statement.';
create index transfer_from_account on ledger.transfer (from_account, id) where from_account is not null;
create index transfer_to_account on ledger.transfer (to_account, id) where to_account is not null;

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger transfer_is_append_only before update or delete or truncate on ledger.transfer
  for each statement execute function ledger.refuse_change();

-- What is asked of post_batch. `before`, with a purse: how much was moved in this way already, as whoever asks has seen it.
-- `may_overdraw`: the account may go down to its limit.
create type ledger.movement as (
  key text,
  kind ledger.transfer_kind,
  purse bigint,
  from_account bigint,
  to_account bigint,
  amount bigint,
  before bigint,
  may_overdraw boolean,
  reason text,
  occurred_at timestamptz
);

-- posted: done now. repeated: the same was done before. stale: somebody else moved first, look again.
-- short: the money, the budget or the reserve does not reach. later: an earlier one of the same account or purse was short, so it was not tried.
create type ledger.outcome as enum ('posted', 'repeated', 'stale', 'short', 'later');

create function ledger.quota(purse bigint, wallet bigint, before bigint, amount bigint, may_overdraw boolean, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select ('quota:' || purse || ':' || before, 'quota', purse, wallet, null, amount, before, may_overdraw, '', occurred_at)::ledger.movement
$$;
create function ledger.charge(purse bigint, before bigint, amount bigint, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select ('charge:' || purse || ':' || before, 'charge', purse, null, null, amount, before, false, '', occurred_at)::ledger.movement
$$;
create function ledger.quota_return(purse bigint, wallet bigint, before bigint, amount bigint, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select ('quota-return:' || purse || ':' || before, 'quota-return', purse, null, wallet, amount, before, false, '', occurred_at)::ledger.movement
$$;
create function ledger.settlement(purse bigint, to_account bigint, before bigint, amount bigint, reason text, occurred_at timestamptz)
returns ledger.movement language sql immutable as $$
  select ('settlement:' || purse || ':' || before, 'settlement', purse, null, to_account, amount, before, false, reason, occurred_at)::ledger.movement
$$;

-- What each movement asked for comes to, in the order asked, under the locks the caller has taken. Changes nothing. Null: the key was
-- used for something else. Debits of one account are granted in order while they fit, and so is what leaves a pocket of a purse; what
-- comes into an account within the batch is not counted on.
create function ledger.decide(asked ledger.movement[]) returns ledger.outcome[] language sql stable as $$
  with ask as (
    select m.*, t.id is not null as known,
      (t.kind, t.from_account, t.to_account, t.amount, t.reason) is not distinct from (m.kind, m.from_account, m.to_account, m.amount, m.reason) as alike,
      coalesce(m.before = case m.kind when 'quota' then p.set_aside when 'charge' then p.charged when 'quota-return' then p.set_aside - p.charged - p.reserved else p.charged - p.held end
        + coalesce(sum(m.amount) over (partition by m.purse, m.kind order by m.ord rows between unbounded preceding and 1 preceding), 0)
        and (p.closed_at is null or m.kind not in ('quota', 'charge')), m.purse is null) as fresh,
      p.reserved, p.held, p.budgets
    from unnest(asked) with ordinality as m (key, kind, purse, from_account, to_account, amount, before, may_overdraw, reason, occurred_at, ord)
    left join ledger.transfer t on m.purse is null and t.key = m.key
    left join ledger.purse p on p.id = m.purse
  ), debit as (
    select ask.ord, ask.from_account,
      coalesce(a.balance - sum(ask.amount) over (partition by ask.from_account order by ask.ord)
        >= case when ask.may_overdraw or a.overdraft is null then -a.overdraft else 0 end, true) as fits
    from ask join ledger.account a on a.id = ask.from_account
    where not ask.known and ask.fresh
  ), counted as (
    select ord, bool_and(fits) as fits from (
      select ask.ord, b.allowed - b.spent >= sum(ask.amount) over (partition by b.id order by ask.ord) as fits
      from ask cross join lateral unnest(ask.budgets) counting join ledger.budget b on b.id = counting
      where ask.kind = 'quota' and ask.fresh
    ) counting group by ord
  ), granted as (
    select debit.ord, debit.fits and coalesce(counted.fits, true) as fits,
      coalesce(bool_and(debit.fits and coalesce(counted.fits, true))
        over (partition by debit.from_account order by debit.ord rows between unbounded preceding and 1 preceding), true) as in_turn
    from debit left join counted using (ord)
  ), of_accounts as (
    select ask.*, case
      when ask.known then case when ask.alike then 'repeated' else 'conflict' end
      when not ask.fresh then 'stale'
      when g.ord is null or (g.in_turn and g.fits) then 'posted'
      when g.in_turn then 'short' else 'later' end as outcome
    from ask left join granted g using (ord)
  ), of_purses as (
    select *, coalesce(
      reserved + sum(case when outcome <> 'posted' then 0 when kind = 'quota' then amount when kind in ('charge', 'quota-return') then -amount else 0 end) over sofar >= 0
      and held + sum(case when outcome <> 'posted' then 0 when kind = 'charge' then amount when kind = 'settlement' then -amount else 0 end) over sofar >= 0, true) as covered
    from of_accounts window sofar as (partition by purse order by ord)
  )
  select array_agg((case
      when outcome = 'conflict' then null
      when outcome <> 'posted' or purse is null or (covered and in_turn) then outcome
      when in_turn then 'short' else 'later' end)::ledger.outcome order by ord)
  from (select *, coalesce(bool_and(covered) over (partition by purse order by ord rows between unbounded preceding and 1 preceding), true) as in_turn from of_purses) o
$$;

-- The one function that moves money. Set-based: a call is a batch of one, a charging pass a batch of thousands.
-- Locks: purses, then accounts in the order of their kinds, then budgets, each by id. Aborts when the rows changed are not the rows decided.
create function ledger.post_batch(asked ledger.movement[]) returns ledger.outcome[] language plpgsql as $$
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
  insert into ledger.transfer (key, kind, purse, from_account, to_account, amount, from_balance, to_balance, reason, occurred_at, recorded_at)
  select p.key, p.kind, p.purse, p.from_account, p.to_account, p.amount, f.balance, t.balance, p.reason, p.occurred_at, recorded
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

create function ledger.must_equal(what text, changed bigint, expected bigint) returns void language plpgsql immutable as $$
begin
  if changed is distinct from expected then
    raise exception 'post_batch changed % % where it decided %', changed, what, expected using errcode = 'LG500';
  end if;
end
$$;

-- An account is opened when it is first named; the world outside (bank, card providers) and the house's compensation have no limit.
create function ledger.open_account(wanted text) returns bigint language plpgsql as $$
declare
  kind ledger.account_kind := split_part(wanted, ':', 1);
  found bigint;
begin
  select id into found from ledger.account where name = wanted;
  if found is not null then return found; end if;
  insert into ledger.account (name, kind, overdraft)
  values (wanted, kind, case when kind in ('bank', 'card', 'compensation') then null else 0 end)
  on conflict (name) do nothing returning id into found;
  return coalesce(found, (select id from ledger.account where name = wanted));
end
$$;

-- Sets money of one wallet aside from now on; `budgets` are counted with every quota.
create function ledger.open_purse(wallet bigint, for_what uuid, counted_in bigint[] default '{}') returns bigint language sql as $$
  insert into ledger.purse (owner, reference, budgets) values (wallet, for_what, counted_in) returning id
$$;

-- Nothing more is set aside or charged; those that hold nothing are settled.
create function ledger.close_purses(ids bigint[]) returns void language sql as $$
  update ledger.purse set closed_at = coalesce(closed_at, platform.now()), settled_at = case when held = 0 then platform.now() end
  where id = any (ids) and settled_at is null
$$;

-- Locks one account until the transaction ends, so that what is read of it holds; answers its balance.
create function ledger.lock_account(wanted bigint) returns bigint language sql as $$
  select balance from ledger.account where id = wanted for no key update
$$;

-- Lets wallets that were once paid into go below zero, no further than `amounts`; never takes back what is in use.
create function ledger.allow_overdraft(accounts bigint[], amounts bigint[]) returns void language sql as $$
  update ledger.account a set overdraft = greatest(wanted.amount, -a.balance)
  from (select account, max(amount) as amount from unnest(accounts, amounts) as w (account, amount) group by account order by account) wanted
  where a.id = wanted.account and a.paid_in_at is not null and a.overdraft <> greatest(wanted.amount, -a.balance)
$$;

create view ledger.account_view as
  select id, name, kind, balance, overdraft, paid_in_at is not null as paid_in from ledger.account;

create view ledger.purse_view as
  select p.id, p.owner, p.reference, p.reserved, p.held, p.set_aside, p.charged, p.closed_at, p.settled_at,
    case when p.budgets <> '{}' then (select min(b.allowed - b.spent) from ledger.budget b where b.id = any (p.budgets)) end as budget_left
  from ledger.purse p;

-- Both ends of every transfer, one row for each pocket it touched.
create view ledger.entry_view as
  select t.id as transfer, t.kind, t.purse, t.reason, t.occurred_at, t.recorded_at, e.account, e.pocket, e.amount, e.balance
  from ledger.transfer t
  cross join lateral (values
    (t.from_account, case when t.from_account is null then case when t.kind = 'settlement' then 'held' else 'reserved' end end, -t.amount, t.from_balance),
    (t.to_account, case when t.to_account is null then case when t.kind = 'charge' then 'held' else 'reserved' end end, t.amount, t.to_balance)
  ) e (account, pocket, amount, balance);
