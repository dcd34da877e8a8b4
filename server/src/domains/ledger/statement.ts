/** The statement of a wallet, page by page. */
import { CALL_MOVEMENTS_MAX, type CallMovement, type StatementLine } from "@minuta/contracts/ledger";
import type { Reader } from "#platform/db";
import { refuse } from "#platform/refusal";
import { accountName, kindOnWallet } from "./rules.ts";
import * as store from "./store.ts";

export interface Page {
  /** The cursor a page before this one answered as `next`. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/**
 * Newest first. Transfers of one account get their numbers under its lock, so the number of the last line is a cursor that neither
 * repeats nor leaves out a line while new ones arrive.
 */
export async function statement(
  db: Reader,
  party: string,
  { before, limit }: Page,
): Promise<{ lines: StatementLine[]; next: string | null }> {
  if (before !== undefined && !/^\d{1,18}$/.test(before)) throw refuse("invalid-input", { fields: ["before"] });
  const rows = await db.rows(store.listEntries, [accountName.wallet(party), before ?? null, limit + 1]);
  const shown = rows.slice(0, limit);
  const lines = shown.map(({ transfer, kind, ...line }) => ({ id: String(transfer), kind: kindOnWallet(kind), ...line }));
  return { lines, next: rows.length > limit ? (lines.at(-1)?.id ?? null) : null };
}

/** What was moved for one thing out of the party's wallet, oldest first. `reference`: as the purse was opened with it. */
export async function movementsFor(db: Reader, party: string, reference: string): Promise<CallMovement[]> {
  const rows = await db.rows(store.listOfPurse, [accountName.wallet(party), reference, CALL_MOVEMENTS_MAX]);
  return rows.map(({ kind, ...moved }) => ({ kind: kind === "settlement" ? "refund" : kind, ...moved }));
}
