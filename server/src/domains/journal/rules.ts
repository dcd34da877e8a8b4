/** The rules of the journal: its limits, the protocol's number, what the consultant asks for. Pure. */
import { kopecks, type Kopecks } from "@minuta/contracts/money";

/** Canonical JSON of one event's facts, characters: a comment of 4000 characters fits. */
export const FACTS_MAX_LENGTH = 30_000;
/** Events of one call: more than a chatty day; a flood is cut off here. */
export const EVENTS_MAX = 20_000;
/** Events of one call that wait to be written. */
export const WAITING_MAX = 1_000;

/** Quasigroup of Damm (2004): catches every wrong digit and every swap of neighbours. */
const damm = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** `П-000126-9`: the call's number, six digits or more, and its check digit. */
export function protocolNumber(callNumber: bigint): string {
  const digits = callNumber.toString().padStart(6, "0");
  const check = Array.from(digits).reduce((row, digit) => Number(damm[row]![Number(digit)]), 0);
  return `П-${digits}-${check}`;
}

/**
 * Seconds that `charged` pays for at this price: the talk as the pulse rounded it, read back from the money, so that paper and ledger
 * cannot differ. Exact from 60 kopecks a minute up.
 */
export const paidSeconds = (charged: Kopecks, pricePerMinute: Kopecks): number =>
  pricePerMinute === 0n ? 0 : Number((charged * 60n + pricePerMinute - 1n) / pricePerMinute);

/** What the consultant asks of his client: his own rate (kopecks a minute) for the seconds that are paid for, rounded down. */
export const ownSum = (ratePerMinute: number | null, chargeableSeconds: number): Kopecks | null =>
  ratePerMinute === null ? null : kopecks((BigInt(ratePerMinute) * BigInt(chargeableSeconds)) / 60n);
