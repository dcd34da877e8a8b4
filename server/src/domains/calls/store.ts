/** All SQL of calls. */
import { callEndReason, callState, callView, namedClient, consultantCard } from "@minuta/contracts/calls";
import { callId, guestId, invitationId, personId, side } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import { tariffKind } from "@minuta/contracts/tariff";
import { z } from "zod";
import { command, query } from "#platform/db";
import { CODE_MINUTES, EMAIL_CODE_ATTEMPTS, EMAIL_CODE_MINUTES, GUEST_TOKEN_DAYS, INVITATION_DAYS, OUTCOME_HOURS } from "./rules.ts";

// ---- invitations ---------------------------------------------------------------------------------------------------------

const invitationRow = z.object({
  id: invitationId,
  consultant_id: personId,
  token: z.string(),
  task: z.string(),
  configuration: z.string().nullable(),
  own_rate_kopecks: z.int().nullable(),
  address: z.string(),
  device: z.instanceof(Buffer).nullable(),
  created_at: z.date(),
  expires_at: z.date(),
  call_id: z.nullable(callId),
  withdrawn: z.boolean(),
  expired: z.boolean(),
  code: z.string().nullable(),
  code_expires_at: z.date().nullable(),
});
export type InvitationRow = z.infer<typeof invitationRow>;

const invitationColumns = `i.id, i.consultant_id, i.token, i.task, i.configuration, i.own_rate_kopecks, i.address, i.device, i.created_at, i.expires_at, i.call_id,
  i.withdrawn_at is not null as withdrawn, i.expires_at <= platform.now() as expired, c.code, c.expires_at as code_expires_at`;
const fromInvitation = "from calls.invitation i left join calls.join_code c on c.invitation_id = i.id and c.expires_at > platform.now()";

export const addInvitation = command({
  name: "calls.add_invitation",
  text: `insert into calls.invitation (consultant_id, token, task, configuration, own_rate_kopecks, address, device, created_at, expires_at)
    select $1, $2, $3, $4, $5, $6, $7, n.now, n.now + interval '${INVITATION_DAYS} days' from (select platform.now()) n (now)`,
});
export const findInvitation = query({
  name: "calls.find_invitation",
  row: invitationRow,
  text: `select ${invitationColumns} ${fromInvitation} where i.token = $1`,
});
export const lockInvitation = query({
  name: "calls.lock_invitation",
  row: invitationRow,
  text: `select ${invitationColumns} ${fromInvitation} where i.token = $1 for update of i`,
});
export const lockOwnInvitation = query({
  name: "calls.lock_own_invitation",
  row: invitationRow,
  text: `select ${invitationColumns} ${fromInvitation} where i.id = $1 and i.consultant_id = $2 for update of i`,
});
export const findInvitationByCode = query({
  name: "calls.find_invitation_by_code",
  row: invitationRow,
  text: `select ${invitationColumns} ${fromInvitation} where c.code = $1 and i.withdrawn_at is null and i.expires_at > platform.now()`,
});
/** Those that still lead somewhere: unused, or used by a call that is open. */
export const listInvitations = query({
  name: "calls.list_invitations",
  row: invitationRow,
  text: `select ${invitationColumns} ${fromInvitation} left join calls.call k on k.id = i.call_id
    where i.consultant_id = $1 and i.withdrawn_at is null and (k.state = 'open' or (i.call_id is null and i.expires_at > platform.now()))
    order by i.id desc`,
});
/** `oldest_ends_in`: seconds until the first of them runs out. */
export const countOpenInvitations = query({
  name: "calls.count_open_invitations",
  row: z.object({ count: z.int(), oldest_ends_in: z.number() }),
  text: `select count(*)::int as count, coalesce(extract(epoch from min(expires_at) - platform.now()), 0)::float8 as oldest_ends_in
    from calls.invitation where consultant_id = $1 and call_id is null and withdrawn_at is null and expires_at > platform.now()`,
});
export const withdrawInvitation = command({
  name: "calls.withdraw_invitation",
  text: "update calls.invitation set withdrawn_at = coalesce(withdrawn_at, platform.now()) where id = $1",
});
export const useInvitation = command({ name: "calls.use_invitation", text: "update calls.invitation set call_id = $2 where id = $1" });

