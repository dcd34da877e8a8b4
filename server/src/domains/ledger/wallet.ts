/** A wallet as its owner sees it. */
import type { Wallet } from "@minuta/contracts/ledger";
import type { LedgerDeps, PartyId } from "./index.ts";
import { accountName, minutesThatLast, sum } from "./rules.ts";
import * as store from "./store.ts";

/** All zero for a party that never had money here. */
export async function walletOf({ db, burnPerMinute }: LedgerDeps, party: PartyId): Promise<Wallet> {
  const [money, burn] = await Promise.all([
    db.one(store.readWallet, [accountName.wallet(party), accountName.earned(party)]),
    burnPerMinute(party),
  ]);
  return { ...money, burnPerMinute: burn, minutesLeft: minutesThatLast(sum(money.balance, money.reserved), burn) };
}
