/** All SQL of presence. */
import { availability } from "@minuta/contracts/catalogue";
import { personId } from "@minuta/contracts/ids";
import { z } from "zod";
import { command, query } from "#platform/db";
import { LEASE_SECONDS } from "./rules.ts";

const ofPerson = z.object({ person_id: personId });

export const findAvailability = query({
  name: "presence.find_availability",
  row: z.object({ person_id: personId, availability }),
  text: "select person_id, availability from presence.availability_view where person_id = any($1::uuid[])",
});
export const findHere = query({
  name: "presence.find_here",
  row: ofPerson,
  text: `select asked.person_id from unnest($1::uuid[]) asked (person_id)
    where exists (select from presence.lease l where l.expires_at > platform.now() and asked.person_id = any(l.person_ids))`,
});
export const findSwitch = query({
  name: "presence.find_switch",
  row: z.object({ taking_calls: z.boolean() }),
  text: "select taking_calls from presence.person where person_id = $1",
});
/** Changes no row when the switch stands so already. */
export const setSwitch = command({
  name: "presence.set_switch",
  text: `insert into presence.person (person_id, taking_calls) values ($1, $2)
    on conflict (person_id) do update set taking_calls = excluded.taking_calls where person.taking_calls <> excluded.taking_calls`,
});

/** The row's lock makes the second of two wait; then it looks at the row anew and finds it taken. */
export const takeFree = command({
  name: "presence.take_free",
  text: `update presence.person set busy_with = case when $2::uuid = any(busy_with) then busy_with else array[$2::uuid] end
    where person_id = $1 and ($2 = any(busy_with) or (busy_with = '{}' and taking_calls
      and exists (select from presence.lease l where l.expires_at > platform.now() and $1 = any(l.person_ids))))`,
});
export const addBusy = command({
  name: "presence.add_busy",
  text: `insert into presence.person (person_id, busy_with) values ($1, array[$2::uuid])
    on conflict (person_id) do update set busy_with = person.busy_with || excluded.busy_with where $2 <> all(person.busy_with)`,
});
export const removeBusy = command({
  name: "presence.remove_busy",
  text: "update presence.person set busy_with = array_remove(busy_with, $2::uuid) where person_id = $1 and $2 = any(busy_with)",
});

/**
 * `$2` all persons held, `$3` those who came or went since the last time. Answers who of them may have become free or off;
 * after a lease was let run out (the copy stood still, its people were told off) that is everybody.
 */
export const renewLease = query({
  name: "presence.renew_lease",
  row: ofPerson,
  text: `with renewed as (
      insert into presence.lease (copy_id, person_ids, expires_at) values ($1, $2::uuid[], platform.now() + interval '${LEASE_SECONDS} seconds')
      on conflict (copy_id) do update set person_ids = excluded.person_ids, expires_at = excluded.expires_at
      returning old.expires_at > platform.now() as unbroken
    )
    select p.person_id from presence.person p, renewed
    where p.taking_calls and (p.person_id = any($3::uuid[]) or (renewed.unbroken is not true and p.person_id = any($2::uuid[])))`,
});
export const endExpiredLeases = query({
  name: "presence.end_expired_leases",
  row: ofPerson,
  text: `with ended as (delete from presence.lease where expires_at <= platform.now() returning person_ids)
    select p.person_id from presence.person p where p.taking_calls and p.person_id in (select unnest(ended.person_ids) from ended)`,
});
