/**
 * Ledger: accounts of money and the transfers between them. It knows nothing of calls.
 * Only this domain writes a balance, and only by the SQL function `ledger.post_batch`, in the transaction of its reason.
 * Transfers are append-only, carry an idempotency key and their reason; a mistake is answered by a new transfer.
 * A purse is money of one wallet set aside for one thing: reserved ahead of use, held once charged until its outcome.
 * The sum of everything is zero after every transaction; `proof` shows it.
 */
import type { ProofState, Wallet } from "@minuta/contracts/ledger";
import type { Kopecks } from "@minuta/contracts/money";
import type { Db, Reader, Tx } from "#platform/db";
import { closeMonth, correct, moneyAsOf, type Correction, type Money } from "./months.ts";
import { noteProof, proof, proofState } from "./proof.ts";
import { movementsFor, statement, type Page } from "./statement.ts";
import { topUp, type TopUp } from "./top-up.ts";
import { walletOf } from "./wallet.ts";

export interface LedgerDeps {
  readonly db: Db;
  /** The person with this e-mail, or null. */
  readonly findPersonByEmail: (tx: Reader, email: string) => Promise<PartyId | null>;
  /** What runs on this party's money now, kopecks a minute. */
  readonly burnPerMinute: (party: PartyId) => Promise<Kopecks>;
}

/** Whose money it is: the UUID of a person or of an organisation. */
export type PartyId = string;

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(deps: LedgerDeps) {
  const { db } = deps;
  return {
    /** Adds money from outside; answers the wallet's balance. Refuses `amount-not-valid`, and `command-conflict` for a key used otherwise. */
    topUp: (tx: Tx, asked: TopUp): Promise<Kopecks> => topUp(tx, asked),
    wallet: (party: PartyId): Promise<Wallet> => walletOf(deps, party),
    /** What moved on the party's wallet, newest first. */
    statement: (party: PartyId, page: Page) => statement(db, party, page),
    movementsFor: (party: PartyId, reference: string) => movementsFor(db, party, reference),
    /** What the party had at an instant, by when things occurred. */
    moneyAsOf: (party: PartyId, at: Date): Promise<Money> => moneyAsOf(db, party, at),
    /** Closes a month that is over: it takes corrections only, for ever. */
    closeMonth: (tx: Tx, month: { month: string; by: string }) => closeMonth(tx, month),
    /** Answers whether the money was there. The reason is printed on the statement. */
    correct: (tx: Tx, correction: Correction): Promise<boolean> => correct(tx, correction),
    /** Every invariant of the ledger with its figure, read in one snapshot. */
    proof: () => proof(db),
    /** Notes that everything was proved now, and what did not hold, with figures. */
    noteProof: (broken: readonly string[]): Promise<void> => noteProof(db, broken),
    /** Whether the last proof held, and whether there was one lately. */
    proofState: (): Promise<ProofState> => proofState(db),
    findPersonByEmail: deps.findPersonByEmail,
  };
}

export { accountName, type AccountName } from "./rules.ts";
export { type Invariant } from "./proof.ts";
export { ledgerRoutes } from "./routes.ts";