export const dropCode = command({ name: "calls.drop_code", text: "delete from calls.join_code where invitation_id = $1" });
/** Changes no row when the code is somebody's live one. */
export const takeCode = command({
  name: "calls.take_code",
  text: `insert into calls.join_code as c (code, invitation_id, expires_at) values ($1, $2, platform.now() + interval '${CODE_MINUTES} minutes')
    on conflict (code) do update set invitation_id = excluded.invitation_id, expires_at = excluded.expires_at where c.expires_at <= platform.now()`,
});

// ---- guests --------------------------------------------------------------------------------------------------------------

const guestRow = z.object({
  id: guestId,
  name: z.string(),
  organisation: z.string().nullable(),
  inn: z.string().nullable(),
  email: z.string().nullable(),
  confirmed: z.boolean(),
});

const guestColumns = "g.id, g.name, g.organisation, g.inn, g.email, g.email_confirmed_at is not null as confirmed";

export const addGuest = query({
  name: "calls.add_guest",
  row: z.object({ id: guestId }),
  text: "insert into calls.guest (name, organisation, inn) values ($1, $2, $3) returning id",
});
export const renameGuest = command({
  name: "calls.rename_guest",
  text: "update calls.guest set name = $2, organisation = $3, inn = $4 where id = $1",
});
/** The guest, or the one he was merged into. */
export const findGuest = query({
  name: "calls.find_guest",
  row: guestRow,
  text: `select ${guestColumns} from calls.guest asked join calls.guest g on g.id = coalesce(asked.merged_into, asked.id) where asked.id = $1`,
});
export const addGuestToken = command({
  name: "calls.add_guest_token",
  text: `insert into calls.guest_token (token_hash, guest_id, call_id, expires_at) values ($1, $2, $3, platform.now() + interval '${GUEST_TOKEN_DAYS} days')`,
});
export const findGuestOfCookie = query({
  name: "calls.find_guest_of_cookie",
  row: z.object({ guest_id: guestId }),
  text: "select guest_id from calls.guest_token where token_hash = $1 and call_id is null and expires_at > platform.now()",
});
export const findPrivateLink = query({
  name: "calls.find_private_link",
  row: z.object({ guest_id: guestId, call_id: callId }),
  text: "select guest_id, call_id from calls.guest_token where token_hash = $1 and call_id is not null and expires_at > platform.now()",
});
/** One at a time for each address. */
export const lockEmail = query({
  name: "calls.lock_email",
  row: z.object({ held: z.unknown() }),
  text: "select pg_advisory_xact_lock(hashtextextended('calls.guest_email ' || $1, 0)) as held",
});
export const findGuestOfEmail = query({
  name: "calls.find_guest_of_email",
  row: z.object({ id: guestId }),
  text: "select id from calls.guest where email = $1 and email_confirmed_at is not null and merged_into is null",
});
export const confirmEmailOfGuest = command({
  name: "calls.confirm_email_of_guest",
  text: "update calls.guest set email = $2, email_confirmed_at = platform.now() where id = $1",
});
/** The guest who confirmed $2 is person $1; one who is somebody already stays that. */
export const claimByEmail = command({
  name: "calls.claim_by_email",
  text: "update calls.guest set person_id = $1 where email = $2 and email_confirmed_at is not null and merged_into is null and person_id is null",
});
/** No row comes back when guest $2 is another person already. */
export const claimGuest = query({
  name: "calls.claim_guest",
  row: z.object({ id: guestId }),
  text: `update calls.guest g set person_id = $1 from calls.guest asked
    where asked.id = $2 and g.id = coalesce(asked.merged_into, asked.id) and coalesce(g.person_id, $1) = $1 returning g.id`,
});
/** Guest $1 turned out to be guest $2: one statement each for what is told of him elsewhere. */
export const mergeGuest = [
  command({
    name: "calls.merge_claims",
    text: "update calls.guest g set person_id = coalesce(g.person_id, gone.person_id) from calls.guest gone where gone.id = $1 and g.id = $2",
  }),
  command({ name: "calls.merge_guest", text: "update calls.guest set merged_into = $2 where id = $1 or merged_into = $1" }),
  command({ name: "calls.merge_tokens", text: "update calls.guest_token set guest_id = $2 where guest_id = $1" }),
  command({ name: "calls.merge_calls", text: "update calls.call set client_guest_id = $2 where client_guest_id = $1" }),
  command({
    name: "calls.merge_notes",
    text: `with gone as (delete from calls.client_note where guest_id = $1 returning consultant_id, note)
      insert into calls.client_note as kept (consultant_id, guest_id, note) select consultant_id, $2, note from gone
      on conflict (consultant_id, guest_id) do update set note = left(concat_ws(E'\\n', nullif(kept.note, ''), nullif(excluded.note, '')), 4100)`,
  }),
] as const;

