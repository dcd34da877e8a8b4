/** Recordings whose time is over are deleted; what was recorded, and its hashes, stay known. */
import { side as sides, type CallId } from "@minuta/contracts/ids";
import * as store from "./store.ts";
import { tellBoth } from "./tell.ts";
import type { Inside } from "./receive-part.ts";

/** Answers how many calls lost their recordings. Those that are held stay. */
export async function keepShort(deps: Inside): Promise<number> {
  const outdated = await deps.db.rows(store.findOutdated, [deps.keptDays]);
  for (const { call_id } of outdated) await deleteRecordings(deps, call_id);
  return outdated.length;
}

async function deleteRecordings(deps: Inside, callId: CallId): Promise<void> {
  const objects = await deps.db.tx(async (tx) => {
    const gone: string[] = [];
    for (const side of sides.options) {
      const head = await tx.one(store.holdHead, [callId, side]);
      const deleted = await tx.rows(store.deleteSegments, [callId, side]);
      if (deleted.length === 0) continue;
      for (const { id } of deleted) gone.push(...(await tx.rows(store.forgetParts, [id])).map(({ object }) => object));
      for (const remux of await tx.rows(store.forgetRemuxes, [callId, side])) gone.push(...remux.objects);
      // Without its key whatever is left of it somewhere cannot be read either.
      await tx.run(store.forgetKey, [callId, side]);
      const facts = { side, segments: deleted.length, count: head.count, hash: head.hash };
      await deps.record(tx, callId, { actor: "server", kind: "recording-deleted", facts });
    }
    tellBoth(deps, tx, callId);
    return gone;
  });
  await deps.vault.remove(objects);
}
