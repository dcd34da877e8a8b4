/**
 * The head of a protocol: who, about what, when, at what price and how much. The event that ends a call has it, so the journal's hash binds
 * it and both ends sign it with the closing statement; what may change afterwards has events of its own. Pure.
 */
import type { CallOutcome, CallView } from "./calls.ts";
import { canonicalJson } from "./journal-chain.ts";
import type { JournalEvent, Protocol } from "./journal.ts";
import { sha256Hex } from "./sha256.ts";

type HeadCall = Omit<CallView, "side" | "youPay" | "meter">;

/** What the head is made of. */
export type Headed = Pick<Protocol, "number" | "intervals" | "provenSeconds" | "billableSeconds" | "charged" | "pricePerMinute"> & {
  readonly call: HeadCall;
};

/** As the journal keeps it. The stretches of time are many: their hash is enough. */
export function headOf({ number, call, intervals, provenSeconds, billableSeconds, charged, pricePerMinute }: Headed) {
  const { tariff, consultant, client, task, configuration, release, ownRateKopecks, openedAt, endedAt, endReason, flags } = call;
  const { name, organisation, inn, email, emailConfirmed } = client;
  const stretches = intervals.map(({ from, to, ...rest }) => ({ ...rest, from: from.toISOString(), to: to.toISOString() }));
  return {
    number,
    tariff,
    consultant,
    // An address that nobody confirmed says nothing of who it was.
    client: { name, organisation, inn, email: emailConfirmed ? email : null, emailConfirmed },
    task,
    configuration,
    release,
    ownRateKopecks,
    openedAt: openedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    endReason,
    flags,
    provenSeconds,
    billableSeconds,
    chargedKopecks: Number(charged),
    pricePerMinuteKopecks: Number(pricePerMinute),
    intervals: sha256Hex(canonicalJson(stretches)),
  };
}

type Written = Pick<Protocol, "events"> & Headed;

/** Null: what the protocol says of the call is what its journal says. Else where it is not. */
export function headFits(protocol: Written): string | null {
  const { call, events } = protocol;
  const told = (...kinds: readonly JournalEvent["kind"][]): JournalEvent | undefined => events.findLast(({ kind }) => kinds.includes(kind));
  const [ended, again] = events.filter(({ kind }) => kind === "ended");
  if (again !== undefined) return `event ${again.n}`;
  if (ended === undefined) return call.endedAt === null ? beginningFits(protocol, told("joined", "rung")) : "the end";
  const confirmed = told("email-confirmed");
  const client = confirmed === undefined ? {} : { client: { email: confirmed.facts["email"], emailConfirmed: true } };
  const head = headIn(ended) ?? { endReason: ended.facts["reason"] };
  if (!isSaid(merged(head, client), headOf(protocol))) return `event ${ended.n}`;
  return beginningFits(protocol, told("joined", "rung")) ?? settledFits(protocol, told("settled"));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Null: the call ended before heads were written. */
function headIn({ facts }: JournalEvent): Readonly<Record<string, unknown>> | null {
  return isObject(facts["head"]) ? facts["head"] : null;
}

/** The event whose signatures stand for the head; null: nothing binds it, as while the call runs. */
export const headEvent = (events: readonly JournalEvent[]): JournalEvent | null =>
  events.find((event) => event.kind === "ended" && headIn(event) !== null) ?? null;

const merged = (one: Readonly<Record<string, unknown>>, over: Readonly<Record<string, object>>): Record<string, unknown> => ({
  ...one,
  ...Object.fromEntries(Object.entries(over).map(([name, more]) => [name, isObject(one[name]) ? { ...one[name], ...more } : more])),
});

/** Whether `now` says all that was written; what is said since is more. */
function isSaid(written: unknown, now: unknown): boolean {
  if (isObject(written) && isObject(now)) return Object.entries(written).every(([name, value]) => isSaid(value, now[name]));
  return written !== undefined && now !== undefined && canonicalJson(written) === canonicalJson(now);
}

/** While a call runs only this is written. */
function beginningFits({ call, events }: Written, came: JournalEvent | undefined): string | null {
  if (came !== undefined && came.facts["name"] !== call.client.name) return `event ${came.n}`;
  const task = events.findLast(({ facts }) => typeof facts["task"] === "string");
  return task !== undefined && task.facts["task"] !== call.task ? `event ${task.n}` : null;
}

/** A carrier call has no outcome; whose money is shared waits for the client's word until it is settled. */
function settledFits({ call: { tariff, state, outcome }, charged, events }: Written, settled: JournalEvent | undefined): string | null {
  const at = `event ${settled?.n ?? events.length}`;
  if (state !== (settled === undefined ? "ended" : "settled") || (outcome === null) !== (tariff === "carrier")) return at;
  if (outcome === null) return null;
  const fits = outcome.state === "settled" ? isTold(outcome, settled) : settled === undefined;
  return fits && outcome.fee + outcome.earned === charged ? null : at;
}

const isTold = ({ by, at, fee, earned }: Extract<CallOutcome, { state: "settled" }>, settled: JournalEvent | undefined): boolean =>
  settled !== undefined &&
  isSaid({ by, feeKopecks: Number(fee), earnedKopecks: Number(earned) }, settled.facts) &&
  wereTogether(at, settled.at);

/** What is written in one transaction is written within this. */
const TRANSACTION_MS_MAX = 10_000;
export const wereTogether = (one: Date, other: Date): boolean => Math.abs(one.getTime() - other.getTime()) <= TRANSACTION_MS_MAX;
