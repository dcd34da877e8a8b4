create table people.device (
  id uuid primary key default uuidv7(),
  person_id uuid not null references people.person,
  public_key text not null,
  agent text not null,
  address text not null,
  enrolled_at timestamptz not null default platform.now(),
  revoked_at timestamptz,
  unique (person_id, public_key)
);
comment on table people.device is 'A browser''s key that signs minutes and comments in a person''s name. Revoked: it signs nothing new; what it signed stays signed.';