export const putEmailCheck = command({
  name: "calls.put_email_check",
  text: `insert into calls.email_check (call_id, email, code_hash, attempts_left, expires_at)
    values ($1, $2, $3, ${EMAIL_CODE_ATTEMPTS}, platform.now() + interval '${EMAIL_CODE_MINUTES} minutes')
    on conflict (call_id) do update set email = excluded.email, code_hash = excluded.code_hash, attempts_left = excluded.attempts_left, expires_at = excluded.expires_at`,
});
/** Takes one attempt; none when there is no live code or no attempt left. */
export const attemptEmailCheck = query({
  name: "calls.attempt_email_check",
  row: z.object({ email: z.string(), code_hash: z.instanceof(Buffer), attempts_left: z.int() }),
  text: `update calls.email_check set attempts_left = attempts_left - 1
    where call_id = $1 and attempts_left > 0 and expires_at > platform.now() returning email, code_hash, attempts_left`,
});
export const dropEmailCheck = command({ name: "calls.drop_email_check", text: "delete from calls.email_check where call_id = $1" });

/** Cookies, links and codes that open nothing any more. */
export const forgetExpired = command({
  name: "calls.forget_expired",
  text: `with tokens as (delete from calls.guest_token where expires_at <= platform.now()),
      codes as (delete from calls.join_code where expires_at <= platform.now())
    delete from calls.email_check where expires_at <= platform.now()`,
});

// ---- calls ---------------------------------------------------------------------------------------------------------------

const callRow = z.object({
  id: callId,
  number: z.bigint(),
  tariff: tariffKind,
  state: callState,
  consultant_id: personId,
  consultant: consultantCard,
  client_person_id: z.nullable(personId),
  client_guest_id: z.nullable(guestId),
  client: namedClient,
  client_device: z.instanceof(Buffer).nullable(),
  task: z.string(),
  configuration: z.string().nullable(),
  own_rate_kopecks: z.int().nullable(),
  flags: callView.shape.flags,
  opened_at: z.date(),
  ended_at: z.date().nullable(),
  end_reason: z.nullable(callEndReason),
  billable_seconds: z.int(),
});
export type CallRow = z.infer<typeof callRow>;
const callColumns = `k.id, k.number, k.tariff, k.state, k.consultant_id, k.consultant, k.client_person_id, k.client_guest_id, k.client, k.client_device,
  k.task, k.configuration, k.own_rate_kopecks, k.flags, k.opened_at, k.ended_at, k.end_reason, k.billable_seconds`;

