-- Persons, their passwords and sign-ins. Secrets of links and cookies are kept as SHA-256 only.
create schema people;

create table people.person (
  id uuid primary key default uuidv7(),
  email text not null unique check (email = lower(email)),
  name text not null,
  firm text,
  inn text check (inn ~ '^(\d{10}|\d{12})$'),
  verified boolean not null default false,
  locale text not null check (locale in ('ru', 'en')),
  roles text[] not null default '{}' check (roles <@ array['operator']),
  own_rate_kopecks integer check (own_rate_kopecks between 0 and 1000000),
  password_hash text not null,
  demo boolean not null default false,
  signed_in_at timestamptz,
  created_at timestamptz not null default platform.now()
);
comment on table people.person is 'A person whose e-mail is confirmed; there are no others. verified: an operator checked name, firm and INN against papers; lost when one of them changes.';
comment on column people.person.demo is 'Made by demo data with a password everybody knows: cannot be used on a server that is not a demo.';
comment on column people.person.signed_in_at is 'The last sign-in by password: wrong passwords are counted since then.';

create table people.sign_up (
  id uuid primary key default uuidv7(),
  token_hash bytea not null unique,
  email text not null check (email = lower(email)),
  name text not null,
  locale text not null check (locale in ('ru', 'en')),
  password_hash text not null,
  expires_at timestamptz not null
);
comment on table people.sign_up is 'Somebody asked for an account and has not followed the link in the mail yet. Also kept for a known e-mail (its link is never sent), so that signing in answers the same for both.';
create index sign_up_email on people.sign_up (email, id);
create index sign_up_expires_at on people.sign_up (expires_at);

create table people.reset (
  token_hash bytea primary key,
  person_id uuid not null references people.person,
  expires_at timestamptz not null
);
comment on table people.reset is 'A link to set a new password was mailed and not used yet.';
create index reset_person_id on people.reset (person_id);
create index reset_expires_at on people.reset (expires_at);

create table people.sign_in (
  id uuid primary key default uuidv7(),
  token_hash bytea not null unique,
  person_id uuid not null references people.person,
  created_at timestamptz not null default platform.now(),
  last_seen_at timestamptz not null default platform.now(),
  address text not null,
  agent text not null
);
comment on table people.sign_in is 'One browser of a person that is signed in. Ended: the row is gone.';
create index sign_in_person_id on people.sign_in (person_id);
