/** The end of calls: the last evidence is charged, the rest of what was set aside goes back, a carrier call is settled at once. */
import type { CallId } from "@minuta/contracts/ids";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { Tx } from "#platform/db";
import { writePresence, type Written } from "./evidence/rows.ts";
import { look } from "./look.ts";
import * as store from "./store.ts";

export interface Final {
  readonly charged: Kopecks;
  readonly billableSeconds: number;
  readonly provenSeconds: number;
}

/** `closings`: presence of this call that this process holds, ended now. Whatever another copy holds open counts through its lease. */
export async function endCall(tx: Tx, callId: CallId, closings: readonly Written[]): Promise<Final> {
  await endLines(tx, { callIds: [callId], reason: "call-ended", closings });
  const lines = await tx.rows(store.readFinal, [callId]);
  return {
    charged: kopecks(lines.reduce((total, line) => total + line.charged, 0n)),
    billableSeconds: Math.max(0, ...lines.map(({ billable }) => billable)),
    provenSeconds: Math.max(0, ...lines.map(({ proven }) => proven)),
  };
}

export interface Ending {
  readonly callIds: readonly CallId[];
  readonly reason: string;
  readonly closings: readonly Written[];
}

/** Ends every open line of these calls; answers the calls that had one. */
export async function endLines(tx: Tx, { callIds, reason, closings }: Ending): Promise<CallId[]> {
  await tx.rows(store.holdCopiesOfCalls, [callIds]);
  const open = (await tx.rows(store.lockLinesOfCalls, [callIds])).filter(({ status }) => status !== "ended");
  if (open.length === 0) return [];
  const calls = [...new Set(open.map(({ call_id }) => call_id))];
  const ids = open.map(({ id }) => id);
  await writePresence(tx, closings);
  await tx.run(store.closePresenceOfCalls, [calls]);
  await tx.rows(store.endPause, [calls, ["person", "top-up", "signature"], null]);
  await tx.one(store.refresh, [calls]);
  await tx.run(store.endLines, [calls, reason]);
  await tx.one(store.openCarrier, []);
  await tx.one(store.holdMoney, [ids]);
  await look(tx, ids, "none");
  await tx.one(store.settle, [ids]);
  return calls;
}
