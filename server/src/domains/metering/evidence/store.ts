/** SQL of evidence: leases of server copies and the presence they hold. Locks: copy, then lines by id, then presence. */
import { callId } from "@minuta/contracts/ids";
import { z } from "zod";
import { command, query } from "#platform/db";

const instant = z.date();

export const openCopy = query({
  name: "metering.open_copy",
  row: z.object({ id: z.bigint(), now: instant }),
  text: `insert into metering.copy (through, expires_at) values (platform.now() - make_interval(secs => $2), platform.now() + make_interval(secs => $1))
    returning id, platform.now() as now`,
});
/** No row: the lease ran out, or somebody else ended it. */
export const holdCopy = query({
  name: "metering.hold_copy",
  row: z.object({ id: z.bigint() }),
  text: "select id from metering.copy where id = $1 and over_at is null and expires_at > platform.now() for no key update",
});
/** No row: as `holdCopy`. */
export const renewLease = query({
  name: "metering.renew_lease",
  row: z.object({ now: instant }),
  text: `update metering.copy c set through = greatest(c.through, least($2, platform.now())), expires_at = platform.now() + make_interval(secs => $3)
    where c.id = $1 and c.over_at is null and c.expires_at > platform.now()
    returning platform.now() as now`,
});
/**
 * Run before the lease is renewed: an end is no earlier than what the lease asserted while it was open. Nothing begins in the future, nor before the
 * end of a line that ended meanwhile: what was charged for stays what was proven. What was written before keeps its beginning: a slower
 * answer of the database puts it later, and an end before that would be moved there.
 */
export const writePresence = command({
  name: "metering.write_presence",
  text: `insert into metering.presence as p (copy, n, call_id, side, began_at, ended_at)
    select c.id, w.n, w.call_id, w.side, w.begun, case when w.ended_at is not null then greatest(w.begun, least(w.ended_at, platform.now())) end
    from metering.copy c
    cross join unnest($2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[]) as given (n, call_id, side, began_at, ended_at)
    cross join lateral (select given.*, coalesce((select earlier.began_at from metering.presence earlier where earlier.copy = c.id and earlier.n = given.n),
      greatest(least(given.began_at, platform.now()), (select max(l.ended_at) from metering.line l where l.call_id = given.call_id))) as begun) w
    where c.id = $1 and c.over_at is null
    on conflict (copy, n) do update
      set ended_at = greatest(p.began_at, excluded.ended_at, (select through from metering.copy where id = p.copy))
      where p.ended_at is null and excluded.ended_at is not null`,
});

export const listExpiredCopies = query({
  name: "metering.list_expired_copies",
  row: z.object({ id: z.bigint() }),
  text: "select id from metering.copy where over_at is null and expires_at <= platform.now() order by id",
});
/** No row: it was over already, or ($2 = 'expired') it lives after all. */
export const endCopy = query({
  name: "metering.end_copy",
  row: z.object({ id: z.bigint() }),
  text: "update metering.copy set over_at = platform.now() where id = $1 and over_at is null and ($2 = 'closed' or expires_at <= platform.now()) returning id",
});
export const closePresenceOfCopy = command({
  name: "metering.close_presence_of_copy",
  text: "update metering.presence p set ended_at = greatest(p.began_at, c.through) from metering.copy c where c.id = $1 and p.copy = c.id and p.ended_at is null",
});
export const callsOfCopy = query({
  name: "metering.calls_of_copy",
  row: z.object({ call_id: callId }),
  text: "select distinct call_id from metering.presence where copy = $1 and ended_at is null",
});
