/** Invitations: a consultant makes a link, asks for a code when the client cannot open a link, looks at what is open, withdraws. */
import type { Invitation, InvitationView } from "@minuta/contracts/calls";
import type { InvitationId, PersonId } from "@minuta/contracts/ids";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { newDigits, newToken } from "#platform/secrets";
import { roleIn, type Identity } from "./access.ts";
import type { CallsDeps } from "./index.ts";
import { CODE_DRAWS_MAX, CODE_LENGTH, cleanLine, cleanText, OPEN_INVITATIONS_MAX, type Whereabouts } from "./rules.ts";
import * as store from "./store.ts";

export interface Invite {
  readonly consultantId: PersonId;
  readonly task: string;
  readonly configuration: string | null;
  readonly ownRateKopecks: number | null;
  readonly from: Whereabouts;
}

/** Refuses when the wallet has not enough for the first minutes: the client must not come to find that out. */
export async function invite(deps: CallsDeps, tx: Tx, asked: Invite): Promise<Invitation> {
  const { consultantId, from } = asked;
  const { count, oldest_ends_in } = await tx.one(store.countOpenInvitations, [consultantId]);
  if (count >= OPEN_INVITATIONS_MAX) throw refuse("too-many-attempts", { retryAfterSeconds: Math.max(1, Math.ceil(oldest_ends_in)) });
  await deps.metering.refuseUnfunded(tx, { kind: "carrier", payer: consultantId });
  const token = newToken();
  const device = from.device === null ? null : Buffer.from(from.device);
  await tx.run(store.addInvitation, [
    consultantId,
    token,
    cleanText(asked.task),
    cleanLine(asked.configuration),
    asked.ownRateKopecks,
    from.address,
    device,
  ]);
  return presentInvitation(await tx.one(store.findInvitation, [token]));
}

export interface OwnInvitation {
  readonly consultantId: PersonId;
  readonly invitationId: InvitationId;
}

/** A new code takes the place of the one before. */
export async function newCode(tx: Tx, { consultantId, invitationId }: OwnInvitation): Promise<Invitation> {
  const row = await tx.maybe(store.lockOwnInvitation, [invitationId, consultantId]);
  if (row === null) throw refuse("not-found", {});
  refuseOver(row);
  await tx.run(store.dropCode, [invitationId]);
  for (let draw = 1; ; draw += 1) {
    if ((await tx.run(store.takeCode, [newDigits(CODE_LENGTH), invitationId])) === 1) break;
    if (draw >= CODE_DRAWS_MAX) throw new Error("no free code was drawn");
  }
  return presentInvitation(await tx.one(store.findInvitation, [row.token]));
}

/** A second time changes nothing; an invitation that was used cannot be taken back (the call can be ended). */
export async function withdraw(tx: Tx, { consultantId, invitationId }: OwnInvitation): Promise<void> {
  const row = await tx.maybe(store.lockOwnInvitation, [invitationId, consultantId]);
  if (row === null) throw refuse("not-found", {});
  if (row.call_id !== null) throw refuse("invitation-used", {});
  await tx.run(store.dropCode, [invitationId]);
  await tx.run(store.withdrawInvitation, [invitationId]);
}

export async function listInvitations(deps: CallsDeps, consultantId: PersonId): Promise<Invitation[]> {
  return (await deps.db.rows(store.listInvitations, [consultantId])).map(presentInvitation);
}

/** Who looks at an invitation, and from which browser. */
export interface Looking {
  readonly identity: Identity;
  readonly device: Uint8Array | null;
}

/** Wrong, used and expired codes are answered alike: guessing learns nothing. */
export async function findByCode(deps: CallsDeps, code: string, looking: Looking): Promise<InvitationView> {
  const row = await deps.db.maybe(store.findInvitationByCode, [code]);
  if (row === null) throw refuse("code-unknown", {});
  return viewFor(deps, row, looking);
}

export async function viewInvitation(deps: CallsDeps, token: string, looking: Looking): Promise<InvitationView> {
  const row = await deps.db.maybe(store.findInvitation, [token]);
  if (row === null) throw refuse("invitation-unknown", {});
  return viewFor(deps, row, looking);
}

async function viewFor(deps: CallsDeps, row: store.InvitationRow, { identity, device }: Looking): Promise<InvitationView> {
  const call = row.call_id === null ? null : await deps.db.one(store.findCall, [row.call_id]);
  const joined = call !== null && (await roleIn(deps.db, call.id, identity)) !== null;
  // The browser that joined but never got the answer sees the invitation as before: joining again leads it to its call.
  if (!joined && !(call !== null && joinedFrom(call, device))) refuseOver(row);
  const consultant = (await deps.people.cards([row.consultant_id])).get(row.consultant_id);
  if (consultant === undefined) throw refuse("invitation-unknown", {});
  const { token, task, configuration } = row;
  return { token, consultant, task, configuration, ownRateKopecks: row.own_rate_kopecks, callId: joined ? call.id : null };
}

/** Whether the client joined in this browser. */
export const joinedFrom = (call: store.CallRow, device: Uint8Array | null): boolean =>
  device !== null && call.client_device !== null && call.client_device.equals(device);

/** For whoever is not in the call it was used for. */
export function refuseOver(row: store.InvitationRow): void {
  if (row.call_id !== null) throw refuse("invitation-used", {});
  if (row.withdrawn || row.expired) throw refuse("invitation-expired", {});
}

function presentInvitation(row: store.InvitationRow): Invitation {
  const { id, token, code, task, configuration } = row;
  return {
    id,
    token,
    code,
    task,
    configuration,
    codeExpiresAt: row.code_expires_at,
    linkExpiresAt: row.expires_at,
    ownRateKopecks: row.own_rate_kopecks,
    callId: row.call_id,
    createdAt: row.created_at,
  };
}
