-- Four lanes instead of eight: what a page costs by itself is then shared by twice as many lines, and a small installation looks half as often for
-- nothing. Four workers at a time charge far more than one database writes.
create function metering.lane_count() returns integer language sql immutable as 'select 4';
comment on function metering.lane_count() is 'How many lanes the payers are spread over, a power of two: as many workers can charge at a time.';
create or replace function metering.lane_of(payer uuid) returns smallint language sql immutable as $$
  select (hashtextextended(payer::text, 0) & (metering.lane_count() - 1))::smallint
$$;
-- Nobody looks for an ended line by its lane, unless it is to be looked at again.
update metering.line set lane = metering.lane_of(payer)
  where lane >= metering.lane_count() and (status <> 'ended' or look_again_at is not null or deadline is not null);
-- Every lane has lines now that it has not looked at.
delete from metering.lane;
