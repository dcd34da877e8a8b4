import { kopecks } from "@minuta/contracts/money";
import type { LineTerms } from "@minuta/contracts/tariff";

/** The carrier tariff as it is sold: 1 RUB a minute, by the started minute, six seconds free. */
export const CARRIER_TERMS: LineTerms = {
  pulse: { firstSeconds: 60, nextSeconds: 60, freeSeconds: 6 },
  pricePerMinute: kopecks(100),
  connectionFee: kopecks(0),
};
