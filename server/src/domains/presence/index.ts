/**
 * Presence: who can be called now.
 * A consultant is free while his switch is on, a page of his is open at some copy of the server, and no call keeps him busy.
 * Pages are known in memory; each copy asserts them by one lease that runs out by itself, so a crashed copy's people go off.
 * Whoever rings takes the consultant here, in his own transaction: of two at once one gets him.
 * Calls tell presence who is busy; presence never asks calls, and knows nothing of cards and prices.
 */
import type { Availability } from "@minuta/contracts/catalogue";
import type { CallId, PersonId } from "@minuta/contracts/ids";
import type { Bus } from "#platform/bus";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import { holdPages } from "./hold-pages.ts";
import * as store from "./store.ts";

/** Topic of `{ t: "presence-changed", personId }`: whoever shows this person looks again. */
export const PRESENCE_TOPIC = "presence";

export interface PresenceDeps {
  readonly db: Db;
  readonly bus: Pick<Bus, "publish">;
  readonly clock: Pick<Clock, "monotonicMs">;
}

export type Presence = ReturnType<typeof createPresence>;

export function createPresence(deps: PresenceDeps) {
  const publish = (personId: PersonId): void => deps.bus.publish(PRESENCE_TOPIC, { t: "presence-changed", personId });
  const whenCommitted = (tx: Tx, personId: PersonId): void => tx.afterCommit(() => publish(personId));
  return {
    /** Page opened and closed, and the look that keeps the lease: see `startPresence`. */
    ...holdPages(deps, publish),
    /** Every person asked for is in the answer. */
    async availability(personIds: readonly PersonId[], on: Reader = deps.db): Promise<Map<PersonId, Availability>> {
      const known = await on.rows(store.findAvailability, [personIds]);
      const all = new Map<PersonId, Availability>(personIds.map((id) => [id, "off"]));
      for (const { person_id, availability } of known) all.set(person_id, availability);
      return all;
    },
    /** Those of them who have a page open somewhere, whether they take calls or not. */
    async here(personIds: readonly PersonId[], on: Reader = deps.db): Promise<Set<PersonId>> {
      return new Set((await on.rows(store.findHere, [personIds])).map(({ person_id }) => person_id));
    },
    async takingCalls(personId: PersonId, on: Reader = deps.db): Promise<boolean> {
      return (await on.maybe(store.findSwitch, [personId]))?.taking_calls ?? false;
    },
    async setTakingCalls(tx: Tx, personId: PersonId, takingCalls: boolean): Promise<void> {
      const changed = await tx.run(store.setSwitch, [personId, takingCalls]);
      if (changed > 0) whenCommitted(tx, personId);
    },
    /**
     * Makes a free person busy with the call; false when he is not free. Of two transactions at once one gets true: the other waits for it.
     * The call that has him already gets true again.
     */
    async tryToTake(tx: Tx, personId: PersonId, callId: CallId): Promise<boolean> {
      const taken = await tx.run(store.takeFree, [personId, callId]);
      if (taken > 0) whenCommitted(tx, personId);
      return taken > 0;
    },
    /** Marks a person busy with a call he started himself (carrier): never refused. */
    async setBusy(tx: Tx, personId: PersonId, callId: CallId): Promise<void> {
      const changed = await tx.run(store.addBusy, [personId, callId]);
      if (changed > 0) whenCommitted(tx, personId);
    },
    /** The call keeps him busy no longer; another one still may. */
    async setFree(tx: Tx, personId: PersonId, callId: CallId): Promise<void> {
      const changed = await tx.run(store.removeBusy, [personId, callId]);
      if (changed > 0) whenCommitted(tx, personId);
    },
  };
}

export { startPresence } from "./hold-pages.ts";
export { presenceRoutes } from "./routes.ts";
