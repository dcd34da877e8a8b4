/** All SQL of recordings. */
import { callId, guestId, personId, side } from "@minuta/contracts/ids";
import { recorderState, recordingTrouble, segmentState } from "@minuta/contracts/recordings";
import { CHAIN_START } from "@minuta/contracts/journal-chain";
import { z } from "zod";
import { command, query } from "#platform/db";

/** By the machine's clock, which jobs go by; `platform.now()` may be set apart from it. */
export const wakeAfter = query({
  name: "recordings.wake_after",
  row: z.object({ at: z.date() }),
  text: "select clock_timestamp() + make_interval(secs => $1) as at",
});
export const readClock = query({ name: "recordings.read_clock", row: z.object({ now: z.date() }), text: "select platform.now() as now" });

// ---- consents and recorders ---------------------------------------------------------------------------------------------------

/** Until the transaction ends nobody else decides or begins a recorder in this call. */
export const lockCall = query({
  name: "recordings.lock_call",
  row: z.object({ locked: z.unknown() }),
  text: "select pg_advisory_xact_lock(hashtextextended('recordings ' || $1, 0)) as locked",
});
export const listConsents = query({
  name: "recordings.list_consents",
  row: z.object({ side, agreed: z.boolean(), at: z.date() }),
  text: "select side, agreed, at from recordings.consent where call_id = $1 order by id",
});
export const addConsent = command({
  name: "recordings.add_consent",
  text: "insert into recordings.consent (call_id, side, agreed, version) values ($1, $2, $3, $4)",
});

const take = z.object({ id: z.uuid(), call_id: callId, side, recorder: recorderState, why: z.nullable(recordingTrouble) });
export const findTake = query({
  name: "recordings.find_take",
  row: take,
  text: "select id, call_id, side, recorder, why from recordings.take where id = $1",
});
/** The last recorder of each side. */
export const lastTakes = query({
  name: "recordings.last_takes",
  row: take,
  text: "select distinct on (side) id, call_id, side, recorder, why from recordings.take where call_id = $1 order by side, began_at desc, id",
});
export const countTakes = query({
  name: "recordings.count_takes",
  row: z.object({ count: z.int() }),
  text: "select count(*)::integer as count from recordings.take where call_id = $1 and side = $2",
});
export const putTake = command({
  name: "recordings.put_take",
  text: `insert into recordings.take (id, call_id, side, recorder, why) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set recorder = excluded.recorder, why = excluded.why, heard_at = platform.now()`,
});
/** An earlier recorder of the side that did not say that it stopped: another one has taken its place. */
export const retireTakes = command({
  name: "recordings.retire_takes",
  text: "update recordings.take set recorder = 'off', why = null where call_id = $1 and side = $2 and id <> $3 and recorder <> 'off'",
});
export const findSilent = query({
  name: "recordings.find_silent",
  row: take,
  text: `select id, call_id, side, recorder, why from recordings.take
    where recorder in ('recording', 'paused') and heard_at < platform.now() - make_interval(secs => $1) order by call_id limit 100`,
});
export const endSilent = query({
  name: "recordings.end_silent",
  row: take,
  text: `update recordings.take set recorder = $3, why = $4 where id = $1 and recorder in ('recording', 'paused') and heard_at < platform.now() - make_interval(secs => $2)
    returning id, call_id, side, recorder, why`,
});

// ---- the chain ------------------------------------------------------------------------------------------------------------------

const head = z.object({ count: z.int(), hash: z.string() });
export const holdHead = query({
  name: "recordings.hold_head",
  row: head.extend({ missing_noted: z.boolean() }),
  text: `insert into recordings.head as h (call_id, side, count, hash) values ($1, $2, 0, '${CHAIN_START}')
    on conflict (call_id, side) do update set count = h.count returning count, hash, missing_noted_at is not null as missing_noted`,
});
/** Holds the head, too. Changes nothing a second time. */
export const noteMissing = command({
  name: "recordings.note_missing",
  text: `insert into recordings.head as h (call_id, side, count, hash, missing_noted_at) values ($1, $2, 0, '${CHAIN_START}', platform.now())
    on conflict (call_id, side) do update set missing_noted_at = platform.now() where h.missing_noted_at is null`,
});
export const moveHead = command({
  name: "recordings.move_head",
  text: "update recordings.head set count = $3, hash = $4 where call_id = $1 and side = $2",
});
export const listHeads = query({
  name: "recordings.list_heads",
  row: head.extend({ side }),
  text: "select side, count, hash from recordings.head where call_id = $1",
});

const segment = z.object({
  id: z.uuid(),
  call_id: callId,
  side,
  n: z.int(),
  take_id: z.uuid(),
  from_at: z.date(),
  to_at: z.date(),
  bytes: z.int(),
  sha256: z.string(),
  cut: z.boolean(),
  hash: z.string(),
  state: segmentState,
  codec: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});
export type SegmentRow = z.output<typeof segment>;
const columns = "id, call_id, side, n, take_id, from_at, to_at, bytes, sha256, cut, hash, state, codec, width, height";

