-- A statement of earnings also tells of calls whose outcome is awaited.
create or replace view calls.call_view as
select k.id, k.number, k.tariff, k.state, k.consultant_id, k.client_person_id, k.client_guest_id,
  k.consultant ->> 'name' as consultant_name, k.client ->> 'name' as client_name, k.task, k.configuration,
  case when k.state in ('open', 'ended', 'settled') then k.opened_at end as opened_at, k.ended_at, k.billable_seconds,
  r.rung_at, o.settled_at, case when o.settled_at is not null then o.fee_kopecks end as fee_kopecks,
  case when o.settled_at is not null then o.earned_kopecks end as earned_kopecks,
  case when o.settled_at is null then o.waits_until end as waits_until,
  case when o.settled_at is null then o.earned_kopecks end as earned_when_solved_kopecks
from calls.call k left join calls.ring r on r.call_id = k.id left join calls.outcome o on o.call_id = k.id;
comment on view calls.call_view is 'For reports: one row for each call, also those that only rang (opened_at is null). Fee and earned are null until a marketplace call is settled; waits_until and earned_when_solved tell of those that are not. What was charged lies in ledger.purse_view, reference = id.';
