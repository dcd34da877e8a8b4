-- The protocol of a period prints what the consultant asks by his own rate, what the client said of the outcome, and who the two sides are.
create or replace view calls.call_view as
select k.id, k.number, k.tariff, k.state, k.consultant_id, coalesce(k.client_person_id, nullif(g.person_id, k.consultant_id)) as client_person_id, k.client_guest_id,
  k.consultant ->> 'name' as consultant_name, k.client ->> 'name' as client_name, k.task, k.configuration,
  case when k.state in ('open', 'ended', 'settled') then k.opened_at end as opened_at, k.ended_at, k.billable_seconds,
  r.rung_at, o.settled_at, case when o.settled_at is not null then o.fee_kopecks end as fee_kopecks,
  case when o.settled_at is not null then o.earned_kopecks end as earned_kopecks,
  case when o.settled_at is null then o.waits_until end as waits_until,
  case when o.settled_at is null then o.earned_kopecks end as earned_when_solved_kopecks,
  k.own_rate_kopecks::bigint as own_rate_kopecks, coalesce(o.settled_by = 'client', false) as said_solved,
  k.consultant ->> 'firm' as consultant_firm, k.consultant ->> 'inn' as consultant_inn,
  k.client ->> 'organisation' as client_organisation, k.client ->> 'inn' as client_inn,
  -- opened_at as the planner knows it: of a condition on a case it thinks that next to nothing is left, and reads everything to sort it.
  k.opened_at as began_at
from calls.call k left join calls.ring r on r.call_id = k.id left join calls.outcome o on o.call_id = k.id left join calls.guest g on g.id = k.client_guest_id;
