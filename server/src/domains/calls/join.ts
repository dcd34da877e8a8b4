/** Joining: the holder of a link opens the call. The link works once; the same guest again gets the same call. */
import type { ClientCard, ConsultantCard, GuestForm } from "@minuta/contracts/calls";
import { consentTexts } from "@minuta/contracts/consent";
import type { CallId, GuestId, PersonId } from "@minuta/contracts/ids";
import { isInn } from "@minuta/contracts/inn";
import type { Tx } from "#platform/db";
import { refuse, Refusal } from "#platform/refusal";
import { newToken, hashOf } from "#platform/secrets";
import { roleIn, type Identity } from "./access.ts";
import { setBusy } from "./busy.ts";
import type { CallsDeps } from "./index.ts";
import { joinedFrom, refuseOver } from "./invite.ts";
import { cleanLine, flagsOf, type Whereabouts } from "./rules.ts";
import * as store from "./store.ts";
import { tellChanged } from "./view.ts";

export interface Join {
  readonly token: string;
  readonly guest: GuestForm;
  /** Version of the consent texts he agreed to. */
  readonly consent: string;
  readonly identity: Identity;
  readonly from: Whereabouts;
}

export interface Joined {
  readonly callId: CallId;
  /** Path of the page that leads back to the call: a guest's private link, or a person's call. */
  readonly privateLink: string;
  /** For the cookie; null when a person joined as himself. */
  readonly guestToken: string | null;
}

/** Refuses unknown, used and expired links, a wrong INN, consent to unknown words, and, kindly, a consultant whose wallet cannot pay for the first minutes. */
export async function join(deps: CallsDeps, asked: Join): Promise<Joined> {
  const form = cleanForm(asked.guest);
  if (consentTexts[asked.consent] === undefined) throw refuse("invalid-input", { fields: ["consent"] });
  const found = await deps.db.maybe(store.findInvitation, [asked.token]);
  if (found === null) throw refuse("invitation-unknown", {});
  const { personId } = asked.identity;
  const cards = await deps.people.cards(personId === null ? [found.consultant_id] : [found.consultant_id, personId]);
  try {
    return await deps.db.tx(async (tx) => {
      const invitation = await tx.one(store.lockInvitation, [asked.token]);
      if (invitation.call_id !== null) return joinAgain(tx, invitation.call_id, asked);
      refuseOver(invitation);
      return openCall(deps, tx, { invitation, asked, form, cards });
    });
  } catch (error) {
    if (!isMoneyRefusal(error)) throw error;
    deps.bus.publish(`person:${found.consultant_id}`, { t: "wallet-empty" });
    throw refuse("consultant-not-ready", {});
  }
}

export const isMoneyRefusal = (error: unknown): boolean =>
  error instanceof Refusal && (error.type === "wallet-empty" || error.type === "overdraft-in-use");

function cleanForm(guest: GuestForm): GuestForm {
  const name = cleanLine(guest.name);
  const inn = cleanLine(guest.inn);
  if (name === null) throw refuse("invalid-input", { fields: ["guest.name"] });
  if (inn !== null && !isInn(inn)) throw refuse("inn-not-valid", {});
  return { name, organisation: cleanLine(guest.organisation), inn, email: guest.email };
}

/** The one who joined comes again: known by his cookie or sign-in, or by his browser when the first answer was lost (or is still on its way). */
async function joinAgain(tx: Tx, callId: CallId, { identity, from }: Join): Promise<Joined> {
  const call = await tx.one(store.findCall, [callId]);
  const role = await roleIn(tx, callId, identity);
  const known = role === "guest" || role === "client-person" || joinedFrom(call, from.device);
  if (!known) throw refuse("invitation-used", {});
  return call.client_guest_id === null ? joinedAsPerson(callId) : giveTokens(tx, { guestId: call.client_guest_id, callId });
}

interface Opening {
  readonly invitation: store.InvitationRow;
  readonly asked: Join;
  readonly form: GuestForm;
  /** Of the consultant and of the person who joins. */
  readonly cards: ReadonlyMap<PersonId, ConsultantCard>;
}

