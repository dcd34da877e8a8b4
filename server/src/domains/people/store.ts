/** All SQL of people. */
import { deviceId, personId, signInId } from "@minuta/contracts/ids";
import { locale, role } from "@minuta/contracts/people";
import { z } from "zod";
import { command, query } from "#platform/db";
import { CONFIRM_LINK_HOURS, LAST_SEEN_STEP_SECONDS, RESET_LINK_HOURS, SIGN_IN_DAYS } from "./rules.ts";

const personRow = z
  .object({
    id: personId,
    email: z.string(),
    name: z.string(),
    firm: z.string().nullable(),
    inn: z.string().nullable(),
    verified: z.boolean(),
    locale,
    roles: z.array(role),
    own_rate_kopecks: z.int().nullable(),
  })
  .transform(({ own_rate_kopecks, ...rest }) => ({ ...rest, ownRateKopecks: own_rate_kopecks }));
const personColumns = "id, email, name, firm, inn, verified, locale, roles, own_rate_kopecks";

export const findPerson = query({
  name: "people.find_person",
  row: personRow,
  text: `select ${personColumns} from people.person where id = $1`,
});
export const findPersonForChange = query({
  name: "people.find_person_for_change",
  row: personRow,
  text: `select ${personColumns} from people.person where id = $1 for update`,
});
export const findByEmail = query({
  name: "people.find_by_email",
  row: personRow,
  text: `select ${personColumns} from people.person where email = $1`,
});
export const findCards = query({
  name: "people.find_cards",
  row: z.object({ id: personId, name: z.string(), firm: z.string().nullable(), inn: z.string().nullable(), verified: z.boolean() }),
  text: "select id, name, firm, inn, verified from people.person where id = any($1::uuid[])",
});
/** Nothing comes back when the e-mail is taken. */
export const addPerson = query({
  name: "people.add_person",
  row: personRow,
  text: `insert into people.person (email, name, locale, password_hash) values ($1, $2, $3, $4)
    on conflict (email) do nothing returning ${personColumns}`,
});
export const addDemoPerson = query({
  name: "people.add_demo_person",
  row: personRow,
  text: `insert into people.person (email, name, firm, inn, verified, locale, roles, own_rate_kopecks, password_hash, demo)
    values ($1, $2, $3, $4, $4::text is not null, 'ru', $5, $6, $7, true)
    on conflict (email) do nothing returning ${personColumns}`,
});
export const changePerson = command({
  name: "people.change_person",
  text: `update people.person set name = $2, firm = $3, inn = $4, verified = $5, locale = $6, own_rate_kopecks = $7 where id = $1`,
});
export const setPassword = command({
  name: "people.set_password",
  text: "update people.person set password_hash = $2, signed_in_at = platform.now() where id = $1",
});
/** Changes no row when the password was changed meanwhile. */
export const noteSignedIn = command({
  name: "people.note_signed_in",
  text: "update people.person set signed_in_at = platform.now() where id = $1 and password_hash = $2",
});

/** What signing in by password needs to know of an e-mail; the e-mail may be unknown. */
export const findPasswords = query({
  name: "people.find_passwords",
  row: z.object({
    person_id: z.nullable(personId),
    person_hash: z.string().nullable(),
    counted_since: z.string(),
    sign_up_hash: z.string().nullable(),
  }),
  text: `select p.id as person_id, p.password_hash as person_hash, coalesce(p.signed_in_at, 'epoch')::text as counted_since,
      (select s.password_hash from people.sign_up s where s.email = $1 and s.expires_at > platform.now() order by s.id desc limit 1) as sign_up_hash
    from (values ($1::text)) as asked (email) left join people.person p on p.email = asked.email and (not p.demo or $2)`,
});

export const addSignUp = command({
  name: "people.add_sign_up",
  text: `insert into people.sign_up (token_hash, email, name, locale, password_hash, expires_at)
    values ($1, $2, $3, $4, $5, platform.now() + interval '${CONFIRM_LINK_HOURS} hours')`,
});
/** All that wait for the address this link was mailed to, its own first, then the newest. */
export const listSignUpsOfLink = query({
  name: "people.list_sign_ups_of_link",
  row: z.object({ id: z.uuid(), email: z.string(), password_hash: z.string() }),
  text: `select s.id, s.email, s.password_hash from people.sign_up s
    where s.email = (select email from people.sign_up where token_hash = $1 and expires_at > platform.now()) and s.expires_at > platform.now()
    order by s.token_hash = $1 desc, s.id desc limit $2`,
});
export const takeSignUp = query({
  name: "people.take_sign_up",
  row: z.object({ email: z.string(), name: z.string(), locale, password_hash: z.string() }),
  text: "delete from people.sign_up where id = $1 and expires_at > platform.now() returning email, name, locale, password_hash",
});
export const forgetSignUps = command({
  name: "people.forget_sign_ups",
  text: "delete from people.sign_up where email = $1 or expires_at <= platform.now()",
});
export const forgetOldSignUps = command({
  name: "people.forget_old_sign_ups",
  text: "delete from people.sign_up where expires_at <= platform.now()",
});

