-- Consultants' cards and their search.
create schema catalogue;

create table catalogue.card (
  person_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9-]{3,60}$'),
  name text not null,
  names text not null,
  configurations text[] not null,
  areas text[] not null,
  price_kopecks bigint check (price_kopecks between 500 and 100000),
  text text not null,
  published boolean not null,
  changed_at timestamptz not null default platform.now(),
  document tsvector not null generated always as (
    to_tsvector('russian', names || ' ' || translate(text, 'ёЁ/', 'еЕ ')) || to_tsvector('simple', names || ' ' || translate(text, 'ёЁ/', 'еЕ '))
  ) stored,
  constraint published_is_complete check (not published or (price_kopecks is not null and configurations <> '{}' and text <> ''))
);
comment on table catalogue.card is 'What a consultant offers: one card per person, listed while it is published. The price counts for rings from now on.';
comment on column catalogue.card.name is 'The person''s name when the card was last saved or shown, for order and search; people know the name itself.';
comment on column catalogue.card.names is 'The words the card is found by besides its text: the person''s name and the names of configurations and areas, with ё as е.';
comment on column catalogue.card.document is 'Stems, for words in other forms, and the words themselves, for their beginnings: the beginning of a stem is a beginning of too much.';
create index card_document on catalogue.card using gin (document);
