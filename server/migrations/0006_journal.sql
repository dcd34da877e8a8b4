-- The journal of a call: what happened, in order, each event bound to the one before it by its hash. Evidence: never changed.
create schema journal;

create table journal.head (
  call_id uuid primary key,
  n integer not null check (n >= 0),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  at timestamptz not null
);
comment on table journal.head is 'The end of each call''s journal. Whoever appends holds this row, so that numbers have no gaps and time does not go back.';

create table journal.event (
  call_id uuid not null references journal.head,
  n integer not null check (n > 0),
  at timestamptz not null check (at = date_trunc('milliseconds', at)),
  actor text not null check (actor in ('client', 'consultant', 'server')),
  kind text not null,
  facts jsonb not null check (jsonb_typeof(facts) = 'object'),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  -- The id of the news this was written from: news that comes twice is written once.
  source uuid,
  primary key (call_id, n)
);
comment on table journal.event is 'One thing that happened in a call. hash: SHA-256 over this event and the hash before it (contracts/src/journal-chain.ts).';
create unique index event_source on journal.event (call_id, source) where source is not null;
create index event_chat on journal.event (call_id, n) where kind = 'chat';

create function journal.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only' using errcode = 'restrict_violation';
end
$$;
create trigger event_is_append_only before update or delete or truncate on journal.event for each statement execute function journal.refuse_change();
