/** SQL of lanes: a payer is in one lane, a lane is one worker's at a time, by an advisory lock until its transaction ends. */
import { lineId } from "@minuta/contracts/ids";
import { z } from "zod";
import { command, query } from "#platform/db";

const instant = z.date();

/** What waits in each lane, and through when it was charged (null: never); one without work costs nothing. */
export const listLanes = query({
  name: "metering.list_lanes",
  row: z.object({
    lane: z.int(),
    work: z.array(z.enum(["go-on", "look-again", "charge", "end"])),
    now: instant,
    looked_through: instant.nullable(),
  }),
  text: `select lane.lane, now.at as now, looked.looked_through, array_remove(array[
        case when exists (select from metering.line l where l.lane = lane.lane and l.deadline > now.at and l.status = 'paused-for-top-up') then 'go-on' end,
        case when exists (select from metering.line l where l.lane = lane.lane and l.look_again_at <= now.at) then 'look-again' end,
        case when exists (select from metering.line l where l.lane = lane.lane and l.status = 'live') then 'charge' end,
        case when exists (select from metering.line l where l.lane = lane.lane and l.deadline <= now.at) then 'end' end], null) as work
    from (select platform.now() as at offset 0) now cross join generate_series(0, metering.lane_count() - 1) lane left join metering.lane looked on looked.lane = lane.lane order by lane.lane`,
});
export const tryLane = query({
  name: "metering.try_lane",
  row: z.object({ mine: z.boolean() }),
  text: "select pg_try_advisory_xact_lock(hashtext('metering.lane'), $1) as mine",
});
export const takeLane = query({
  name: "metering.take_lane",
  row: z.object({ taken: z.unknown() }),
  text: "select pg_advisory_xact_lock(hashtext('metering.lane'), $1)::text as taken",
});

export const noteLane = command({
  name: "metering.note_lane",
  text: "insert into metering.lane (lane, looked_through) values ($1, $2) on conflict (lane) do update set looked_through = excluded.looked_through",
});

/** Slot and purse before the first page of a lane. */
export const LANE_START: readonly [slot: number, purse: bigint] = [-1, 0n];
/**
 * Null: another worker has the lane, or has charged it meanwhile. Otherwise a page of live lines whose second came: how many, the last of them,
 * and those that are for `look`. When all 60 seconds came the page goes by purse, else by second. The last page of a lane notes that it was looked
 * at, if nothing is left for `look`. `budgets`, `burns`: what the lines under them cost a minute, as this pass has summed so far.
 */
export const chargeSteady = query({
  name: "metering.charge_steady",
  row: z.object({
    seen: z.int().nullable(),
    last_slot: z.int().nullable(),
    last_purse: z.nullable(z.coerce.bigint()),
    rest: z.array(lineId).nullable(),
    budgets: z.array(z.coerce.bigint()),
    burns: z.array(z.coerce.bigint()),
  }),
  text: "select seen, last_slot, last_purse, rest, budgets, burns from metering.charge_steady($1, $2, $3, $4, $5, $6, $7, $8)",
});