export const addSegment = query({
  name: "recordings.add_segment",
  row: segment,
  text: `insert into recordings.segment (id, call_id, side, n, take_id, from_at, to_at, bytes, sha256, cut, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${columns}`,
});
export const findSegment = query({
  name: "recordings.find_segment",
  row: segment,
  text: `select ${columns} from recordings.segment where id = $1`,
});
export const listSegments = query({
  name: "recordings.list_segments",
  row: segment,
  text: `select ${columns} from recordings.segment where call_id = $1 order by side, n`,
});
/** When what the side has recorded before this instant ends. */
export const endBefore = query({
  name: "recordings.end_before",
  row: z.object({ to_at: z.date().nullable() }),
  text: "select max(to_at) as to_at from recordings.segment where call_id = $1 and side = $2 and from_at < $3",
});
/** Answers the segment when that is news. */
export const changeState = query({
  name: "recordings.change_state",
  row: segment,
  text: `update recordings.segment set state = $2, codec = $3, width = $4, height = $5 where id = $1 and state <> $2 and state <> 'deleted' returning ${columns}`,
});

// ---- bytes ----------------------------------------------------------------------------------------------------------------------

export const listParts = query({
  name: "recordings.list_parts",
  row: z.object({ part: z.int(), object: z.string() }),
  text: "select part, object from recordings.part where segment_id = $1 order by part",
});
/** Changes nothing when the part is there already. */
export const addPart = command({
  name: "recordings.add_part",
  text: "insert into recordings.part (segment_id, part, object) values ($1, $2, $3) on conflict do nothing",
});
export const forgetParts = query({
  name: "recordings.forget_parts",
  row: z.object({ object: z.string() }),
  text: "delete from recordings.part where segment_id = $1 returning object",
});
export const findKey = query({
  name: "recordings.find_key",
  row: z.object({ key_id: z.string(), wrapped: z.instanceof(Buffer) }),
  text: "select key_id, wrapped from recordings.key where call_id = $1 and side = $2",
});
export const addKey = command({
  name: "recordings.add_key",
  text: "insert into recordings.key (call_id, side, key_id, wrapped) values ($1, $2, $3, $4) on conflict do nothing",
});
const remux = z.object({ objects: z.array(z.string()), bytes: z.bigint() });
export const findRemux = query({
  name: "recordings.find_remux",
  row: remux,
  text: "select objects, bytes from recordings.remux where call_id = $1 and side = $2 and segments = $3",
});
export const addRemux = command({
  name: "recordings.add_remux",
  text: "insert into recordings.remux (call_id, side, segments, objects, bytes) values ($1, $2, $3, $4, $5) on conflict do nothing",
});
export const forgetRemuxes = query({
  name: "recordings.forget_remuxes",
  row: remux.pick({ objects: true }),
  text: "delete from recordings.remux where call_id = $1 and side = $2 returning objects",
});

// ---- who opened it, how long it is kept ---------------------------------------------------------------------------------------------

const by = z.enum(["client", "consultant", "arbiter"]);
const what = z.enum(["played", "downloaded"]);
/** Once for the same in so many minutes. */
export const addAccess = command({
  name: "recordings.add_access",
  text: `insert into recordings.access (call_id, side, by, person_id, guest_id, what) select $1, $2, $3, $4, $5, $6
    where not exists (select from recordings.access a where a.call_id = $1 and a.side = $2 and a.by = $3 and a.what = $6
      and a.person_id is not distinct from $4 and a.guest_id is not distinct from $5 and a.at > platform.now() - make_interval(mins => $7))`,
});
export const listAccesses = query({
  name: "recordings.list_accesses",
  row: z.object({ at: z.date(), by, what, side, person_id: z.nullable(personId), guest_id: z.nullable(guestId) }),
  text: "select at, by, what, side, person_id, guest_id from recordings.access where call_id = $1 order by id desc limit 1000",
});
export const addHold = command({
  name: "recordings.add_hold",
  text: "insert into recordings.hold (call_id, reason) values ($1, $2) on conflict do nothing",
});
export const releaseHold = command({
  name: "recordings.release_hold",
  text: "update recordings.hold set released_at = platform.now() where call_id = $1 and reason = $2 and released_at is null",
});
/** The last word of the call's recordings there is, and whether they are held. */
export const findKeeping = query({
  name: "recordings.find_keeping",
  row: z.object({ last: z.date().nullable(), held: z.boolean() }),
  text: `select max(told_at) as last, exists (select from recordings.hold where call_id = $1 and released_at is null) as held
    from recordings.segment where call_id = $1 and state <> 'deleted'`,
});
/** Calls whose recordings have been kept for $1 days and are not held. */
export const findOutdated = query({
  name: "recordings.find_outdated",
  row: z.object({ call_id: callId }),
  text: `select s.call_id from recordings.segment s where s.state <> 'deleted'
      and not exists (select from recordings.hold h where h.call_id = s.call_id and h.released_at is null)
    group by s.call_id having max(s.told_at) < platform.now() - make_interval(days => $1) order by max(s.told_at) limit 100`,
});
export const deleteSegments = query({
  name: "recordings.delete_segments",
  row: z.object({ id: z.uuid() }),
  text: "update recordings.segment set state = 'deleted' where call_id = $1 and side = $2 and state <> 'deleted' returning id",
});
export const forgetKey = command({ name: "recordings.forget_key", text: "delete from recordings.key where call_id = $1 and side = $2" });
