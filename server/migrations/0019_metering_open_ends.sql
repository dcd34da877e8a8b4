-- An end may be held open by two copies at once: it came back to a second while the first, hanging, still held it. Then only the later copy's
-- end runs on; the earlier one counts as far as its lease says, and is looked at again until it is closed. Until now the earlier one was
-- taken to have run on to where the later began, and time between, which nobody had proven, could be charged.
create or replace function metering.measure(line metering.line, out proven_before_ms bigint, out running_since timestamptz, out all_in boolean, out proven_ms bigint)
language sql stable as $$
  with presence as (
    select p.side, p.began_at, p.ended_at, greatest(p.began_at, coalesce(p.ended_at, c.through)) as shown_to,
      p.ended_at is null and p.copy < max(p.copy) filter (where p.ended_at is null) over (partition by p.side) as superseded
    from metering.presence p join metering.copy c on c.id = p.copy
    where p.call_id = line.call_id
  ), end_of as (
    select side, range_agg(tstzrange(began_at, case when superseded then shown_to else ended_at end)) as held, range_agg(tstzrange(began_at, shown_to)) as shown
    from presence group by side
  ), life as (
    select tstzmultirange(tstzrange(line.opened_at, line.ended_at))
      - coalesce((select range_agg(tstzrange(began_at, ended_at)) from metering.pause where call_id = line.call_id), '{}') as billed
  ), both_ends as (
    select life.billed * client.held * consultant.held as held, life.billed * client.shown * consultant.shown as shown
    from life, end_of client, end_of consultant where client.side = 'client' and consultant.side = 'consultant'
  ), running as (
    select (select lower(span) from unnest(held) span where upper_inf(span)) as since, held, shown from both_ends
  ), finished as (
    select since, held * tstzmultirange(tstzrange(null, since)) as held, shown * tstzmultirange(tstzrange(null, since)) as shown, metering.length_ms(shown) as total from running
  )
  select coalesce(metering.length_ms(finished.shown), 0), finished.since,
    coalesce(metering.length_ms(finished.shown) = metering.length_ms(finished.held), true) and not exists (select from presence where superseded), coalesce(finished.total, 0)
  from (select 1) one left join finished on true
$$;
