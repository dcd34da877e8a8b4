/** Guests: clients without an account, known by a cookie, by a private link, and, if they want, by a confirmed e-mail. */
import type { ClientCard } from "@minuta/contracts/calls";
import { callId, personId, side, type CallId, type GuestId } from "@minuta/contracts/ids";
import { z } from "zod";
import { countOrRefuse } from "#platform/attempts";
import type { Tx } from "#platform/db";
import type { Event } from "#platform/events";
import { refuse } from "#platform/refusal";
import { hashOf, newDigits } from "#platform/secrets";
import { actOn, type Actor, type Identity } from "./access.ts";
import type { CallsDeps } from "./index.ts";
import { giveCookie, givePrivateLink, privatePath } from "./join.ts";
import { codeMail, confirmedMail, keyMail } from "./mails.ts";
import { emailCodeLimits, EMAIL_CODE_LENGTH } from "./rules.ts";
import * as store from "./store.ts";
import { tellChanged } from "./view.ts";

/** Null: the cookie is nobody's, or too old. */
export async function callerOfGuestCookie({ db }: CallsDeps, value: string): Promise<GuestId | null> {
  return (await db.maybe(store.findGuestOfCookie, [hashOf(value)]))?.guest_id ?? null;
}

export async function guestOf({ db }: CallsDeps, guestId: GuestId): Promise<{ id: GuestId; name: string } | null> {
  const guest = await db.maybe(store.findGuest, [guestId]);
  return guest === null ? null : { id: guest.id, name: guest.name };
}

/** Where the link leads, and a new cookie for the browser it was opened in. */
export async function openPrivateLink({ db }: CallsDeps, token: string): Promise<{ callId: CallId; guestToken: string }> {
  return db.tx(async (tx) => {
    const link = await tx.maybe(store.findPrivateLink, [hashOf(token)]);
    if (link === null) throw refuse("token-not-valid", {});
    return { callId: link.call_id, guestToken: await giveCookie(tx, link.guest_id) };
  });
}

/** A code's hash holds the call it was made for; it lives for minutes and survives few attempts, so a plain hash is enough. */
const codeHash = (callId: CallId, code: string): Buffer => hashOf(`${callId} ${code}`);

/** Mails a code of six digits; the one before it works no more. */
export async function requestEmailCode(deps: CallsDeps, actor: Actor, email: string): Promise<void> {
  for (const limit of emailCodeLimits) await countOrRefuse(deps.db, { ...limit, who: email });
  await deps.db.tx(async (tx) => {
    const { call } = await actOn(tx, "confirm-email", actor);
    const code = newDigits(EMAIL_CODE_LENGTH);
    await tx.run(store.putEmailCheck, [call.id, email, codeHash(call.id, code)]);
    await deps.mail.send(tx, { to: email, ...codeMail(code) });
  });
}

/** Refuses a wrong or old code and says how many attempts are left; a wrong one counts even so. */
export async function confirmEmail(deps: CallsDeps, actor: Actor, code: string): Promise<ClientCard> {
  const outcome = await deps.db.tx(async (tx) => {
    const { call } = await actOn(tx, "confirm-email", actor);
    const check = await tx.maybe(store.attemptEmailCheck, [call.id]);
    if (check === null) return { attemptsLeft: 0 };
    if (!check.code_hash.equals(codeHash(call.id, code))) return { attemptsLeft: check.attempts_left };
    return { client: await acceptEmail(deps, tx, { call, email: check.email }) };
  });
  if (outcome.client === undefined) throw refuse("confirmation-code-wrong", { attemptsLeft: outcome.attemptsLeft });
  return outcome.client;
}

async function acceptEmail(deps: CallsDeps, tx: Tx, { call, email }: { call: store.CallRow; email: string }): Promise<ClientCard> {
  if (call.client_guest_id === null) throw new Error("only guests confirm an e-mail");
  await tx.run(store.dropEmailCheck, [call.id]);
  const card = { ...call.client, email, emailConfirmed: true };
  await tx.run(store.changeClient, [call.id, card]);
  const guestId = await settleIdentity(tx, call.client_guest_id, email);
  const person = await deps.people.findPersonByEmail(tx, email);
  if (person !== null) await tx.run(store.claimByEmail, [person.id, email]);
  await deps.record(tx, call.id, { actor: "client", kind: "email-confirmed", facts: { email } });
  const link = privatePath(await givePrivateLink(tx, guestId, call.id));
  await deps.mail.send(tx, { to: email, ...confirmedMail(`${deps.publicUrl}${link}`, await deps.clientKeys(tx, call.id)) });
  tellChanged(deps, tx, call);
  return { guestId, ...card };
}

/**
 * Whoever confirms an address that another guest confirmed before is that guest; both become one, the earlier. A browser that already
 * stands for another address (a shared computer) keeps that identity: only this call carries the new address.
 */
async function settleIdentity(tx: Tx, guestId: GuestId, email: string): Promise<GuestId> {
  await tx.one(store.lockEmail, [email]);
  const guest = await tx.one(store.findGuest, [guestId]);
  if (guest.confirmed) return guest.id;
  const earlier = await tx.maybe(store.findGuestOfEmail, [email]);
  if (earlier === null) {
    await tx.run(store.confirmEmailOfGuest, [guest.id, email]);
    return guest.id;
  }
  for (const step of store.mergeGuest) await tx.run(step, [guest.id, earlier.id]);
  return earlier.id;
}

/** A person signed up with an address that a guest had confirmed: that guest's calls are his. Heard more than once nothing changes. */
export async function hearSignedUp({ db }: CallsDeps, { body }: Event): Promise<void> {
  const { personId, email } = signedUp.parse(body);
  await db.tx((tx) => tx.run(store.claimByEmail, [personId, email]));
}

const signedUp = z.object({ personId, email: z.string() });

/** Whoever holds the guest's cookie or link, and is signed in, says that he was that guest. Refuses a guest who is another person already. */
export async function claim(tx: Tx, identity: Identity): Promise<void> {
  if (identity.personId === null || identity.guestId === null) throw refuse("not-allowed", {});
  if ((await tx.maybe(store.claimGuest, [identity.personId, identity.guestId])) === null) throw refuse("not-allowed", {});
}

/** `before`: how many keys this side had shown. */
const keyShown = z.object({ callId, side, fingerprint: z.string(), before: z.int() });
/** Whoever shows keys without end must not fill somebody's letter box. */
const KEY_MAILS_MAX = 10;

/** A browser of the client signs with a key that was not there yet: a guest whose address is confirmed is told by mail. */
export async function hearKeyShown({ db, mail }: CallsDeps, { id, body }: Event): Promise<void> {
  const told = keyShown.parse(body);
  if (told.side !== "client" || told.before >= KEY_MAILS_MAX) return;
  await db.tx(async (tx) => {
    const call = await tx.maybe(store.findCall, [told.callId]);
    if (call === null || call.client_guest_id === null || call.client.email === null || !call.client.emailConfirmed) return;
    await mail.send(tx, { id, to: call.client.email, ...keyMail({ number: call.number, ...told }) });
  });
}
