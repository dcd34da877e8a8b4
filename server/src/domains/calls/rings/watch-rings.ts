/** What ends a ring when nobody answers: its time, or the client left. All it knows is in the tables: any copy may look, after any restart. */
import type { CallId } from "@minuta/contracts/ids";
import type { CallsDeps } from "../index.ts";
import { lockCall } from "../store.ts";
import { endRing } from "./answer-ring.ts";
import * as store from "./store.ts";

/** Answers how many rings ended. */
export async function watchRings(deps: CallsDeps): Promise<number> {
  const ringing = await deps.db.rows(store.listRinging);
  if (ringing.length === 0) return 0;
  const here = await deps.presence.here(ringing.map((ring) => ring.client_person_id));
  const present = ringing.filter((ring) => here.has(ring.client_person_id));
  await deps.db.run(store.noteClientsSeen, [present.map((ring) => ring.call_id)]);
  let ended = 0;
  for (const ring of ringing) {
    const overdue = ring.expired || (ring.client_gone && !present.includes(ring));
    if (overdue && (await endUnanswered(deps, ring.call_id))) ended += 1;
  }
  return ended;
}

/** False when somebody answered meanwhile, or the client came back. */
async function endUnanswered(deps: CallsDeps, callId: CallId): Promise<boolean> {
  return deps.db.tx(async (tx) => {
    await tx.maybe(lockCall, [callId]);
    const ring = await tx.one(store.findRing, [callId]);
    if (ring.state !== "ringing") return false;
    if (ring.expired) await endRing(deps, tx, { ring, state: "missed", by: "server", because: null });
    else if (ring.client_gone) await endRing(deps, tx, { ring, state: "cancelled", by: "server", because: "client-gone" });
    return ring.expired || ring.client_gone;
  });
}
