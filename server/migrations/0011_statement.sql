-- What the statements of a wallet and of earnings read.

-- One row for each time an account's balance moved, reached by its account and in its order (entry_view is for sums over everything).
create view ledger.movement_view as
  select t.from_account as account, t.id as transfer, t.kind, t.purse, -t.amount as amount, t.from_balance as balance, t.reason, t.occurred_at,
    t.kind = 'quota' and t.key = 'quota:' || t.purse || ':0' as opens_purse
  from ledger.transfer t where t.from_account is not null
  union all
  select t.to_account, t.id, t.kind, t.purse, t.amount, t.to_balance, t.reason, t.occurred_at, false
  from ledger.transfer t where t.to_account is not null;
comment on view ledger.movement_view is 'opens_purse: the first money ever set aside into its purse; it never moves in the order of its account.';

create view metering.line_view as
  select l.call_id, l.purse, l.payer, l.payee, l.price_per_minute from metering.line l;
comment on view metering.line_view is 'For reports: who paid whom for a call, at which price. The money of it lies in ledger.purse_view, id = purse.';

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
