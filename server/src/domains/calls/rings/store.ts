/** SQL of rings. A ring's state is its call's. */
import { callState, namedClient, consultantCard } from "@minuta/contracts/calls";
import { callId, personId } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import { cancelledBecause } from "@minuta/contracts/rings";
import { z } from "zod";
import { command, query } from "#platform/db";
import { CLIENT_GONE_SECONDS, RING_SECONDS } from "../rules.ts";

const ringRow = z.object({
  call_id: callId,
  state: callState,
  consultant_id: personId,
  consultant: consultantCard,
  client_person_id: personId,
  client: namedClient,
  client_device: z.instanceof(Buffer).nullable(),
  task: z.string(),
  configuration: z.string().nullable(),
  release: z.string().nullable(),
  price_kopecks: kopecksColumn,
  tariff_version: z.bigint(),
  address: z.string(),
  rung_at: z.date(),
  expires_at: z.date(),
  expired: z.boolean(),
  client_gone: z.boolean(),
  cancelled_because: z.nullable(cancelledBecause),
});
export type RingRow = z.infer<typeof ringRow>;

const ring = `select k.id as call_id, k.state, k.consultant_id, k.consultant, k.client_person_id, k.client, k.client_device, k.task, k.configuration,
    r.release, r.price_kopecks, r.tariff_version, r.address, r.rung_at, r.expires_at, r.expires_at <= platform.now() as expired,
    r.client_seen_at < platform.now() - interval '${CLIENT_GONE_SECONDS} seconds' as client_gone, r.cancelled_because
  from calls.ring r join calls.call k on k.id = r.call_id`;

export const findRing = query({ name: "calls.find_ring", row: ringRow, text: `${ring} where r.call_id = $1` });
export const listIncoming = query({
  name: "calls.list_incoming_rings",
  row: ringRow,
  text: `${ring} where k.consultant_id = $1 and k.state = 'ringing' and r.expires_at > platform.now() order by k.id`,
});
export const listOutgoing = query({
  name: "calls.list_outgoing_rings",
  row: ringRow,
  text: `${ring} where k.client_person_id = $1 and k.state = 'ringing' and r.expires_at > platform.now() order by k.id`,
});
export const listRinging = query({
  name: "calls.list_ringing",
  row: ringRow,
  text: `${ring} where k.state = 'ringing' order by k.id limit 1000`,
});

/** Rings of client $2 at consultant $1 within the last hour that came to nothing, and when the first of them is an hour old. */
export const countInVain = query({
  name: "calls.count_rings_in_vain",
  row: z.object({ count: z.int(), oldest_ends_in: z.number() }),
  text: `select count(*)::integer as count, coalesce(extract(epoch from min(r.rung_at) + interval '1 hour' - platform.now()), 0)::float8 as oldest_ends_in
    from calls.ring r join calls.call k on k.id = r.call_id
    where k.client_person_id = $2 and k.consultant_id = $1 and k.state in ('declined', 'missed', 'cancelled') and r.rung_at > platform.now() - interval '1 hour'`,
});

/** One ring of a client at a time, until the transaction ends: his second click waits for the first. */
export const holdClient = query({
  name: "calls.hold_client",
  row: z.object({ held: z.unknown() }),
  text: "select pg_advisory_xact_lock(hashtextextended('calls.ring ' || $1::uuid, 0)) as held",
});
/** No row comes back while somebody else rings this consultant: of two at once the second waits for the first. */
export const addRingingCall = query({
  name: "calls.add_ringing_call",
  row: z.object({ id: callId }),
  text: `insert into calls.call (tariff, state, consultant_id, consultant, client_person_id, client, client_device, task, configuration, opened_at)
    values ('marketplace', 'ringing', $1, $2, $3, $4, $5, $6, $7, platform.now())
    on conflict (consultant_id) where state = 'ringing' do nothing returning id`,
});
export const addRing = command({
  name: "calls.add_ring",
  text: `insert into calls.ring (call_id, release, price_kopecks, tariff_version, address, rung_at, expires_at, client_seen_at)
    select $1, $2, $3, $4, $5, n.now, n.now + interval '${RING_SECONDS} seconds', n.now from (select platform.now()) n (now)`,
});
export const openRung = command({
  name: "calls.open_rung",
  text: "update calls.call set state = 'open', opened_at = platform.now(), flags = $2 where id = $1 and state = 'ringing'",
});
export const endRinging = command({
  name: "calls.end_ringing",
  text: "update calls.call set state = $2 where id = $1 and state = 'ringing'",
});
export const noteRingOver = command({
  name: "calls.note_ring_over",
  text: "update calls.ring set over_at = platform.now(), cancelled_because = $2 where call_id = $1",
});
/** Written every few seconds at most. */
export const noteClientsSeen = command({
  name: "calls.note_clients_seen",
  text: "update calls.ring set client_seen_at = platform.now() where call_id = any($1) and client_seen_at < platform.now() - interval '3 seconds'",
});
