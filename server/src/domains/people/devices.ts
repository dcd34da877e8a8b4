/** The keys of a person's browsers: enrolled as a browser shows its key in a call of its owner's, seen and revoked in the profile. */
import type { DeviceId, PersonId } from "@minuta/contracts/ids";
import type { Tx } from "#platform/db";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import type { PeopleDeps } from "./index.ts";
import { AGENT_MAX_LENGTH, DEVICES_MAX } from "./rules.ts";
import * as store from "./store.ts";

export interface NewDevice {
  readonly personId: PersonId;
  readonly publicKey: string;
}

/**
 * Whether the key is the person's own from now on: not when he revoked it, nor past the number of keys a person may have. To be asked for a
 * key whose owner has just signed with it in this sign-in.
 */
export async function enrolDevice(
  tx: Tx,
  { personId, publicKey }: NewDevice,
  { agent, address }: Pick<Caller, "agent" | "address">,
): Promise<boolean> {
  await tx.run(store.enrolDevice, [personId, publicKey, agent.slice(0, AGENT_MAX_LENGTH), address, DEVICES_MAX]);
  return (await tx.maybe(store.findDevice, [personId, publicKey])) !== null;
}

/** Refuses one that is not his; what is revoked stays revoked. */
export async function revokeDevice({ db }: PeopleDeps, of: { personId: PersonId; deviceId: DeviceId }): Promise<void> {
  if ((await db.run(store.revokeDevice, [of.personId, of.deviceId])) > 0) return;
  const known = await db.rows(store.listDevices, [of.personId]);
  if (!known.some(({ id }) => id === of.deviceId)) throw refuse("not-found", {});
}
