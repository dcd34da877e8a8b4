/** Who a caller is in a call, and whether he may do what he asks. */
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import type { Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { permit, sideOf, type Action, type Role } from "./rules.ts";
import * as store from "./store.ts";

/** As a caller is identified by his cookies. */
export interface Identity {
  readonly personId: PersonId | null;
  readonly guestId: GuestId | null;
}

/**
 * Null: no party of the call, or there is no such call. The guest's cookie goes first: a consultant who joined his own link in one of
 * his browsers is the client there, and the consultant in the others.
 */
export async function roleIn(db: Reader, callId: CallId, { personId, guestId }: Identity): Promise<Role | null> {
  if (personId === null && guestId === null) return null;
  const party = await db.maybe(store.findParty, [callId, personId, guestId]);
  if (party === null) return null;
  if (party.guest) return "guest";
  if (party.consultant) return "consultant";
  return party.client_person ? "client-person" : null;
}

export interface Actor {
  readonly callId: CallId;
  readonly identity: Identity;
}

/** The call, held until the transaction ends, and the side of the one who acts on it. Refuses by the table of rules.ts. */
export async function actOn(tx: Tx, action: Action, { callId, identity }: Actor): Promise<{ call: store.CallRow; side: Side; role: Role }> {
  const call = await tx.maybe(store.lockCall, [callId]);
  const role = await roleIn(tx, callId, identity);
  if (call === null || role === null) throw refuse("not-found", {});
  const answer = permit(action, role, call.state);
  if (answer !== "yes") throw refuse(answer, {});
  return { call, side: sideOf(role), role };
}
