/**
 * Statements: about once a minute, and at the end of a call, the server says in one signed sentence how much is proven and charged and
 * where the journal stands; each end countersigns what it has itself seen to be plausible. Each statement is bound to the one before.
 * Pure but for the signatures; both ends, the server and whoever checks later compute alike. Times are text as they travel.
 */
import { z } from "zod/mini";
import { otherSide, side, type Side } from "./ids.ts";
import { CHAIN_START, canonicalJson } from "./journal-chain.ts";
import { sha256Hex } from "./sha256.ts";
import { publicKey, signature } from "./signing.ts";

/** Names of what is signed: nothing signed as one can be shown as another, and later forms get other names. */
const forms = {
  statement: "minuta-statement-1",
  countersignature: "minuta-countersignature-1",
  callKey: "minuta-call-key-1",
  comment: "minuta-comment-1",
} as const;

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const bySide = <T extends z.ZodMiniType>(of: T) => z.object({ client: of, consultant: of });

/** Seconds of talk between two statements. */
export const STATEMENT_EVERY_SECONDS = 60;

export const statement = z.object({
  call: z.uuid(),
  /** Counts from 1. */
  n: z.int().check(z.positive()),
  at: z.iso.datetime(),
  /** Proven so far, by durable evidence. */
  provenSeconds: z.int().check(z.nonnegative()),
  chargedKopecks: z.int().check(z.nonnegative()),
  /** The journal's last event then. */
  journal: z.object({ n: z.int().check(z.nonnegative()), head: hash }),
  /** The end of each side's chain of recorded segments (recording-chain.ts) as the server knew it then; null: nothing recorded. */
  recordings: bySide(z.nullable(hash)),
  /** The keys the ends had shown; null: none. */
  keys: bySide(z.nullable(publicKey)),
  /** The call is over: nothing is proven after this. */
  closing: z.boolean(),
  /** The hash of the statement before; the chain's start for the first. */
  before: hash,
  /** The server's own key. */
  server: publicKey,
});
export type Statement = z.infer<typeof statement>;

export const countersignature = z.object({
  side,
  publicKey,
  /** It speaks for what was proven after that statement (0: from the beginning) up to the one it signs. */
  sinceN: z.int().check(z.nonnegative()),
  /** What this end's own clock counted on the line in that time. */
  observedSeconds: z.int().check(z.nonnegative()),
  signature,
});
export type Countersignature = z.infer<typeof countersignature>;

export const signedStatement = z.extend(statement, { signature });
export type SignedStatement = z.infer<typeof signedStatement>;

export const statementText = (of: Statement): string => canonicalJson([forms.statement, statement.parse(of)]);
export const hashOfStatement = (of: Statement): string => sha256Hex(statementText(of));
export const countersignatureText = (statementHash: string, by: Omit<Countersignature, "signature">): string =>
  canonicalJson([forms.countersignature, statementHash, by.side, by.publicKey, by.sinceN, by.observedSeconds]);
/** What an end signs to show that a key is its own. */
export const callKeyText = (call: string, of: { side: Side; publicKey: string }): string =>
  canonicalJson([forms.callKey, call, of.side, of.publicKey]);
export const commentText = (call: string, of: { side: Side; publicKey: string; text: string }): string =>
  canonicalJson([forms.comment, call, of.side, of.publicKey, of.text]);

/** A place in the chain of statements as an end remembers it. */
export const chainPlace = z.object({ n: z.int().check(z.nonnegative()), hash, provenSeconds: z.int().check(z.nonnegative()) });
export type ChainPlace = z.infer<typeof chainPlace>;
export const beginning: ChainPlace = { n: 0, hash: CHAIN_START, provenSeconds: 0 };
export const placeOf = (of: Statement): ChainPlace => ({ n: of.n, hash: hashOfStatement(of), provenSeconds: of.provenSeconds });

/** What an end goes by when it is asked to sign. */
export interface Witnessed {
  readonly call: string;
  readonly side: Side;
  readonly publicKey: string;
  /** The other end's key, as that end told it by a way the server cannot read; null: not told yet. */
  readonly otherKey: string | null;
  /** Since when it has looked. */
  readonly since: ChainPlace;
  /** The last statement it was shown. */
  readonly last: ChainPlace;
  readonly observedSeconds: number;
}

/** Why an end does not sign. */
export const objection = z.enum([
  "another-call",
  "out-of-order",
  "other-keys",
  "not-observed",
  "not-signed-by-server",
  /** What it says of this side's recording is not what this browser recorded (recording-chain.ts). */
  "other-recording",
  "cannot-sign",
]);
export type Objection = z.infer<typeof objection>;

/** How much more than an end's own clock the server may have counted: clocks differ, and each break is noticed a moment apart. */
const TOLERATED_SECONDS = 10;
const TOLERATED_SHARE = 0.01;

/** Null: what `of` says is what this end has seen, as far as an end can see. */
export function objectionTo(of: Statement, seen: Witnessed): Objection | null {
  if (of.call !== seen.call) return "another-call";
  if (of.n !== seen.last.n + 1 || of.before !== seen.last.hash || of.provenSeconds < seen.last.provenSeconds) return "out-of-order";
  const other = of.keys[otherSide(seen.side)];
  if (of.keys[seen.side] !== seen.publicKey || (seen.otherKey !== null && other !== seen.otherKey)) return "other-keys";
  return isWitnessed(of.provenSeconds - seen.since.provenSeconds, seen.observedSeconds) ? null : "not-observed";
}

/** Whether so many proven seconds are what an end saw whose own clock counted `observedSeconds`. */
export const isWitnessed = (claimedSeconds: number, observedSeconds: number): boolean =>
  claimedSeconds <= observedSeconds + TOLERATED_SECONDS + claimedSeconds * TOLERATED_SHARE;
