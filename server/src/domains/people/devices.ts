/** The keys of a person's browsers: enrolled by the browser itself while its owner is signed in, seen and revoked in the profile. */
import type { DeviceId, PersonId } from "@minuta/contracts/ids";
import type { Device } from "@minuta/contracts/people";
import { isSigned } from "@minuta/contracts/signing";
import { deviceText } from "@minuta/contracts/statement";
import type { Caller } from "#platform/http";
import { refuse } from "#platform/refusal";
import type { PeopleDeps } from "./index.ts";
import { AGENT_MAX_LENGTH, DEVICES_MAX } from "./rules.ts";
import * as store from "./store.ts";

export interface NewDevice {
  readonly personId: PersonId;
  readonly publicKey: string;
  /** Of `deviceText`, by that key. */
  readonly signature: string;
}

/** Refuses a key whose owner did not sign, and more keys than a person has browsers. */
export async function enrolDevice({ db }: PeopleDeps, { personId, publicKey, signature }: NewDevice, caller: Caller): Promise<Device> {
  if (!(await isSigned(deviceText(personId, publicKey), { publicKey, signature })))
    throw refuse("invalid-input", { fields: ["signature"] });
  return db.tx(async (tx) => {
    if ((await tx.one(store.countDevices, [personId, publicKey])).count >= DEVICES_MAX) throw refuse("not-allowed", {});
    return tx.one(store.enrolDevice, [personId, publicKey, caller.agent.slice(0, AGENT_MAX_LENGTH), caller.address]);
  });
}

/** Refuses one that is not his; what is revoked stays revoked. */
export async function revokeDevice({ db }: PeopleDeps, of: { personId: PersonId; deviceId: DeviceId }): Promise<void> {
  if ((await db.run(store.revokeDevice, [of.personId, of.deviceId])) > 0) return;
  const known = await db.rows(store.listDevices, [of.personId]);
  if (!known.some(({ id }) => id === of.deviceId)) throw refuse("not-found", {});
}
