/** The live pages this copy of the server holds, and the lease by which the other copies know of them. */
import type { PersonId } from "@minuta/contracts/ids";
import { randomUUID } from "node:crypto";
import type { Clock } from "#platform/clock";
import type { Log } from "#platform/log";
import type { PresenceDeps } from "./index.ts";
import { LEASE_RENEWED_EVERY_MS, LOOK_EVERY_MS, RELOAD_GRACE_MS } from "./rules.ts";
import * as store from "./store.ts";

interface Held {
  readonly channels: Set<string>;
  /** When the last page closed; null while one is open. */
  leftAtMs: number | null;
}

/** `publish` tells that a person may have become free or off. */
export function holdPages({ db, clock }: PresenceDeps, publish: (personId: PersonId) => void) {
  const copyId = randomUUID();
  const held = new Map<PersonId, Held>();
  let asserted: ReadonlySet<PersonId> = new Set();
  let assertedAtMs = Number.NEGATIVE_INFINITY;

  const letGo = (nowMs: number): void => {
    for (const [personId, { leftAtMs }] of held) if (leftAtMs !== null && nowMs - leftAtMs > RELOAD_GRACE_MS) held.delete(personId);
  };
  return {
    /** A page of the person is open; the same channel again is harmless. */
    opened(personId: PersonId, channelId: string): void {
      const channels = held.get(personId)?.channels ?? new Set();
      held.set(personId, { channels: channels.add(channelId), leftAtMs: null });
    },
    /** The page is gone; coming back within the grace (a reload, a restart of the server) is not noticed by anyone. */
    closed(personId: PersonId, channelId: string): void {
      const one = held.get(personId);
      if (one?.channels.delete(channelId) && one.channels.size === 0) one.leftAtMs = clock.monotonicMs();
    },
    /** Asserts what is held when it changed or the lease wants renewal, and ends the leases of copies that are gone. */
    async look(): Promise<void> {
      const nowMs = clock.monotonicMs();
      letGo(nowMs);
      const holding = new Set(held.keys());
      const changed = holding.symmetricDifference(asserted);
      const due = nowMs - assertedAtMs >= LEASE_RENEWED_EVERY_MS;
      if (changed.size === 0 && !due) return;
      const moved = await db.rows(store.renewLease, [copyId, [...holding], [...changed]]);
      asserted = holding;
      assertedAtMs = nowMs;
      for (const { person_id } of moved) publish(person_id);
      if (!due) return;
      for (const { person_id } of await db.rows(store.endExpiredLeases)) publish(person_id);
    },
  };
}

/** Keeps the lease; answers what stops it. The lease is left to run out, so that nobody goes off while the server restarts. */
export function startPresence(presence: { look(): Promise<void> }, { clock, log }: { clock: Clock; log: Log }): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve();
  const stop = clock.every(LOOK_EVERY_MS, () => {
    looking = presence.look().catch((error: unknown) => log.warn({ err: error }, "presence.lease_not_renewed"));
    return looking;
  });
  return async () => {
    stop();
    await looking;
  };
}
