-- Who was a guest and signs up later has the calls of that time in his cabinet too.
alter table calls.guest add column person_id uuid;
comment on column calls.guest.person_id is 'The person he turned out to be: by the same confirmed e-mail, or because the person holds the guest''s link and said so. Never changed once set.';
create index guest_person on calls.guest (person_id) where person_id is not null;

create or replace view calls.call_view as
select k.id, k.number, k.tariff, k.state, k.consultant_id, coalesce(k.client_person_id, nullif(g.person_id, k.consultant_id)) as client_person_id, k.client_guest_id,
  k.consultant ->> 'name' as consultant_name, k.client ->> 'name' as client_name, k.task, k.configuration,
  case when k.state in ('open', 'ended', 'settled') then k.opened_at end as opened_at, k.ended_at, k.billable_seconds,
  r.rung_at, o.settled_at, case when o.settled_at is not null then o.fee_kopecks end as fee_kopecks,
  case when o.settled_at is not null then o.earned_kopecks end as earned_kopecks,
  case when o.settled_at is null then o.waits_until end as waits_until,
  case when o.settled_at is null then o.earned_kopecks end as earned_when_solved_kopecks
from calls.call k left join calls.ring r on r.call_id = k.id left join calls.outcome o on o.call_id = k.id left join calls.guest g on g.id = k.client_guest_id;
