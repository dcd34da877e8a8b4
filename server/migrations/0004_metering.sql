-- Metering: what was on the line, and what it costs. A charge is a function of evidence, never a count of ticks.
create schema metering;

create table metering.tariff (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('carrier', 'marketplace')),
  valid_from timestamptz(3) not null,
  price_per_minute bigint check (price_per_minute >= 0),
  connection_fee bigint not null default 0 check (connection_fee >= 0),
  first_seconds integer not null default 60 check (first_seconds > 0),
  next_seconds integer not null default 60 check (next_seconds > 0),
  free_seconds integer not null default 6 check (free_seconds >= 0),
  quota_minutes integer not null default 3 check (quota_minutes > 0),
  quota_low_minutes integer not null default 1 check (quota_low_minutes > 0),
  sibling_minutes integer not null default 2 check (sibling_minutes >= 0),
  warning_minutes integer[] not null default '{5,2,1}',
  top_up_wait_seconds integer not null default 300 check (top_up_wait_seconds > 0),
  pause_max_seconds integer not null default 900 check (pause_max_seconds > 0),
  overdraft_minutes integer not null default 0 check (overdraft_minutes >= 0),
  fee_percent integer not null default 10 check (fee_percent between 0 and 100),
  uncountersigned_seconds integer not null default 120 check (uncountersigned_seconds >= 0),
  check (kind <> 'carrier' or price_per_minute is not null),
  unique (kind, valid_from)
);
comment on table metering.tariff is 'A version of the terms of one kind of call, in force from valid_from until the next of its kind. Never changed once in force: a line keeps the version it began with.';
comment on column metering.tariff.price_per_minute is 'Kopecks. Null: the payee names his own price (marketplace).';
insert into metering.tariff (kind, valid_from, price_per_minute, overdraft_minutes) values
  ('carrier', '2026-01-01', 100, 30),
  ('marketplace', '2026-01-01', null, 0);

create table metering.line (
  id uuid primary key default uuidv7(),
  call_id uuid not null,
  tariff bigint not null references metering.tariff,
  payer uuid not null,
  payee uuid check (payee <> payer),
  wallet bigint not null,
  purse bigint not null,
  price_per_minute bigint not null check (price_per_minute >= 0),
  status text not null default 'idle' check (status in ('idle', 'live', 'paused', 'paused-for-top-up', 'ended')),
  opened_at timestamptz(3) not null,
  ended_at timestamptz(3),
  end_reason text,
  proven_before_ms bigint not null default 0 check (proven_before_ms >= 0),
  live_since timestamptz(3),
  client_copy bigint,
  consultant_copy bigint,
  lane smallint not null,
  slot smallint check (slot between 0 and 59),
  look_again_at timestamptz(3),
  deadline timestamptz(3),
  warned smallint not null default 0,
  countersigned_seconds integer check (countersigned_seconds >= 0),
  check ((status = 'ended') = (ended_at is not null)),
  check ((status = 'live') = (live_since is not null and client_copy is not null and consultant_copy is not null and slot is not null)),
  check ((deadline is not null) = (status in ('paused', 'paused-for-top-up')))
) with (fillfactor = 80);
comment on table metering.line is 'One charging line: a call, its payer, its payee and the price. Money of it lies in a purse of the ledger. A steady minute changes nothing here.';
comment on column metering.line.payee is 'Null: the platform (carrier).';
comment on column metering.line.live_since is 'Beginning of the stretch that is on the line now; proven_before_ms is the length of those before it. Both follow from presence and pause (metering.refresh).';
comment on column metering.line.slot is 'Second of the minute at which a unit turns: says only when to look, never what is due.';
comment on column metering.line.look_again_at is 'Evidence of a finished stretch is still on its way: look once more then.';
comment on column metering.line.countersigned_seconds is 'Bounds what is billable once both ends countersign minutes; null: not countersigned.';
create function metering.lane_of(payer uuid) returns smallint language sql immutable as $$
  select (hashtextextended(payer::text, 0) & 7)::smallint
$$;
create index line_of_call on metering.line (call_id);
create index line_of_payer on metering.line (payer) where status <> 'ended';
create index line_due on metering.line (lane, slot) where status = 'live';
create index line_look_again on metering.line (lane, look_again_at) where look_again_at is not null;
create index line_deadline on metering.line (lane, deadline) where deadline is not null;

create table metering.copy (
  id bigint generated always as identity primary key,
  through timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  over_at timestamptz(3)
) with (fillfactor = 50);
comment on table metering.copy is 'Lease of one running server: every end it holds open was on the line through `through`. Expired or over: it may assert nothing more.';
create index copy_running on metering.copy (expires_at) where over_at is null;

