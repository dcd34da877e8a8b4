-- Minutes are countersigned by both ends: a line that nobody signs for waits for the signatures instead of running on.
alter table metering.line drop constraint line_status_check, drop constraint line_check3;
alter table metering.line add constraint line_status_check check (status in ('idle', 'live', 'paused', 'paused-for-top-up', 'paused-for-signature', 'ended'));
alter table metering.line add constraint line_check3 check ((deadline is not null) = (status in ('paused', 'paused-for-top-up', 'paused-for-signature')));
alter table metering.pause drop constraint pause_why_check;
alter table metering.pause add constraint pause_why_check check (why in ('person', 'top-up', 'signature'));

-- Brings the lines of these calls up to their evidence, after any change of presence or pause. The caller holds their locks.
create or replace function metering.refresh(calls uuid[], at timestamptz) returns void language sql as $$
  with measured as (
    select l.id, m.proven_before_ms, m.running_since, m.all_in, pause.why, pause.began_at,
      case when pause.why = 'person' then 'paused' when pause.why = 'top-up' then 'paused-for-top-up'
        when pause.why = 'signature' then 'paused-for-signature'
        when m.running_since is not null then 'live' else 'idle' end as status,
      (select max(copy) from metering.presence where call_id = l.call_id and side = 'client' and ended_at is null) as client_copy,
      (select max(copy) from metering.presence where call_id = l.call_id and side = 'consultant' and ended_at is null) as consultant_copy
    from metering.line l
    cross join lateral metering.measure(l) m
    left join metering.pause on pause.call_id = l.call_id and pause.ended_at is null
    where l.call_id = any (calls) and l.status <> 'ended'
  )
  update metering.line l set
    status = m.status,
    proven_before_ms = m.proven_before_ms,
    live_since = case when m.status = 'live' then m.running_since end,
    client_copy = case when m.status = 'live' then m.client_copy end,
    consultant_copy = case when m.status = 'live' then m.consultant_copy end,
    slot = case when m.status = 'live' then
      case when l.status = 'live' and l.live_since = m.running_since then l.slot
        else metering.slot_of(metering.next_look(metering.next_turn(t, l.price_per_minute, p.charged, p.reserved), p.charged,
          m.running_since, m.proven_before_ms, m.proven_before_ms / 1000, at)) end end,
    look_again_at = case
      when not m.all_in then at + interval '6 seconds'
      else coalesce(l.look_again_at, case when l.status = 'live' and m.status <> 'live' then at end) end,
    deadline = case m.status
      when 'paused' then m.began_at + make_interval(secs => t.pause_max_seconds)
      when 'paused-for-signature' then m.began_at + make_interval(secs => t.pause_max_seconds)
      when 'paused-for-top-up' then m.began_at + make_interval(secs => t.top_up_wait_seconds) end
  from measured m, metering.tariff t, ledger.purse_view p
  where l.id = m.id and t.id = l.tariff and p.id = l.purse
$$;