async function openCall(deps: CallsDeps, tx: Tx, { invitation, asked, form, cards }: Opening): Promise<Joined> {
  const { identity, from } = asked;
  const consultant = cards.get(invitation.consultant_id);
  if (consultant === undefined) throw refuse("invitation-unknown", {});
  const own = identity.personId === invitation.consultant_id;
  const client = own || identity.personId === null ? await asGuest(tx, identity.guestId, form) : asPerson(identity.personId, cards);
  const flags = flagsOf({ own, invited: invitation, joined: from });
  const device = from.device === null ? null : Buffer.from(from.device);
  const call = await tx.one(store.addCall, [
    invitation.consultant_id,
    consultant,
    client.personId,
    client.guestId,
    client.card,
    device,
    invitation.task,
    invitation.configuration,
    invitation.own_rate_kopecks,
    flags,
  ]);
  await tx.run(store.useInvitation, [invitation.id, call.id]);
  await tx.run(store.dropCode, [invitation.id]);
  await deps.metering.openLine(tx, { callId: call.id, kind: "carrier", payer: invitation.consultant_id, payee: null });
  await setBusy(deps, tx, call);
  await writeBeginning(deps, tx, { call, invitation, consent: asked.consent });
  tellChanged(deps, tx, call);
  tx.afterCommit(() =>
    deps.bus.publish(`person:${invitation.consultant_id}`, { t: "invitation-joined", invitationId: invitation.id, callId: call.id }),
  );
  return client.guestId === null ? joinedAsPerson(call.id) : giveTokens(tx, { guestId: client.guestId, callId: call.id });
}

interface Client {
  readonly personId: PersonId | null;
  readonly guestId: GuestId | null;
  readonly card: Omit<ClientCard, "guestId">;
}

/** A guest who was here before stays the same entry of the client book, under the name he gives now. */
async function asGuest(tx: Tx, guestId: GuestId | null, form: GuestForm): Promise<Client> {
  const known = guestId === null ? null : await tx.maybe(store.findGuest, [guestId]);
  const { name, organisation, inn, email } = form;
  if (known !== null) await tx.run(store.renameGuest, [known.id, name, organisation, inn]);
  const id = known?.id ?? (await tx.one(store.addGuest, [name, organisation, inn])).id;
  // His browser proves who he is only for the address that was confirmed in it.
  const confirmed = known !== null && known.confirmed && known.email === email;
  return { personId: null, guestId: id, card: { name, organisation, inn, email, emailConfirmed: confirmed } };
}

function asPerson(personId: PersonId, cards: Opening["cards"]): Client {
  const card = cards.get(personId);
  if (card === undefined) throw refuse("not-signed-in", {});
  return { personId, guestId: null, card: clientCardOf(card) };
}

/** A person's address was confirmed when he signed up; the other side need not see it. */
export const clientCardOf = ({ name, firm, inn }: ConsultantCard): Client["card"] => ({
  name,
  organisation: firm,
  inn,
  email: null,
  emailConfirmed: true,
});

interface Beginning {
  readonly call: store.CallRow;
  readonly invitation: store.InvitationRow;
  readonly consent: string;
}

async function writeBeginning({ record }: CallsDeps, tx: Tx, { call, invitation, consent }: Beginning): Promise<void> {
  const { task, configuration } = call;
  const invitedAt = invitation.created_at.toISOString();
  await record(tx, call.id, {
    actor: "consultant",
    kind: "invited",
    facts: { invitedAt, task, configuration, ownRateKopecks: call.own_rate_kopecks },
  });
  const { name, organisation, inn, emailConfirmed } = call.client;
  await record(tx, call.id, { actor: "client", kind: "joined", facts: { name, organisation, inn, identified: emailConfirmed } });
  await record(tx, call.id, { actor: "client", kind: "consent-given", facts: { version: consent, texts: consentTexts[consent] } });
  if (call.flags.length > 0) await record(tx, call.id, { actor: "server", kind: "flagged", facts: { flags: call.flags } });
}

const joinedAsPerson = (callId: CallId): Joined => ({ callId, privateLink: `/call/${callId}`, guestToken: null });

/** A cookie for this browser and a private link to the call, both new: only their hashes are kept. */
async function giveTokens(tx: Tx, { guestId, callId }: { guestId: GuestId; callId: CallId }): Promise<Joined> {
  return { callId, privateLink: privatePath(await givePrivateLink(tx, guestId, callId)), guestToken: await giveCookie(tx, guestId) };
}

export const privatePath = (token: string): string => `/my/${token}`;

export async function giveCookie(tx: Tx, guestId: GuestId): Promise<string> {
  const token = newToken();
  await tx.run(store.addGuestToken, [hashOf(token), guestId, null]);
  return token;
}

export async function givePrivateLink(tx: Tx, guestId: GuestId, callId: CallId): Promise<string> {
  const token = newToken();
  await tx.run(store.addGuestToken, [hashOf(token), guestId, callId]);
  return token;
}