create table metering.presence (
  copy bigint not null,
  n bigint not null,
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  began_at timestamptz(3) not null,
  ended_at timestamptz(3) check (ended_at >= began_at),
  primary key (copy, n)
) with (fillfactor = 80);
comment on table metering.presence is 'An end of a call was on the line from began_at to ended_at; while that is null, through the lease of the copy that holds it.';
create index presence_of_call on metering.presence (call_id);
create index presence_open on metering.presence (copy) where ended_at is null;

create table metering.pause (
  id bigint generated always as identity primary key,
  call_id uuid not null,
  why text not null check (why in ('person', 'top-up')),
  asked_by text not null,
  began_at timestamptz(3) not null,
  ended_at timestamptz(3) check (ended_at >= began_at)
);
comment on table metering.pause is 'Time that is not billed although both ends may be there.';
create index pause_of_call on metering.pause (call_id);
create unique index pause_open on metering.pause (call_id) where ended_at is null;

create unlogged table metering.lane (
  lane smallint primary key,
  looked_through timestamptz(3) not null
);
comment on table metering.lane is 'How far the slots of a lane were looked at. Losing it costs one look at everything.';

-- What talk costs, the same as costOfTalk in contracts/src/tariff.ts: cumulative, floored, nothing while free.
create function metering.chargeable_seconds(t metering.tariff, billable bigint) returns bigint language sql immutable as $$
  select case when billable <= t.free_seconds or billable <= 0 then 0
    else t.first_seconds + (greatest(billable - t.first_seconds, 0) + t.next_seconds - 1) / t.next_seconds * t.next_seconds end
$$;
create function metering.cost(t metering.tariff, price bigint, billable bigint) returns bigint language sql immutable as $$
  select case when metering.chargeable_seconds(t, billable) = 0 then 0
    else t.connection_fee + metering.chargeable_seconds(t, billable) * price / 60 end
$$;
-- The most seconds whose cost is at most `money`, the same as fundedSeconds there; talk without price is bounded by the largest integer.
create function metering.funded_seconds(t metering.tariff, price bigint, money bigint) returns bigint language sql immutable as $$
  select case
    when money < t.connection_fee then t.free_seconds::bigint
    when price = 0 then 2147483647
    when ((money - t.connection_fee + 1) * 60 - 1) / price < t.first_seconds then t.free_seconds
    else greatest(t.free_seconds, t.first_seconds
      + (least(((money - t.connection_fee + 1) * 60 - 1) / price, 2147483647) - t.first_seconds) / t.next_seconds * t.next_seconds) end
$$;

-- Length of what lies in `spans`.
create function metering.length_ms(spans tstzmultirange) returns bigint language sql immutable as $$
  select coalesce(sum(round(extract(epoch from upper(span) - lower(span)) * 1000)), 0)::bigint from unnest(spans) span
$$;

-- The definition of proven time: (client present) and (consultant present), without pauses, within the line's own life.
-- Open presence counts through its copy's lease; `running_since` is set while both ends are present and nothing is paused.
create function metering.measure(line metering.line, out proven_before_ms bigint, out running_since timestamptz, out all_in boolean, out proven_ms bigint)
language sql stable as $$
  with end_of as (
    select p.side, range_agg(tstzrange(p.began_at, p.ended_at)) as held,
      range_agg(tstzrange(p.began_at, greatest(p.began_at, coalesce(p.ended_at, c.through)))) as shown
    from metering.presence p join metering.copy c on c.id = p.copy
    where p.call_id = line.call_id group by p.side
  ), life as (
    select tstzmultirange(tstzrange(line.opened_at, line.ended_at))
      - coalesce((select range_agg(tstzrange(began_at, ended_at)) from metering.pause where call_id = line.call_id), '{}') as billed
  ), both_ends as (
    select life.billed * client.held * consultant.held as held, life.billed * client.shown * consultant.shown as shown
    from life, end_of client, end_of consultant where client.side = 'client' and consultant.side = 'consultant'
  ), running as (
    select (select lower(span) from unnest(held) span where upper_inf(span)) as since, held, shown from both_ends
  ), finished as (
    select since, held * tstzmultirange(tstzrange(null, since)) as held, shown * tstzmultirange(tstzrange(null, since)) as shown, metering.length_ms(shown) as total from running
  )
  select coalesce(metering.length_ms(finished.shown), 0), finished.since,
    coalesce(metering.length_ms(finished.shown) = metering.length_ms(finished.held), true), coalesce(finished.total, 0)
  from (select 1) one left join finished on true
$$;

