/** Settlement: what is held for an ended marketplace call goes to the platform and to the consultant. */
import type { CallId } from "@minuta/contracts/ids";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { Reader, Tx } from "#platform/db";
import * as lines from "../store.ts";
import * as store from "./store.ts";

/** How a charge is shared: fee = floor(percent of the tariff version), once per line; the rest is earned. Together they are the charge. */
export interface Shares {
  readonly fee: Kopecks;
  readonly earned: Kopecks;
}

/** The shares of what is charged so far, should the call be solved. Throws on a carrier call: nobody earns in it. */
export async function sharesOf(reader: Reader, callId: CallId): Promise<Shares> {
  const shares = await reader.rows(store.readShares, [callId]);
  if (shares.length === 0 || shares.some(({ kind }) => kind !== "marketplace")) throw new Error(`call ${callId} has nothing to share`);
  return { fee: sum(shares.map(({ fee }) => fee)), earned: sum(shares.map(({ earned }) => earned)) };
}

/** A second time moves nothing and answers the same. Throws while a line of the call is open. */
export async function settle(tx: Tx, callId: CallId, outcome: "solved"): Promise<Shares> {
  const held = await tx.rows(lines.lockLinesOfCalls, [[callId]]);
  if (held.some(({ status }) => status !== "ended")) throw new Error(`call ${callId} is not over: it cannot be settled as ${outcome}`);
  const shares = await sharesOf(tx, callId);
  if ((await tx.run(store.settleSolved, [callId])) !== 1) throw new Error(`call ${callId} could not be settled`);
  return shares;
}

const sum = (parts: readonly Kopecks[]): Kopecks => kopecks(parts.reduce<bigint>((total, part) => total + part, 0n));
