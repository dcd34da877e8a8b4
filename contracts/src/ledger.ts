/** Money a person sees: wallet, statement, an operator's top-up. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { email } from "./people.ts";
import { instant } from "./time.ts";

/** 1 RUB to 1 000 000 RUB. */
export const TOP_UP_MIN_KOPECKS = 100;
export const TOP_UP_MAX_KOPECKS = 100_000_000;

export const wallet = z.object({
  /** What is free to spend now: the wallet account's balance. */
  balance: kopecksSchema,
  /** Set aside ahead of use by running calls. */
  reserved: kopecksSchema,
  /** Charged by running or unsettled calls as payer. */
  held: kopecksSchema,
  /** How far below zero the wallet may go, ≥ 0. */
  overdraft: kopecksSchema,
  /** What the running calls cost a minute. */
  burnPerMinute: kopecksSchema,
  /** (wallet + reserves of all running calls) / burn, whole minutes down; null when nothing runs. */
  minutesLeft: z.nullable(z.int()),
  /** May be paid out, as payee. */
  earned: kopecksSchema,
});
export type Wallet = z.infer<typeof wallet>;

/** One line of a statement as its owner reads it. */
export const statementLine = z.object({
  id: z.string(),
  kind: z.enum(["top-up", "quota", "quota-return", "charge", "settlement", "earning", "refund", "payout", "correction"]),
  amount: kopecksSchema,
  balanceAfter: kopecksSchema,
  reason: z.string(),
  callId: z.nullable(callId),
  occurredAt: instant,
});
export type StatementLine = z.infer<typeof statementLine>;

/** What was moved for one call, oldest first: set aside from the wallet, charged out of what was set aside, given back. */
export const callMovement = z.object({
  kind: z.enum(["quota", "charge", "quota-return", "refund"]),
  /** ≥ 0: the kind says which way. */
  amount: kopecksSchema,
  occurredAt: instant,
});
export type CallMovement = z.infer<typeof callMovement>;
/** A call of many hours by the minute. */
export const CALL_MOVEMENTS_MAX = 3000;

/**
 * How the nightly proof of the money stands. `holds`: everything held in the last one. `broken`: something did not; the log and the
 * operator's mail have the figures. `overdue`: for more than a night none was carried out.
 */
export const proofState = z.object({
  state: z.enum(["holds", "broken", "overdue"]),
  ranAt: z.nullable(instant),
  /** The last in which everything held. */
  heldAt: z.nullable(instant),
});
export type ProofState = z.infer<typeof proofState>;

export const ledgerApi = endpoints({
  /** For whoever watches the server; tells nothing of anybody's money. */
  proof: { method: "GET", path: "/api/ledger/proof", access: "anyone", reply: proofState },
  wallet: { method: "GET", path: "/api/ledger/wallet", access: "person", reply: wallet },
  statement: {
    method: "GET",
    path: "/api/ledger/statement",
    access: "person",
    query: z.object({
      before: z.optional(z.string().check(z.maxLength(40))),
      limit: whenAbsent(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 50),
    }),
    /** Newest first; `next` is the cursor of the following page, stable while rows arrive. */
    reply: z.object({ lines: z.array(statementLine), next: z.nullable(z.string()) }),
  },
  /** Of the caller's own wallet; nothing for a call it did not pay for. */
  callMovements: {
    method: "GET",
    path: "/api/ledger/statement/:callId",
    access: "person",
    params: z.object({ callId }),
    reply: z.object({ movements: z.array(callMovement).check(z.maxLength(CALL_MOVEMENTS_MAX)) }),
  },
  topUp: {
    method: "POST",
    path: "/api/ledger/top-ups",
    access: "operator",
    command: true,
    body: z.object({ email, amount: kopecksSchema, reason: z.string().check(z.trim(), z.minLength(3), z.maxLength(200)) }),
    reply: z.object({ balance: kopecksSchema }),
  },
});
