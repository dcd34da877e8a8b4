/** A person changes what is told of him. */
import type { PersonId } from "@minuta/contracts/ids";
import type { Person } from "@minuta/contracts/people";
import { refuse } from "#platform/refusal";
import type { PeopleDeps } from "./index.ts";
import { changedPerson, type ProfileChanges } from "./rules.ts";
import * as store from "./store.ts";

/** Refuses an INN whose check digits fail, with nothing changed. */
export async function changeProfile(deps: PeopleDeps, personId: PersonId, changes: ProfileChanges): Promise<Person> {
  return deps.db.tx(async (tx) => {
    const before = await tx.one(store.findPersonForChange, [personId]);
    const after = changedPerson(before, changes);
    if (after === null) throw refuse("inn-not-valid", {});
    await tx.run(store.changePerson, [personId, after.name, after.firm, after.inn, after.verified, after.locale, after.ownRateKopecks]);
    return after;
  });
}
