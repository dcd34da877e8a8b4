-- The ring and the outcome of marketplace calls. A ring is a call not yet open; what it is called with freezes here.
create table calls.ring (
  call_id uuid primary key references calls.call,
  release text check (char_length(release) <= 60),
  price_kopecks bigint not null check (price_kopecks > 0),
  tariff_version bigint not null,
  -- Where the client was when he rang: shown as a flag when the consultant turns out to be there too.
  address text not null,
  rung_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > rung_at),
  client_seen_at timestamptz not null,
  over_at timestamptz,
  cancelled_because text check (cancelled_because in ('client-gone', 'no-money'))
) with (fillfactor = 70);
comment on table calls.ring is 'A client rang a consultant of the catalogue, at this price and under this version of the tariff. over_at: when it was accepted or came to nothing.';
comment on column calls.ring.client_seen_at is 'When some page of the client was last known to be open; long ago, the ring is cancelled.';

-- Presence takes a consultant for one call at a time; this makes sure of it.
create unique index call_ringing on calls.call (consultant_id) where state = 'ringing';
create index call_rung_by on calls.call (client_person_id) where state = 'ringing';

comment on column calls.call.opened_at is 'When it opened; of a ring that is not accepted (yet): when it rang.';

create table calls.outcome (
  call_id uuid primary key references calls.call,
  waits_until timestamptz not null,
  fee_kopecks bigint not null check (fee_kopecks >= 0),
  earned_kopecks bigint not null check (earned_kopecks >= 0),
  settled_by text check (settled_by in ('client', 'silence', 'nothing-charged')),
  settled_at timestamptz,
  check ((settled_at is null) = (settled_by is null))
);
comment on table calls.outcome is 'What became of an ended marketplace call: it waits for the client''s word, then it is settled. The shares are those of a solved call, as the meter told them.';

create view calls.call_view as
select k.id, k.number, k.tariff, k.state, k.consultant_id, k.client_person_id, k.client_guest_id,
  k.consultant ->> 'name' as consultant_name, k.client ->> 'name' as client_name, k.task, k.configuration,
  case when k.state in ('open', 'ended', 'settled') then k.opened_at end as opened_at, k.ended_at, k.billable_seconds,
  r.rung_at, o.settled_at, case when o.settled_at is not null then o.fee_kopecks end as fee_kopecks,
  case when o.settled_at is not null then o.earned_kopecks end as earned_kopecks
from calls.call k left join calls.ring r on r.call_id = k.id left join calls.outcome o on o.call_id = k.id;
comment on view calls.call_view is 'For reports: one row for each call, also those that only rang (opened_at is null). Fee and earned are null until a marketplace call is settled. What was charged lies in ledger.purse_view, reference = id.';
