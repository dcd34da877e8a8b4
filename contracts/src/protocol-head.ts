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
    client: { name, organisation, inn, email, emailConfirmed },
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
  const ended = told("ended");
  if (ended === undefined) return call.endedAt === null ? beforeItsEnd(protocol, told("joined", "rung")) : "the end";
  const confirmed = told("email-confirmed");
  const client = confirmed === undefined ? {} : { email: confirmed.facts["email"], emailConfirmed: true };
  const written = ended.facts["head"];
  const { client: before, ...rest }: Record<string, unknown> = typeof written === "object" && written !== null ? { ...written } : {};
  const expected = { ...rest, client: typeof before === "object" ? { ...before, ...client } : before };
  if (canonicalJson(expected) !== canonicalJson(headOf(protocol))) return `event ${ended.n}`;
  return settledFits(protocol, told("settled"));
}

/** While a call runs only its beginning is written. */
function beforeItsEnd({ call, events }: Written, came: JournalEvent | undefined): string | null {
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

const isTold = ({ by, fee, earned }: Extract<CallOutcome, { state: "settled" }>, settled: JournalEvent | undefined): boolean =>
  settled?.facts["by"] === by && settled.facts["feeKopecks"] === Number(fee) && settled.facts["earnedKopecks"] === Number(earned);
