/** How a ring ends: accepted, declined, cancelled, missed. Whoever holds the call's row first wins; a second click gets the same answer. */
import type { CallState } from "@minuta/contracts/calls";
import type { JournalActor } from "@minuta/contracts/journal";
import type { Ring } from "@minuta/contracts/rings";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { roleIn, type Actor } from "../access.ts";
import { setBusy } from "../busy.ts";
import type { CallsDeps } from "../index.ts";
import { isMoneyRefusal } from "../join.ts";
import { answerRing, flagsOf, sideOf, type RingAnswer, type Whereabouts } from "../rules.ts";
import { lockCall } from "../store.ts";
import { tellChanged } from "../view.ts";
import { viewRing } from "./ring-consultant.ts";
import * as store from "./store.ts";

/** The call opens at the price of the ring; should the client's wallet not reach any more, the ring is cancelled instead. */
export async function accept(deps: CallsDeps, tx: Tx, { actor, from }: { actor: Actor; from: Whereabouts }): Promise<Ring> {
  return answer(tx, { given: "accept", actor }, async (ring) => {
    if (await openLine(deps, tx, ring)) await openCall(deps, tx, { ring, from });
    else await endRing(deps, tx, { ring, state: "cancelled", by: "server", because: "no-money" });
  });
}

export async function decline(deps: CallsDeps, tx: Tx, actor: Actor): Promise<Ring> {
  return answer(tx, { given: "decline", actor }, (ring) => endRing(deps, tx, { ring, state: "declined", by: "consultant", because: null }));
}

export async function cancel(deps: CallsDeps, tx: Tx, actor: Actor): Promise<Ring> {
  return answer(tx, { given: "cancel", actor }, (ring) => endRing(deps, tx, { ring, state: "cancelled", by: "client", because: null }));
}

interface Given {
  readonly given: RingAnswer;
  readonly actor: Actor;
}

/** Does `work` when the ring still waits for this answer, and answers the ring as it then is. Refuses whoever comes too late. */
async function answer(tx: Tx, { given, actor }: Given, work: (ring: store.RingRow) => Promise<void>): Promise<Ring> {
  const { callId, identity } = actor;
  await tx.maybe(lockCall, [callId]);
  const ring = await tx.maybe(store.findRing, [callId]);
  const role = await roleIn(tx, callId, identity);
  if (ring === null || role === null) throw refuse("not-found", {});
  const outcome = answerRing(given, { role, state: ring.state, expired: ring.expired });
  if (outcome === "not-allowed") throw refuse("not-allowed", {});
  if (outcome === "over") throw refuse("ring-over", { state: ring.state === "ringing" ? "missed" : ring.state });
  if (outcome === "do") await work(ring);
  return viewRing(tx, { callId, side: sideOf(role) });
}

/** False when the client's wallet has not enough for the first minute. */
async function openLine({ metering }: CallsDeps, tx: Tx, ring: store.RingRow): Promise<boolean> {
  const { call_id: callId, client_person_id: payer, consultant_id: payee } = ring;
  try {
    await metering.openLine(tx, {
      callId,
      kind: "marketplace",
      payer,
      payee,
      pricePerMinute: ring.price_kopecks,
      tariff: ring.tariff_version,
    });
    return true;
  } catch (error) {
    if (!isMoneyRefusal(error)) throw error;
    return false;
  }
}

async function openCall(deps: CallsDeps, tx: Tx, { ring, from }: { ring: store.RingRow; from: Whereabouts }): Promise<void> {
  const { call_id: callId } = ring;
  const flags = flagsOf({ own: false, invited: from, joined: { address: ring.address, device: ring.client_device } });
  await tx.run(store.openRung, [callId, flags]);
  await tx.run(store.noteRingOver, [callId, null]);
  await setBusy(deps, tx, { ...ring, id: callId });
  await deps.record(tx, callId, { actor: "consultant", kind: "accepted", facts: {} });
  if (flags.length > 0) await deps.record(tx, callId, { actor: "server", kind: "flagged", facts: { flags } });
  tellOver(deps, tx, { ring, state: "open" });
}

export interface RingEnding {
  /** Its call is held by this transaction. */
  readonly ring: store.RingRow;
  readonly state: "declined" | "missed" | "cancelled";
  readonly by: JournalActor;
  readonly because: Ring["cancelledBecause"];
}

/** The ring comes to nothing, and the consultant is free again. */
export async function endRing(deps: CallsDeps, tx: Tx, { ring, state, by, because }: RingEnding): Promise<void> {
  const { call_id: callId } = ring;
  await tx.run(store.endRinging, [callId, state]);
  await tx.run(store.noteRingOver, [callId, because]);
  await deps.presence.setFree(tx, ring.consultant_id, callId);
  // Both sides read the journal: what the client's wallet holds does not stand there.
  await deps.record(tx, callId, { actor: by, kind: state, facts: because === "client-gone" ? { because } : {} });
  tellOver(deps, tx, { ring, state });
}

function tellOver(deps: CallsDeps, tx: Tx, { ring, state }: { ring: store.RingRow; state: CallState }): void {
  const { call_id: callId, consultant_id, client_person_id } = ring;
  tx.afterCommit(() => {
    for (const personId of [consultant_id, client_person_id]) deps.bus.publish(`person:${personId}`, { t: "ring-over", callId, state });
  });
  tellChanged(deps, tx, { id: callId, consultant_id, client_person_id });
}
