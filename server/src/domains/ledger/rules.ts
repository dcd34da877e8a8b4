/** Names of accounts, what a person reads on his statement, and how the proof stands. Pure. */
import type { ProofState, StatementLine } from "@minuta/contracts/ledger";
import { kopecks, type Kopecks } from "@minuta/contracts/money";

/** `wallet:<party>`, `bank`, `platform:carrier` … */
export type AccountName =
  | `wallet:${string}`
  | `earned:${string}`
  | `receivable:${string}`
  | `card:${string}`
  | "bank"
  | "compensation"
  | "platform:fee"
  | "platform:carrier";

export const accountName = {
  wallet: (party: string): AccountName => `wallet:${party}`,
  earned: (party: string): AccountName => `earned:${party}`,
};

/** Money from these is paid in by the party; a bonus out of `compensation` is not. */
export const isPaidIn = (from: AccountName): boolean => from === "bank" || from.startsWith("card:");

export const transferKinds = ["quota", "charge", "quota-return", "settlement", "top-up", "refund", "payout", "correction"] as const;
export type TransferKind = (typeof transferKinds)[number];

/** As the owner of a wallet reads it: what comes back to him from a settlement is a refund. */
export const kindOnWallet = (kind: TransferKind): StatementLine["kind"] => (kind === "settlement" ? "refund" : kind);

/** Whole minutes that `money` lasts, never below zero; null when nothing runs. */
export function minutesThatLast(money: Kopecks, burnPerMinute: Kopecks): number | null {
  if (burnPerMinute <= 0n) return null;
  return money <= 0n ? 0 : Number(money / burnPerMinute);
}

export const sum = (...parts: readonly Kopecks[]): Kopecks => kopecks(parts.reduce<bigint>((total, part) => total + part, 0n));

/** A night and two hours for a server that was restarted just then. */
const PROOF_OVERDUE_MS = 26 * 3_600_000;

export interface ProofRun {
  readonly now: Date;
  /** Since when there could have been one. */
  readonly waitingSince: Date;
  readonly ranAt: Date | null;
  readonly broken: readonly string[];
}

/** What was found stays the news until a proof holds again, however long ago it was. */
export function stateOfProof({ now, waitingSince, ranAt, broken }: ProofRun): ProofState["state"] {
  if (broken.length > 0) return "broken";
  return now.getTime() - (ranAt ?? waitingSince).getTime() > PROOF_OVERDUE_MS ? "overdue" : "holds";
}
