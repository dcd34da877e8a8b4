-- What every domain stands on: the clock, commands that run once, rate limits. No business word here.
create schema platform;

-- The one clock of money and evidence. In production the row never changes; tests freeze or shift it.
create table platform.clock (
  only_row boolean primary key default true check (only_row),
  frozen_at timestamptz,
  shift interval not null default interval '0'
);
insert into platform.clock default values;

create function platform.now() returns timestamptz language sql stable as $$
  select coalesce(c.frozen_at, clock_timestamp() + c.shift) from platform.clock c
$$;

-- A command that was answered: sent again, it gets the same answer and changes nothing.
create table platform.command (
  actor text not null,
  id uuid not null,
  body_hash bytea not null,
  reply jsonb not null,
  answered_at timestamptz not null default clock_timestamp(),
  primary key (actor, id)
);
create index command_answered_at on platform.command (answered_at);

-- Attempts counted in fixed windows. Losing them in a crash is harmless.
create unlogged table platform.attempt (
  what text not null,
  who text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (what, who)
);

-- News told by a domain and not yet heard by the ones above; deleted once heard.
create table platform.event (
  n bigint generated always as identity primary key,
  id uuid not null default uuidv7(),
  topic text not null,
  queue text not null,
  body jsonb not null,
  told_at timestamptz not null default platform.now(),
  attempts integer not null default 0,
  retry_at timestamptz
);
create index event_retry on platform.event (queue, n) where retry_at is not null;
