/**
 * Every expected "no" the product can say, in one place: its type, its HTTP status and the facts it carries (RFC 9457).
 * The client switches on `type`, never on text; the words a person reads are in web/src/text.
 */
import { z } from "zod/mini";

const none = z.object({});

export const problems = {
  "invalid-input": { status: 400, title: "The request is not of the expected form", facts: z.object({ fields: z.array(z.string()) }) },
  "wrong-origin": { status: 403, title: "The request came from another site", facts: none },
  "not-signed-in": { status: 401, title: "Sign in first", facts: none },
  "not-allowed": { status: 403, title: "This is not yours to do", facts: none },
  "not-found": { status: 404, title: "There is no such thing", facts: none },
  "too-many-attempts": { status: 429, title: "Too many attempts", facts: z.object({ retryAfterSeconds: z.int() }) },
  "command-conflict": { status: 409, title: "The same command id came with another body", facts: none },
  "email-or-password-wrong": { status: 401, title: "E-mail or password is wrong", facts: none },
  "email-not-confirmed": { status: 403, title: "The e-mail is not confirmed yet", facts: none },
  "password-too-weak": { status: 422, title: "The password is too short or too common", facts: z.object({ minLength: z.int() }) },
  "token-not-valid": { status: 410, title: "The link was used or is too old", facts: none },
  "inn-not-valid": { status: 422, title: "The tax id fails its check digits", facts: none },
  "invitation-unknown": { status: 404, title: "No such invitation", facts: none },
  "invitation-used": { status: 410, title: "The invitation was used by somebody else", facts: none },
  "invitation-expired": { status: 410, title: "The invitation is too old", facts: none },
  "code-unknown": { status: 404, title: "No such code, or it is too old", facts: none },
  "confirmation-code-wrong": {
    status: 422,
    title: "The confirmation code is wrong or too old",
    facts: z.object({ attemptsLeft: z.int() }),
  },
  "call-not-open": { status: 409, title: "The call is not open any more", facts: none },
  "wallet-empty": {
    status: 402,
    title: "Not enough money for the first minute",
    facts: z.object({ freeKopecks: z.int(), neededKopecks: z.int() }),
  },
  /** Told to a client instead of `wallet-empty` and `overdraft-in-use`: whose wallet is short is not his business. */
  "consultant-not-ready": { status: 409, title: "The consultant cannot take the call right now", facts: none },
  "overdraft-in-use": { status: 402, title: "New calls wait until the overdraft is paid", facts: z.object({ owedKopecks: z.int() }) },
  "amount-not-valid": { status: 422, title: "The amount is out of bounds", facts: z.object({ minKopecks: z.int(), maxKopecks: z.int() }) },
  "person-unknown": { status: 404, title: "No person with this e-mail", facts: none },
  "comment-not-valid": { status: 422, title: "The comment is empty or too long", facts: z.object({ maxLength: z.int() }) },
  "card-incomplete": {
    status: 422,
    title: "A card needs price, configuration and text before it is published",
    facts: z.object({ missing: z.array(z.string()) }),
  },
  "price-not-valid": { status: 422, title: "The price is out of bounds", facts: z.object({ minKopecks: z.int(), maxKopecks: z.int() }) },
  "consultant-not-free": { status: 409, title: "The consultant cannot be called now", facts: none },
  "price-changed": {
    status: 409,
    title: "The price is another one by now",
    facts: z.object({ priceKopecks: z.int() }),
  },
  "own-call": { status: 409, title: "Nobody can call himself", facts: none },
  "ring-over": { status: 409, title: "The ring is over", facts: z.object({ state: z.string() }) },
  "recording-not-agreed": { status: 409, title: "Both sides have to agree to a recording first", facts: none },
  /** `count` and `hash`: the end of the chain, which the next segment has to follow. */
  "recording-out-of-order": {
    status: 409,
    title: "The segment does not follow the last one that is known",
    facts: z.object({ count: z.int(), hash: z.string() }),
  },
  "recording-full": { status: 413, title: "No more can be recorded of this call", facts: z.object({ maxSegments: z.int() }) },
  "storage-full": { status: 507, title: "The server has no room for recordings just now", facts: none },
  overloaded: { status: 503, title: "The server is starting or stopping", facts: none },
  internal: { status: 500, title: "Something went wrong at our end", facts: z.object({ requestId: z.string() }) },
} as const satisfies Record<string, { status: number; title: string; facts: z.ZodMiniObject }>;

export type ProblemType = keyof typeof problems;
export type ProblemFacts<T extends ProblemType> = z.infer<(typeof problems)[T]["facts"]>;

/** The body of `application/problem+json`. */
export const problemBody = z.object({
  type: z.enum(Object.keys(problems) as [ProblemType, ...ProblemType[]]),
  title: z.string(),
  status: z.int(),
  facts: z.record(z.string(), z.unknown()),
});
export type ProblemBody = z.infer<typeof problemBody>;
