/** The rules of the journal: its limits, when a statement is due. Pure. */
import { STATEMENT_EVERY_SECONDS, type Statement } from "@minuta/contracts/statement";

/** Canonical JSON of one event's facts, characters: a comment of 4000 characters fits. */
export const FACTS_MAX_LENGTH = 30_000;
/** Events of one call: more than a chatty day; a flood is cut off here. */
export const EVENTS_MAX = 20_000;
/** Events of one call that wait to be written. */
export const WAITING_MAX = 1_000;

/** Keys one side of a call may show, one after another: pages opened anew on devices that keep nothing. */
export const KEYS_MAX = 100;

export interface StatementDue {
  readonly measured: { readonly provenSeconds: number; readonly waitsForSignatures: boolean };
  readonly last: Pick<Statement, "provenSeconds" | "closing" | "journal" | "keys" | "recordings"> | null;
  /** The keys that sign now. */
  readonly keys: Statement["keys"];
  /** What is known of the recordings now. */
  readonly recordings: Statement["recordings"];
  readonly over: boolean;
  readonly journalN: number;
  readonly always: boolean;
}

/**
 * A statement is due for every minute that was proven, when the call is over, and when its journal or a recording went on after that. A call
 * that waits for signatures proves nothing more, so an end that came back with another key has something to sign only if it is stated anew.
 */
export function isDue(due: StatementDue): boolean {
  const { measured, last, keys, always } = due;
  if (due.over) return isClosingDue(due);
  if (measured.waitsForSignatures && last !== null && !sameOfBoth(last.keys, keys)) return true;
  const stated = last?.provenSeconds ?? 0;
  const minutes = (seconds: number): number => Math.floor(seconds / STATEMENT_EVERY_SECONDS);
  return minutes(measured.provenSeconds) > minutes(stated) || (always && measured.provenSeconds > stated);
}

const isClosingDue = ({ last, journalN, recordings }: StatementDue): boolean =>
  last?.closing !== true || last.journal.n < journalN || !sameOfBoth(last.recordings, recordings);

type OfBoth = Statement["keys" | "recordings"];
const sameOfBoth = (one: OfBoth, other: OfBoth): boolean => one.client === other.client && one.consultant === other.consultant;
