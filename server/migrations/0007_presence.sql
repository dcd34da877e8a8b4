-- Who can be called now: a switch of the consultant's own, live pages, calls that keep him busy.
create schema presence;

create table presence.person (
  person_id uuid primary key,
  taking_calls boolean not null default false,
  busy_with uuid[] not null default '{}'
);
comment on table presence.person is 'A person who ever took calls. One row holds the switch and the calls, so that one update decides who gets him.';
comment on column presence.person.busy_with is 'Ids of the calls he is in or is being rung for. More than one only when he started a carrier call himself while in another.';

create table presence.lease (
  copy_id uuid primary key,
  person_ids uuid[] not null,
  expires_at timestamptz not null
);
comment on table presence.lease is 'One running copy of the server and the persons whose live pages it holds; not renewed in time (a crash, a partition), it holds nobody.';

create view presence.availability_view as
select p.person_id,
  case
    when not p.taking_calls then 'off'
    when p.busy_with <> '{}' then 'busy'
    when live.person_id is not null then 'free'
    else 'off'
  end as availability
from presence.person p
left join (
  select distinct unnest(l.person_ids) as person_id from presence.lease l where l.expires_at > platform.now()
) live using (person_id);
comment on view presence.availability_view is 'free, busy or off; who has no row is off. Being in a call proves a live end by itself.';
