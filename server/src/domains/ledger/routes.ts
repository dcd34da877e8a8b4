/** HTTP of the ledger. */
import { ledgerApi } from "@minuta/contracts/ledger";
import { personOf, type Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import type { Ledger } from "./index.ts";

export function ledgerRoutes(routes: Routes, ledger: Ledger): void {
  routes.bind(ledgerApi.proof, () => ledger.proofState());
  routes.bind(ledgerApi.wallet, ({ caller }) => ledger.wallet(personOf(caller)));
  routes.bind(ledgerApi.statement, ({ caller, query }) => ledger.statement(personOf(caller), query));
  routes.bind(ledgerApi.callMovements, async ({ caller, params }) => ({
    movements: await ledger.movementsFor(personOf(caller), params.callId),
  }));
  routes.bind(ledgerApi.topUp, async ({ tx, commandId, caller, body }) => {
    const party = await ledger.findPersonByEmail(tx, body.email);
    if (party === null) throw refuse("person-unknown", {});
    const key = `operator:${personOf(caller)}:${commandId}`;
    return { balance: await ledger.topUp(tx, { party, amount: body.amount, from: "bank", key, reason: body.reason }) };
  });
}
