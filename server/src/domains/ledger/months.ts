/** Months that are closed, corrections of what is in them, and what a party had at an instant. */
import type { Kopecks } from "@minuta/contracts/money";
import type { Reader, Tx } from "#platform/db";
import { accountName, type AccountName } from "./rules.ts";
import * as store from "./store.ts";

/** What a party had: free, set aside, and charged but not settled. */
export interface Money {
  readonly balance: Kopecks;
  readonly reserved: Kopecks;
  readonly held: Kopecks;
}

/** By when things occurred, so a later correction of that time counts. All zero for a party that had no money then. */
export const moneyAsOf = (db: Reader, party: string, at: Date): Promise<Money> =>
  db.one(store.readMoneyAsOf, [accountName.wallet(party), at]);

/** `month`: its first day, `2026-10-01`. Throws while it is not over for a day; a second time changes nothing. */
export async function closeMonth(tx: Tx, { month, by }: { month: string; by: string }): Promise<void> {
  await tx.one(store.closeMonth, [month, by]);
}

export interface Correction {
  readonly from: AccountName;
  readonly to: AccountName;
  readonly amount: Kopecks;
  /** The same key corrects once. */
  readonly key: string;
  readonly reason: string;
  /** In a closed month too: nothing else may be entered there. */
  readonly occurredAt: Date;
}

/** Answers whether the money was there; throws without a reason, and for a key that was used otherwise. */
export async function correct(tx: Tx, { from, to, amount, key, reason, occurredAt }: Correction): Promise<boolean> {
  const ids = [];
  for (const name of [from, to]) ids.push((await tx.one(store.openAccount, [name])).id);
  const { outcome } = await tx.one(store.postCorrection, [key, ...ids, amount, reason, occurredAt]);
  return outcome === "posted" || outcome === "repeated";
}
