/** Who is in a call cannot be rung for another: presence is told, in the transaction that opens or ends the call. */
import type { Tx } from "#platform/db";
import type { CallsDeps } from "./index.ts";
import type { CallRow } from "./store.ts";

type Persons = Pick<CallRow, "id" | "consultant_id" | "client_person_id">;

/** In one order for all, so that two calls of the same two people do not wait for each other. */
const personsOf = ({ consultant_id, client_person_id }: Persons) =>
  [consultant_id, client_person_id].filter((person) => person !== null).toSorted();

export async function setBusy({ presence }: CallsDeps, tx: Tx, call: Persons): Promise<void> {
  for (const person of personsOf(call)) await presence.setBusy(tx, person, call.id);
}

export async function setFree({ presence }: CallsDeps, tx: Tx, call: Persons): Promise<void> {
  for (const person of personsOf(call)) await presence.setFree(tx, person, call.id);
}
