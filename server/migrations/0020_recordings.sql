-- What was recorded of calls: who agreed, what each end recorded in which segments, where their sealed bytes are, who opened them.
-- The bytes lie in a store of objects (a folder, or S3), sealed with a key for each side of a call, which is wrapped by a key file.
create schema recordings;

create table recordings.consent (
  id uuid primary key default uuidv7(),
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  agreed boolean not null,
  version text not null,
  at timestamptz not null default platform.now()
);
comment on table recordings.consent is 'What each side answered when asked to be recorded, and every change of mind. The last one holds.';
create index consent_of_call on recordings.consent (call_id, id);

create table recordings.take (
  id uuid primary key,
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  recorder text not null check (recorder in ('off', 'recording', 'paused', 'failing')),
  why text check (why in ('disk-full', 'encoder', 'not-supported', 'silent', 'internal')),
  began_at timestamptz not null default platform.now(),
  heard_at timestamptz not null default platform.now(),
  check (why is null or recorder in ('failing', 'off'))
);
comment on table recordings.take is 'One run of a recorder at one end, and what it last said of itself. One that says nothing for long is found silent.';
create index take_of_call on recordings.take (call_id, side, began_at);
create index take_running on recordings.take (heard_at) where recorder in ('recording', 'paused');

create table recordings.head (
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  count integer not null check (count >= 0),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  primary key (call_id, side)
);
comment on table recordings.head is 'The end of the chain of each side''s segments. Whoever adds one holds this row.';

create table recordings.segment (
  id uuid primary key,
  call_id uuid not null,
  side text not null,
  n integer not null check (n > 0),
  take_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz not null check (to_at > from_at),
  bytes integer not null check (bytes > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  cut boolean not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  told_at timestamptz not null default platform.now(),
  state text not null default 'told' check (state in ('told', 'kept', 'damaged', 'deleted')),
  -- Of the picture, found when all bytes were there; null: voices only.
  codec text,
  width integer,
  height integer,
  unique (call_id, side, n),
  foreign key (call_id, side) references recordings.head
);
comment on table recordings.segment is 'One piece of a recording as its end told it; hash binds it to the one before (contracts/src/recording-chain.ts). It outlives its bytes.';

create function recordings.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is evidence: it is added to, never changed', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger segment_stays before update on recordings.segment for each row
  when (old.id is distinct from new.id or old.call_id is distinct from new.call_id or old.side is distinct from new.side or old.n is distinct from new.n
    or old.take_id is distinct from new.take_id or old.from_at is distinct from new.from_at or old.to_at is distinct from new.to_at or old.bytes is distinct from new.bytes
    or old.sha256 is distinct from new.sha256 or old.cut is distinct from new.cut or old.hash is distinct from new.hash or old.told_at is distinct from new.told_at)
  execute function recordings.refuse_change();
create trigger segment_is_not_removed before delete or truncate on recordings.segment for each statement execute function recordings.refuse_change();
create trigger consent_is_append_only before update or delete or truncate on recordings.consent for each statement execute function recordings.refuse_change();

create table recordings.part (
  segment_id uuid not null references recordings.segment,
  part integer not null check (part >= 0),
  object text not null unique,
  primary key (segment_id, part)
);
comment on table recordings.part is 'The bytes of a segment that have come, each part a sealed object of the store.';

create table recordings.remux (
  call_id uuid not null,
  side text not null,
  segments text not null,
  objects text[] not null,
  bytes bigint not null check (bytes > 0),
  made_at timestamptz not null default platform.now(),
  primary key (call_id, side, segments)
);
comment on table recordings.remux is 'The same in one file that seeks, made of the segments when somebody opens it, sealed as they are; may be thrown away at any time. segments: SHA-256 over their ids.';

create table recordings.key (
  call_id uuid not null,
  side text not null,
  key_id text not null,
  wrapped bytea not null,
  primary key (call_id, side)
);
comment on table recordings.key is 'What the objects of this side are sealed with, itself sealed with the key of the key file that key_id names.';

create table recordings.hold (
  id uuid primary key default uuidv7(),
  call_id uuid not null,
  reason text not null,
  held_at timestamptz not null default platform.now(),
  released_at timestamptz
);
comment on table recordings.hold is 'While one is not released the call''s recordings are not deleted, however old they are.';
create unique index hold_of_call on recordings.hold (call_id, reason) where released_at is null;

create table recordings.access (
  id uuid primary key default uuidv7(),
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  by text not null check (by in ('client', 'consultant', 'arbiter')),
  person_id uuid,
  guest_id uuid,
  what text not null check (what in ('played', 'downloaded')),
  at timestamptz not null default platform.now()
);
comment on table recordings.access is 'Who opened whose recording, when. Both parties see it.';
create index access_of_call on recordings.access (call_id, id);
create trigger access_is_append_only before update or delete or truncate on recordings.access for each statement execute function recordings.refuse_change();