export const addReset = command({
  name: "people.add_reset",
  text: `insert into people.reset (token_hash, person_id, expires_at) values ($1, $2, platform.now() + interval '${RESET_LINK_HOURS} hours')`,
});
export const takeReset = query({
  name: "people.take_reset",
  row: z.object({ person_id: personId }),
  text: "delete from people.reset where token_hash = $1 and expires_at > platform.now() returning person_id",
});
export const findReset = query({
  name: "people.find_reset",
  row: z.object({ email: z.string(), name: z.string(), locale }),
  text: `select p.email, p.name, p.locale from people.reset r join people.person p on p.id = r.person_id
    where r.token_hash = $1 and r.expires_at > platform.now() and (not p.demo or $2)`,
});
export const forgetResets = command({
  name: "people.forget_resets",
  text: "delete from people.reset where person_id = $1 or expires_at <= platform.now()",
});

export const addSignIn = query({
  name: "people.add_sign_in",
  row: z.object({ id: signInId }),
  text: "insert into people.sign_in (token_hash, person_id, address, agent) values ($1, $2, $3, $4) returning id",
});
const isOver = `last_seen_at <= platform.now() - interval '${SIGN_IN_DAYS} days'`;
export const forgetOldSignIns = command({
  name: "people.forget_old_sign_ins",
  text: `delete from people.sign_in where person_id = $1 and ${isOver}`,
});
/** `$2`: whether demo persons may be used here. */
export const findSignIn = query({
  name: "people.find_sign_in",
  row: z.object({ id: signInId, person_id: personId, roles: z.array(role), seen_long_ago: z.boolean() }),
  text: `select s.id, s.person_id, p.roles, s.last_seen_at < platform.now() - interval '${LAST_SEEN_STEP_SECONDS} seconds' as seen_long_ago
    from people.sign_in s join people.person p on p.id = s.person_id
    where s.token_hash = $1 and not ${isOver} and (not p.demo or $2)`,
});
export const noteSeen = command({
  name: "people.note_seen",
  text: "update people.sign_in set last_seen_at = platform.now() where id = $1",
});
export const listSignIns = query({
  name: "people.list_sign_ins",
  row: z
    .object({ id: signInId, created_at: z.date(), last_seen_at: z.date(), address: z.string(), agent: z.string() })
    .transform(({ created_at, last_seen_at, ...rest }) => ({ ...rest, createdAt: created_at, lastSeenAt: last_seen_at })),
  text: `select id, created_at, last_seen_at, address, agent from people.sign_in where person_id = $1 and not ${isOver} order by last_seen_at desc, id desc`,
});
export const endOne = query({
  name: "people.end_sign_in",
  row: z.object({ id: signInId }),
  text: "delete from people.sign_in where person_id = $1 and id = $2 returning id",
});
export const endAll = query({
  name: "people.end_all_sign_ins",
  row: z.object({ id: signInId }),
  text: "delete from people.sign_in where person_id = $1 returning id",
});

const deviceRow = z
  .object({
    id: deviceId,
    public_key: z.string(),
    agent: z.string(),
    address: z.string(),
    enrolled_at: z.date(),
    revoked_at: z.date().nullable(),
  })
  .transform(({ public_key, enrolled_at, revoked_at, ...rest }) => ({
    ...rest,
    publicKey: public_key,
    enrolledAt: enrolled_at,
    revokedAt: revoked_at,
  }));
const deviceColumns = "id, public_key, agent, address, enrolled_at, revoked_at";
/** Again for the same key: as it was. None when there are `$5` already. */
export const enrolDevice = command({
  name: "people.enrol_device",
  text: `insert into people.device (person_id, public_key, agent, address)
    select $1, $2, $3, $4 where (select count(*) from people.device where person_id = $1) < $5
    on conflict (person_id, public_key) do nothing`,
});
export const listDevices = query({
  name: "people.list_devices",
  row: deviceRow,
  text: `select ${deviceColumns} from people.device where person_id = $1 order by revoked_at is not null, enrolled_at desc`,
});
export const findDevice = query({
  name: "people.find_device",
  row: z.object({ id: deviceId }),
  text: "select id from people.device where person_id = $1 and public_key = $2 and revoked_at is null",
});
export const revokeDevice = command({
  name: "people.revoke_device",
  text: "update people.device set revoked_at = platform.now() where person_id = $1 and id = $2 and revoked_at is null",
});
