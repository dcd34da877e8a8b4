-- Statements of a call, one for each proven minute and one at its end: signed by the server, countersigned by both ends. Never changed.
create table journal.call_key (
  call_id uuid not null,
  side text not null check (side in ('client', 'consultant')),
  public_key text not null,
  kind text not null check (kind in ('device', 'call')),
  since_n integer not null check (since_n >= 0),
  shown bigint generated always as identity,
  shown_at timestamptz not null,
  primary key (call_id, side, shown)
);
comment on table journal.call_key is 'Keys the ends of a call showed as theirs; the last one of a side is the one that signs. device: enrolled with the person''s account; call: known for this call only. since_n: what it signs was proven after that statement.';

create table journal.statement (
  call_id uuid not null references journal.head,
  n integer not null check (n > 0),
  proven_seconds integer not null check (proven_seconds >= 0),
  journal_n integer not null check (journal_n >= 0),
  closing boolean not null,
  signed jsonb not null check (jsonb_typeof(signed) = 'object'),
  primary key (call_id, n)
);
comment on table journal.statement is 'What the server stated and signed (contracts/src/statement.ts), as it travels.';

create table journal.countersignature (
  call_id uuid not null,
  n integer not null,
  side text not null check (side in ('client', 'consultant')),
  public_key text not null,
  since_n integer not null check (since_n >= 0 and since_n < n),
  observed_seconds integer not null check (observed_seconds >= 0),
  signature text not null,
  signed_at timestamptz not null,
  primary key (call_id, n, side, public_key),
  foreign key (call_id, n) references journal.statement
);
comment on table journal.countersignature is 'An end signed a statement: it saw so much of what was proven after statement since_n.';

create trigger call_key_is_append_only before update or delete or truncate on journal.call_key for each statement execute function journal.refuse_change();
create trigger statement_is_append_only before update or delete or truncate on journal.statement for each statement execute function journal.refuse_change();
create trigger countersignature_is_append_only before update or delete or truncate on journal.countersignature for each statement execute function journal.refuse_change();
