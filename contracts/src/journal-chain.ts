/**
 * The evidence chain of a journal, computed alike by the server that writes it and by anyone who checks it: each event's hash is
 * SHA-256 over the event in canonical form together with the hash before it. Pure; needs neither network nor keys.
 */
import type { JournalEvent } from "./journal.ts";
import { sha256Hex } from "./sha256.ts";

/** Names the form below; a later form gets another name, and old journals stay checkable. */
const CHAIN_FORM = "minuta-journal-1";

/** What stands before the first event. */
export const CHAIN_START = "0".repeat(64);

/**
 * JSON in one form only (RFC 8785): members sorted by their names' UTF-16 units, no blanks. Members that are `undefined` are left out.
 * Throws on what JSON cannot say (NaN, bigint, functions).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`not JSON: ${value}`);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`not JSON: ${typeof value}`);
  return text;
}

/** An event without its hash. `at` in whole milliseconds. */
export type UnhashedEvent = Omit<JournalEvent, "hash">;

/** The hash of `event` as it stands in the journal of call `callId` after the event whose hash is `before` (`CHAIN_START` for the first). */
export function hashOfEvent(callId: string, before: string, event: UnhashedEvent): string {
  const { n, at, actor, kind, facts } = event;
  return sha256Hex(canonicalJson([CHAIN_FORM, callId, before, n, at.toISOString(), actor, kind, facts]));
}

/** `n`: the first place that does not hold: an event that is missing, out of order or changed; `head`: the end was cut off or is of another journal. */
export type ChainCheck = { readonly holds: true } | { readonly holds: false; readonly at: { readonly n: number } | "head" };

/** Whether `events` are exactly the journal of `callId` whose last hash is `head` (as printed in the protocol). */
export function checkChain(callId: string, events: readonly JournalEvent[], head: string): ChainCheck {
  let before = CHAIN_START;
  for (const [index, event] of events.entries()) {
    if (event.n !== index + 1 || event.hash !== hashOfEvent(callId, before, event)) return { holds: false, at: { n: index + 1 } };
    before = event.hash;
  }
  return before === head ? { holds: true } : { holds: false, at: "head" };
}