-- Seconds proven by now. The steady line is arithmetic: its running stretch reaches as far as both leases do.
create function metering.proven_seconds(line metering.line, client_through timestamptz, consultant_through timestamptz) returns bigint language sql immutable as $$
  select (line.proven_before_ms
    + coalesce(greatest(round(extract(epoch from least(client_through, consultant_through) - line.live_since) * 1000), 0), 0)::bigint) / 1000
$$;

-- The second of talk at which to look next: where something would have to be charged, or the money set aside would be over.
-- Pulses shorter than a minute are gathered into one charge a minute.
create function metering.next_turn(t metering.tariff, price bigint, charged bigint, reserved bigint) returns bigint language sql immutable as $$
  select least(
    case when charged = 0 then t.free_seconds + 1
      else metering.funded_seconds(t, price, charged) + 1 + ((60 + t.next_seconds - 1) / t.next_seconds - 1) * t.next_seconds end,
    metering.funded_seconds(t, price, charged + reserved) + 1)
$$;
-- When evidence of that second will have arrived: its lease is 6 to 11 s behind. The first charge is looked for early and twice.
create function metering.next_look(turn bigint, charged bigint, running_since timestamptz, before_ms bigint, seen_seconds bigint, at timestamptz)
returns timestamptz language sql immutable as $$
  select case
    when seen_seconds >= turn then at + interval '60 seconds'
    when look <= at + interval '1 second' then at + interval '2 seconds'
    else look end
  from (select running_since + make_interval(secs => turn - before_ms / 1000.0 + case when charged = 0 then 7 else 12 end)) planned (look)
$$;
create function metering.slot_of(at timestamptz) returns smallint language sql immutable as $$
  select (floor(extract(epoch from at))::bigint % 60)::smallint
$$;

-- Brings the lines of these calls up to their evidence, after any change of presence or pause. The caller holds their locks.
create function metering.refresh(calls uuid[], at timestamptz) returns void language sql as $$
  with measured as (
    select l.id, m.proven_before_ms, m.running_since, m.all_in, pause.why, pause.began_at,
      case when pause.why = 'person' then 'paused' when pause.why = 'top-up' then 'paused-for-top-up'
        when m.running_since is not null then 'live' else 'idle' end as status,
      (select max(copy) from metering.presence where call_id = l.call_id and side = 'client' and ended_at is null) as client_copy,
      (select max(copy) from metering.presence where call_id = l.call_id and side = 'consultant' and ended_at is null) as consultant_copy
    from metering.line l
    cross join lateral metering.measure(l) m
    left join metering.pause on pause.call_id = l.call_id and pause.ended_at is null
    where l.call_id = any (calls) and l.status <> 'ended'
  )
  update metering.line l set
    status = m.status,
    proven_before_ms = m.proven_before_ms,
    live_since = case when m.status = 'live' then m.running_since end,
    client_copy = case when m.status = 'live' then m.client_copy end,
    consultant_copy = case when m.status = 'live' then m.consultant_copy end,
    slot = case when m.status = 'live' then
      case when l.status = 'live' and l.live_since = m.running_since then l.slot
        else metering.slot_of(metering.next_look(metering.next_turn(t, l.price_per_minute, p.charged, p.reserved), p.charged,
          m.running_since, m.proven_before_ms, m.proven_before_ms / 1000, at)) end end,
    look_again_at = case
      when not m.all_in then at + interval '6 seconds'
      else coalesce(l.look_again_at, case when l.status = 'live' and m.status <> 'live' then at end) end,
    deadline = case m.status
      when 'paused' then m.began_at + make_interval(secs => t.pause_max_seconds)
      when 'paused-for-top-up' then m.began_at + make_interval(secs => t.top_up_wait_seconds) end
  from measured m, metering.tariff t, ledger.purse_view p
  where l.id = m.id and t.id = l.tariff and p.id = l.purse
$$;

-- Terms in force now.
create function metering.tariff_of(wanted text, at timestamptz) returns setof metering.tariff language sql stable as $$
  select * from metering.tariff where kind = wanted and valid_from <= at order by valid_from desc limit 1
$$;

-- How many of the warnings are behind, when `money` is what is left at `burn` a minute.
create function metering.warnings(t metering.tariff, money numeric, burn numeric) returns integer language sql immutable as $$
  select count(*)::integer from unnest(t.warning_minutes) minutes where money < (minutes + 1) * burn
$$;

-- How far an open end of this copy is shown on screens: a fixed delay behind now, while the lease is alive.
create function metering.shown_through(copy metering.copy, delay_seconds double precision, at timestamptz) returns timestamptz language sql immutable as $$
  select case when copy.over_at is null and copy.expires_at > at then greatest(copy.through, at - make_interval(secs => delay_seconds)) else copy.through end
$$;
