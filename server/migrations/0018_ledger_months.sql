-- A month that is closed takes no entry any more but a correction, which says why. Months are those of Moscow, as invoices are.
create table ledger.closed_month (
  month date primary key check (month = date_trunc('month', month)::date),
  closed_at timestamptz(3) not null,
  closed_by text not null check (closed_by <> '')
);
comment on table ledger.closed_month is 'Append-only: what was closed stays closed, a mistake in it is answered by a correction.';
create trigger closed_month_is_append_only before update or delete or truncate on ledger.closed_month
  for each statement execute function ledger.refuse_change();

create function ledger.month_of(at timestamptz) returns date language sql stable as $$
  select date_trunc('month', at at time zone 'Europe/Moscow')::date
$$;

-- Only a month that has been over for a day: what is moved now never falls into a closed one, so only back-dated rows are looked at.
create function ledger.close_month(wanted date, by text) returns void language plpgsql as $$
begin
  if (wanted + interval '1 month 1 day') at time zone 'Europe/Moscow' > least(platform.now(), clock_timestamp()) then
    raise exception 'month % is not over', wanted using errcode = 'LG425';
  end if;
  -- Whoever back-dates an entry at this moment is waited for.
  lock table ledger.transfer in share row exclusive mode;
  insert into ledger.closed_month (month, closed_at, closed_by) values (wanted, platform.now(), by) on conflict do nothing;
end
$$;

create function ledger.refuse_closed_month() returns trigger language plpgsql as $$
begin
  if exists (select from ledger.closed_month where month = ledger.month_of(new.occurred_at)) then
    raise exception 'month % is closed: only a correction may be entered', ledger.month_of(new.occurred_at) using errcode = 'LG423';
  end if;
  return new;
end
$$;
create trigger closed_month_takes_corrections before insert on ledger.transfer
  for each row when (new.kind <> 'correction' and new.occurred_at < clock_timestamp() - interval '1 day') execute function ledger.refuse_closed_month();

-- What a party had at an instant, by when things occurred: later corrections of that time count.
create function ledger.money_as_of(wallet bigint, at timestamptz, out balance bigint, out reserved bigint, out held bigint) language sql stable as $$
  select
    (select coalesce(sum(amount), 0)::bigint from ledger.movement_view where account = wallet and occurred_at <= at),
    coalesce(sum(case t.kind when 'quota' then t.amount when 'settlement' then 0 else -t.amount end), 0)::bigint,
    coalesce(sum(case t.kind when 'charge' then t.amount when 'settlement' then -t.amount else 0 end), 0)::bigint
  from ledger.purse p join ledger.transfer t on t.purse = p.id where p.owner = wallet and t.occurred_at <= at
$$;
