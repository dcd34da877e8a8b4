/** The outcome of an ended marketplace call: it waits for the client's word; his word or his silence settles it. */
import type { CallOutcome, CallView } from "@minuta/contracts/calls";
import { callId, type CallId } from "@minuta/contracts/ids";
import type { JournalActor } from "@minuta/contracts/journal";
import type { Kopecks } from "@minuta/contracts/money";
import { z } from "zod";
import type { Tx } from "#platform/db";
import { addJob } from "#platform/jobs";
import { actOn, type Actor } from "./access.ts";
import type { CallsDeps } from "./index.ts";
import * as store from "./store.ts";
import { tellChanged, viewCall } from "./view.ts";

export const SETTLE_SILENT = "calls.settle_silent";

type SettledBy = Extract<CallOutcome, { state: "settled" }>["by"];

/** From the end of the call on. Where nothing was charged there is nothing to wait for. */
export async function awaitOutcome(deps: CallsDeps, tx: Tx, { call, charged }: { call: store.CallRow; charged: Kopecks }): Promise<void> {
  const { fee, earned } = await deps.metering.sharesOf(tx, call.id);
  await tx.run(store.addOutcome, [call.id, fee, earned]);
  if (charged === 0n) await settle(deps, tx, { call, by: "nothing-charged" });
  else await wakeWhenDue(tx, call.id);
}

/** The timer lies in the database: it outlives this process and runs on any copy. */
async function wakeWhenDue(tx: Tx, id: CallId): Promise<void> {
  const { wake_at } = await tx.one(store.findOutcomeTimer, [id]);
  await addJob(tx, { task: SETTLE_SILENT, payload: { callId: id }, runAt: wake_at, key: `${SETTLE_SILENT}:${id}` });
}

/** The client's word. A second click finds the call settled and gets it as it is. */
export async function saySolved(deps: CallsDeps, tx: Tx, actor: Actor): Promise<CallView> {
  const { call, side } = await actOn(tx, "say-solved", actor);
  if (call.state === "ended") await settle(deps, tx, { call, by: "client" });
  return viewCall(deps, tx, { callId: call.id, side });
}

const ofCall = z.object({ callId });

/** The job of the timer: silence says *solved*. Woken too early it goes back to sleep; after the client's word it changes nothing. */
export async function settleSilent(deps: CallsDeps, payload: unknown): Promise<void> {
  const { callId } = ofCall.parse(payload);
  await deps.db.tx(async (tx) => {
    const call = await tx.maybe(store.lockCall, [callId]);
    if (call?.state !== "ended") return;
    const { due } = await tx.one(store.findOutcomeTimer, [callId]);
    if (due) await settle(deps, tx, { call, by: "silence" });
    else await wakeWhenDue(tx, callId);
  });
}

const actors: Readonly<Record<SettledBy, JournalActor>> = { client: "client", silence: "server", "nothing-charged": "server" };

/** ended → settled, the money with it. `call` is held by this transaction. */
async function settle(deps: CallsDeps, tx: Tx, { call, by }: { call: store.CallRow; by: SettledBy }): Promise<void> {
  const { fee, earned } = await deps.metering.settle(tx, call.id, "solved");
  await tx.run(store.settleCall, [call.id, by, fee, earned]);
  const facts = { outcome: "solved", by, chargedKopecks: Number(fee + earned), feeKopecks: Number(fee), earnedKopecks: Number(earned) };
  await deps.record(tx, call.id, { actor: actors[by], kind: "settled", facts });
  tellChanged(deps, tx, call);
  tx.afterCommit(() => {
    for (const personId of [call.consultant_id, call.client_person_id]) deps.bus.publish(`person:${personId}`, { t: "wallet-changed" });
  });
}