export const addCall = query({
  name: "calls.add_call",
  row: callRow,
  text: `insert into calls.call as k (tariff, state, consultant_id, consultant, client_person_id, client_guest_id, client, client_device, task, configuration,
      own_rate_kopecks, flags, opened_at)
    values ('carrier', 'open', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, platform.now()) returning ${callColumns}`,
});
export const findCall = query({ name: "calls.find_call", row: callRow, text: `select ${callColumns} from calls.call k where k.id = $1` });
export const lockCall = query({
  name: "calls.lock_call",
  row: callRow,
  text: `select ${callColumns} from calls.call k where k.id = $1 for update`,
});

/** $2: the person, $3: the guest; either may be null. */
export const findParty = query({
  name: "calls.find_party",
  row: z.object({ guest: z.boolean(), consultant: z.boolean(), client_person: z.boolean() }),
  text: `select coalesce(k.client_guest_id = (select coalesce(g.merged_into, g.id) from calls.guest g where g.id = $3), false) as guest,
      coalesce(k.consultant_id = $2, false) as consultant,
      coalesce($2 in (k.client_person_id, (select g.person_id from calls.guest g where g.id = k.client_guest_id)), false) as client_person
    from calls.call k where k.id = $1`,
});
export const changeTask = command({ name: "calls.change_task", text: "update calls.call set task = $2, configuration = $3 where id = $1" });
export const changeClient = command({ name: "calls.change_client", text: "update calls.call set client = $2 where id = $1" });
export const closeCall = query({
  name: "calls.close_call",
  row: callRow,
  text: `update calls.call k set state = case tariff when 'carrier' then 'settled' else 'ended' end, ended_at = coalesce($2, platform.now()), end_reason = $3, billable_seconds = $4
    where k.id = $1 and k.state = 'open' returning ${callColumns}`,
});

// ---- outcome of marketplace calls ----------------------------------------------------------------------------------------

export const addOutcome = command({
  name: "calls.add_outcome",
  text: `insert into calls.outcome (call_id, waits_until, fee_kopecks, earned_kopecks)
    values ($1, platform.now() + interval '${OUTCOME_HOURS} hours', $2, $3)`,
});
/** `wake_at`: when it is due by the machine's clock, which jobs go by; `platform.now()` may be set apart from it. */
export const findOutcomeTimer = query({
  name: "calls.find_outcome_timer",
  row: z.object({ due: z.boolean(), wake_at: z.date() }),
  text: `select waits_until <= platform.now() as due, clock_timestamp() + (waits_until - platform.now()) as wake_at
    from calls.outcome where call_id = $1`,
});
export const settleCall = command({
  name: "calls.settle_call",
  text: `with settled as (
      update calls.call set state = 'settled' where id = $1 and state = 'ended' returning id
    )
    update calls.outcome o set settled_by = $2, settled_at = platform.now(), fee_kopecks = $3, earned_kopecks = $4
    from settled where o.call_id = settled.id`,
});
const outcomeRow = z.object({
  call_id: callId,
  waits_until: z.date(),
  fee: kopecksColumn,
  earned: kopecksColumn,
  settled_by: z.enum(["client", "silence", "nothing-charged"]).nullable(),
  settled_at: z.date().nullable(),
});
export type OutcomeRow = z.infer<typeof outcomeRow>;
export const listOutcomes = query({
  name: "calls.list_outcomes",
  row: outcomeRow,
  text: `select call_id, waits_until, fee_kopecks as fee, earned_kopecks as earned, settled_by, settled_at
    from calls.outcome where call_id = any($1)`,
});

export const addComment = command({
  name: "calls.add_comment",
  text: "insert into calls.comment (call_id, side, body, at) values ($1, $2, $3, platform.now())",
});
export const countComments = query({
  name: "calls.count_comments",
  row: z.object({ count: z.int() }),
  text: "select count(*)::int as count from calls.comment where call_id = $1 and side = $2",
});
export const listComments = query({
  name: "calls.list_comments",
  row: z.object({ side, text: z.string(), at: z.date() }),
  text: "select side, body as text, at from calls.comment where call_id = $1 order by id",
});

