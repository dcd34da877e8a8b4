-- Calls: invitations, guests and the client book, the calls themselves, what both sides say of them.
-- Secrets that give access to what was said and paid (guest cookies, private links) are kept as SHA-256 only.
create schema calls;

create table calls.guest (
  id uuid primary key default uuidv7(),
  merged_into uuid references calls.guest check (merged_into <> id),
  name text not null,
  organisation text,
  inn text check (inn ~ '^(\d{10}|\d{12})$'),
  email text check (email = lower(email)),
  email_confirmed_at timestamptz check (email_confirmed_at is null or email is not null),
  created_at timestamptz not null default platform.now()
);
comment on table calls.guest is 'A client without an account, as he last named himself. merged_into: found to be the same as another guest (same confirmed e-mail), who stands for both.';
create unique index guest_confirmed_email on calls.guest (email) where email_confirmed_at is not null and merged_into is null;
create index guest_merged_into on calls.guest (merged_into) where merged_into is not null;

create table calls.guest_token (
  token_hash bytea primary key,
  guest_id uuid not null references calls.guest,
  call_id uuid,
  expires_at timestamptz not null
);
comment on table calls.guest_token is 'What proves that somebody is this guest: the cookie of one browser (call_id is null), or the private link to one call.';
create index guest_token_guest_id on calls.guest_token (guest_id);
create index guest_token_expires_at on calls.guest_token (expires_at);

create table calls.call (
  id uuid primary key default uuidv7(),
  number bigint generated always as identity unique,
  tariff text not null check (tariff in ('carrier', 'marketplace')),
  state text not null check (state in ('ringing', 'declined', 'missed', 'cancelled', 'open', 'ended', 'settled')),
  consultant_id uuid not null,
  consultant jsonb not null,
  client_person_id uuid check (client_person_id <> consultant_id),
  client_guest_id uuid references calls.guest,
  client jsonb not null,
  -- SHA-256 of the device cookie of the browser that joined: a second click, or a retry after a lost answer, is known by it.
  client_device bytea,
  task text not null check (char_length(task) <= 2000),
  configuration text check (char_length(configuration) <= 100),
  own_rate_kopecks integer check (own_rate_kopecks between 0 and 1000000),
  flags text[] not null default '{}' check (flags <@ array['own-link', 'same-address', 'same-device']),
  opened_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('client-ended', 'consultant-ended', 'no-money', 'pause-too-long', 'nobody-came-back', 'stopped-by-operator')),
  billable_seconds integer not null default 0 check (billable_seconds >= 0),
  check ((client_person_id is null) <> (client_guest_id is null)),
  check ((state in ('ended', 'settled')) = (ended_at is not null and end_reason is not null))
);
comment on table calls.call is 'One call. consultant and client: their cards as the other side saw them when the call opened (the e-mail may be confirmed later). billable_seconds: as the meter answered when the call ended.';
create index call_of_consultant on calls.call (consultant_id, number desc);
create index call_of_client_person on calls.call (client_person_id, number desc) where client_person_id is not null;
create index call_of_client_guest on calls.call (client_guest_id, number desc) where client_guest_id is not null;
create index call_open on calls.call (id) where state = 'open';

alter table calls.guest_token add foreign key (call_id) references calls.call;

create table calls.invitation (
  id uuid primary key default uuidv7(),
  consultant_id uuid not null,
  -- In clear, so that its owner sees the link again: it is short-lived, works once, and lets its finder show only his own screen.
  token text not null unique check (char_length(token) = 43),
  task text not null check (char_length(task) <= 2000),
  configuration text check (char_length(configuration) <= 100),
  own_rate_kopecks integer check (own_rate_kopecks between 0 and 1000000),
  -- Where the consultant was when he invited: shown as a flag when the client turns out to be there too.
  address text not null,
  device bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  withdrawn_at timestamptz,
  call_id uuid unique references calls.call
);
comment on table calls.invitation is 'A link by which one client may open one call with the consultant. call_id: the call it was used for.';
create index invitation_of_consultant on calls.invitation (consultant_id, id desc);

create table calls.join_code (
  code text primary key check (code ~ '^\d{9}$'),
  invitation_id uuid not null unique references calls.invitation,
  expires_at timestamptz not null
);
comment on table calls.join_code is 'Nine digits that stand for an invitation for ten minutes. Gone once the invitation is used; an expired one is replaced by whoever draws it next.';

create table calls.comment (
  id uuid primary key default uuidv7(),
  call_id uuid not null references calls.call,
  side text not null check (side in ('client', 'consultant')),
  body text not null check (char_length(body) between 1 and 4000),
  at timestamptz not null
);
comment on table calls.comment is 'What a side said of the call, during or after it. Only added to, never changed.';
create index comment_of_call on calls.comment (call_id, id);

create function calls.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger comment_is_append_only before update or delete or truncate on calls.comment for each statement execute function calls.refuse_change();

create table calls.client_note (
  consultant_id uuid not null,
  guest_id uuid not null references calls.guest,
  note text not null check (char_length(note) <= 4100),
  primary key (consultant_id, guest_id)
);
comment on table calls.client_note is 'What a consultant wrote down for himself about a guest of his client book. Two merged guests have their notes joined.';

create table calls.email_check (
  call_id uuid primary key references calls.call,
  email text not null check (email = lower(email)),
  code_hash bytea not null,
  attempts_left integer not null check (attempts_left >= 0),
  expires_at timestamptz not null
);
comment on table calls.email_check is 'A six-digit code was mailed to the address the guest of this call gave, and not typed in yet.';

create table calls.end_seen (
  call_id uuid not null references calls.call,
  side text not null check (side in ('client', 'consultant')),
  at timestamptz not null,
  primary key (call_id, side)
) with (fillfactor = 70);
comment on table calls.end_seen is 'When a side''s page was last known to be connected to its call. Says only when a forsaken call is ended; time that is paid for is the meter''s.';
