/** Money comes in from outside: `bank`, a card provider, or a bonus of the house. */
import { TOP_UP_MAX_KOPECKS, TOP_UP_MIN_KOPECKS } from "@minuta/contracts/ledger";
import type { Kopecks } from "@minuta/contracts/money";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { accountName, isPaidIn, type AccountName } from "./rules.ts";
import * as store from "./store.ts";

export interface TopUp {
  readonly party: string;
  readonly amount: Kopecks;
  readonly from: AccountName;
  /** The payment's own id: the same payment told twice adds money once. */
  readonly key: string;
  readonly reason: string;
}

/** Answers the wallet's balance after this top-up, also when it is told again. */
export async function topUp(tx: Tx, { party, amount, from, key, reason }: TopUp): Promise<Kopecks> {
  if (amount < TOP_UP_MIN_KOPECKS || amount > TOP_UP_MAX_KOPECKS)
    throw refuse("amount-not-valid", { minKopecks: TOP_UP_MIN_KOPECKS, maxKopecks: TOP_UP_MAX_KOPECKS });
  const [source, wallet] = [await openAccount(tx, from), await openAccount(tx, accountName.wallet(party))];
  await post(tx, [key, "top-up", source, wallet, amount, reason]);
  if (isPaidIn(from)) await tx.run(store.notePaidIn, [wallet]);
  const { to_balance } = await tx.one(store.findTransfer, [key]);
  return to_balance;
}

const openAccount = async (tx: Tx, name: AccountName): Promise<bigint> => (await tx.one(store.openAccount, [name])).id;

/** One transfer between two accounts that is sure to be covered: money from the world outside. */
async function post(tx: Tx, values: readonly unknown[]): Promise<void> {
  const { outcome } = await tx.one(store.postOne, values).catch((error: unknown) => {
    throw isConflict(error) ? refuse("command-conflict", {}) : error;
  });
  if (outcome !== "posted" && outcome !== "repeated") throw new Error(`a transfer from outside was ${outcome}`);
}

/** post_batch's own code, or two transactions that brought the same key at once for different accounts. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "LG409" || error.code === "23505");