/** $2: a side or null for both; $3: the number the page before ended with. Newest first. With the calls of the guest he once was. */
export const listCalls = query({
  name: "calls.list_calls",
  row: callRow,
  text: `select ${callColumns} from calls.call k
    where ((k.consultant_id = $1 and $2::text is distinct from 'client') or ($2 is distinct from 'consultant'
        and (k.client_person_id = $1 or k.client_guest_id = any (array(select g.id from calls.guest g where g.person_id = $1)))))
      and ($3::bigint is null or k.number < $3)
    order by k.number desc limit $4`,
});
/** The last name a client gave himself stands for him. Own links are no clients. */
export const listClients = query({
  name: "calls.list_clients",
  row: z.object({
    guest_id: z.nullable(guestId),
    client: namedClient,
    note: z.string(),
    calls: z.int(),
    billable_seconds: z.coerce.number(),
    last_call_at: z.date(),
    last_call_id: callId,
  }),
  text: `select k.client_guest_id as guest_id, (array_agg(k.client order by k.number desc))[1] as client, coalesce(n.note, '') as note, count(*)::int as calls,
      sum(k.billable_seconds)::bigint as billable_seconds, max(k.opened_at) as last_call_at, (array_agg(k.id order by k.number desc))[1] as last_call_id
    from calls.call k left join calls.client_note n on n.consultant_id = k.consultant_id and n.guest_id = k.client_guest_id
    where k.consultant_id = $1 and k.state in ('open', 'ended', 'settled') and not k.flags && array['own-link']
    group by k.client_guest_id, k.client_person_id, n.note order by max(k.number) desc limit 1000`,
});
/** Changes no row when the guest is not of this consultant's calls. */
export const putNote = command({
  name: "calls.put_note",
  text: `insert into calls.client_note (consultant_id, guest_id, note)
    select $1, g.id, $3 from calls.guest asked join calls.guest g on g.id = coalesce(asked.merged_into, asked.id)
    where asked.id = $2 and exists (select from calls.call k where k.consultant_id = $1 and k.client_guest_id = g.id)
    on conflict (consultant_id, guest_id) do update set note = excluded.note`,
});

// ---- who is there --------------------------------------------------------------------------------------------------------

export const noteSeen = command({
  name: "calls.note_seen",
  text: `insert into calls.end_seen as s (call_id, side, at)
    select distinct e.call_id, e.side, platform.now() from unnest($1::uuid[], $2::text[]) e (call_id, side) join calls.call k on k.id = e.call_id and k.state = 'open'
    order by 1, 2
    on conflict (call_id, side) do update set at = greatest(s.at, excluded.at)`,
});
const attendanceRow = z.object({
  call_id: callId,
  opened_at: z.date(),
  now: z.date(),
  client: z.date().nullable(),
  consultant: z.date().nullable(),
});
const attendance = `select k.id as call_id, k.opened_at, platform.now() as now, client.at as client, consultant.at as consultant from calls.call k
  left join calls.end_seen client on client.call_id = k.id and client.side = 'client'
  left join calls.end_seen consultant on consultant.call_id = k.id and consultant.side = 'consultant'`;
/** Open calls of which some end was not seen for $1 seconds. */
export const listQuiet = query({
  name: "calls.list_quiet",
  row: attendanceRow,
  text: `${attendance} where k.state = 'open'
    and least(coalesce(client.at, k.opened_at), coalesce(consultant.at, k.opened_at)) < platform.now() - make_interval(secs => $1) order by k.id limit 1000`,
});
export const findAttendance = query({ name: "calls.find_attendance", row: attendanceRow, text: `${attendance} where k.id = $1` });
