/** What talk costs: a pure, monotone function of billable seconds. Server, web and protocol compute the same (domain rule "Metering"). */
import { z } from "zod/mini";
import { kopecks, type Kopecks } from "./money.ts";

/** Which of the two tariffs a call runs on: who pays the platform, and how it is split. */
export const tariffKind = z.enum(["carrier", "marketplace"]);
export type TariffKind = z.infer<typeof tariffKind>;

/** The pulse of a tariff version: `firstSeconds/nextSeconds`, free seconds, connection fee. 60/60 is the started minute. */
export const pulse = z.object({
  firstSeconds: z.int().check(z.positive()),
  nextSeconds: z.int().check(z.positive()),
  /** Talk of up to this many seconds costs nothing; one second more is charged from the first. */
  freeSeconds: z.int().check(z.nonnegative()),
});
export type Pulse = z.infer<typeof pulse>;

/** What `costOfTalk` needs to know of a line. Price in kopecks a minute. */
export interface LineTerms {
  readonly pulse: Pulse;
  readonly pricePerMinute: Kopecks;
  readonly connectionFee: Kopecks;
}

/** Seconds that are paid for `billableSeconds` of talk: none while free, then the first pulse, then every started next pulse. */
export function chargeableSeconds(of: Pulse, billableSeconds: number): number {
  if (!Number.isSafeInteger(billableSeconds) || billableSeconds < 0) throw new RangeError("billable seconds are whole and ≥ 0");
  if (billableSeconds === 0 || billableSeconds <= of.freeSeconds) return 0;
  const beyondFirst = Math.max(0, billableSeconds - of.firstSeconds);
  return of.firstSeconds + Math.ceil(beyondFirst / of.nextSeconds) * of.nextSeconds;
}

/** Cost in kopecks of `billableSeconds`: cumulative and floored, so charging step by step adds up to the same sum. */
export function costOfTalk(terms: LineTerms, billableSeconds: number): Kopecks {
  const seconds = chargeableSeconds(terms.pulse, billableSeconds);
  if (seconds === 0) return kopecks(0n);
  return kopecks(terms.connectionFee + (BigInt(seconds) * terms.pricePerMinute) / 60n);
}

/** Talk without a price and money without an end are bounded by this many seconds (68 years). */
export const SECONDS_MAX = 2_147_483_647;

/** The most whole seconds of talk that `money` pays for: the largest `s` with `costOfTalk(terms, s) <= money`. */
export function fundedSeconds({ pulse, pricePerMinute, connectionFee }: LineTerms, money: Kopecks): number {
  if (money < connectionFee) return pulse.freeSeconds;
  if (pricePerMinute === 0n) return SECONDS_MAX;
  // The largest n with floor(n * price / 60) <= money - fee.
  const payable = ((money - connectionFee + 1n) * 60n - 1n) / pricePerMinute;
  const chargeable = Number(payable > BigInt(SECONDS_MAX) ? BigInt(SECONDS_MAX) : payable);
  if (chargeable < pulse.firstSeconds) return pulse.freeSeconds;
  return Math.max(
    pulse.freeSeconds,
    pulse.firstSeconds + Math.floor((chargeable - pulse.firstSeconds) / pulse.nextSeconds) * pulse.nextSeconds,
  );
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
