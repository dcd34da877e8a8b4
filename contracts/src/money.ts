/** Money is whole kopecks, a branded bigint; on the wire a JSON integer. No floats, ever (domain rule "Money"). */
import { z } from "zod/mini";

/** A sum of money in kopecks; may be negative where a balance may. */
export type Kopecks = bigint & z.core.$brand<"Kopecks">;

/** Makes kopecks of a whole number; refuses (throws) fractions and numbers past 2^53. */
export function kopecks(value: bigint | number): Kopecks {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError(`not whole kopecks: ${value}`);
  return BigInt(value) as Kopecks;
}

/** JSON integer ↔ branded bigint. */
export const kopecksSchema = z.codec(z.int(), z.bigint().brand<"Kopecks">(), {
  decode: (wire) => kopecks(wire),
  encode: (sum) => Number(sum),
});

/** A row's int8 as kopecks (the driver already gives bigint). */
export const kopecksColumn = z.bigint().brand<"Kopecks">();

/** floor(sum × percent / 100) for sum ≥ 0: the one who receives a share never gains the last kopeck. */
export function percentRoundingDown(sum: Kopecks, percent: bigint): Kopecks {
  if (sum < 0n || percent < 0n) throw new RangeError("shares are of sums ≥ 0");
  return kopecks((sum * percent) / 100n);
}
