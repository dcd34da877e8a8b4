/** A new line: is there money for its first unit, and does it leave the payer's running calls their minutes? */
import type { CallId, LineId } from "@minuta/contracts/ids";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { TariffKind } from "@minuta/contracts/tariff";
import type { Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { look } from "./look.ts";
import * as store from "./store.ts";

export interface NewLine {
  readonly callId: CallId;
  readonly kind: TariffKind;
  /** Party ids: UUIDs. Payee null: the platform. */
  readonly payer: string;
  readonly payee: string | null;
  /** The payee's own price, marketplace only. */
  readonly pricePerMinute?: Kopecks;
  /** The version of the tariff that was promised before; otherwise the one in force now. */
  readonly tariff?: bigint;
}

type Asked = Pick<NewLine, "kind" | "payer" | "pricePerMinute" | "tariff">;

/** Refuses `overdraft-in-use` and `wallet-empty` with the figures. Answers the terms that would hold. */
export async function refuseUnfunded(reader: Reader, asked: Asked): Promise<{ tariff: bigint; price: Kopecks }> {
  const terms = await reader.one(store.readTerms, [asked.kind, asked.tariff ?? null]);
  const price = terms.price_per_minute ?? asked.pricePerMinute;
  if (price === undefined) throw new Error(`a ${asked.kind} line needs its payee's price`);
  const { balance, first_unit, for_running } = await reader.one(store.readFunds, [asked.payer, terms.tariff, price]);
  if (balance < 0n) throw refuse("overdraft-in-use", { owedKopecks: -Number(balance) });
  const needed = kopecks(first_unit + for_running);
  if (balance < needed) throw refuse("wallet-empty", { freeKopecks: Number(balance), neededKopecks: Number(needed) });
  return { tariff: terms.tariff, price };
}

export async function openLine(tx: Tx, asked: NewLine): Promise<{ lineId: LineId }> {
  const { callId, payer, payee } = asked;
  const { wallet } = await tx.one(store.openWallet, [payer]);
  // Two calls opened at once must not both count on the same money.
  await tx.one(store.lockWallet, [wallet]);
  const open = await tx.maybe(store.findLine, [callId, payer, payee]);
  if (open !== null) return { lineId: open.id };
  const { tariff, price } = await refuseUnfunded(tx, asked);
  const { id } = await tx.one(store.addLine, [callId, tariff, payer, payee, wallet, price]);
  await tx.one(store.allowOverdraft, [[id]]);
  await look(tx, [id], "unit");
  return { lineId: id };
}
