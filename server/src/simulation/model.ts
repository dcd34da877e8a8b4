/**
 * The rules of money and time once more, written from the rules of the product and not from its code: plain loops over plain lists.
 * Slow, obvious, and the judge of everything a simulation does. Pure. Instants are milliseconds.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a line is charged by: a version of the tariff with the price that was agreed. */
export interface Terms {
  readonly kind: "carrier" | "marketplace";
  readonly price: bigint;
  readonly connectionFee: bigint;
  readonly firstSeconds: number;
  readonly nextSeconds: number;
  readonly freeSeconds: number;
  readonly siblingMinutes: number;
  readonly topUpWaitSeconds: number;
  readonly pauseMaxSeconds: number;
  readonly overdraftMinutes: number;
  readonly feePercent: bigint;
}

/** Whether any span of the list holds this instant. */
const holds = (spans: readonly Span[], at: number): boolean => spans.some(({ from, to }) => from <= at && at < to);

/** The time in which `inside` says yes, given that it only changes its mind at an edge of these lists. */
function timeIn(lists: readonly (readonly Span[])[], inside: (at: number) => boolean): Span[] {
  const edges = [...new Set(lists.flat().flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const found: { from: number; to: number }[] = [];
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1];
    if (to === undefined || !inside(from)) continue;
    const last = found.at(-1);
    if (last?.to === from) last.to = to;
    else found.push({ from, to });
  }
  return found;
}

/** Time that is in every one of the lists. */
export const inAll = (lists: readonly (readonly Span[])[]): Span[] => timeIn(lists, (at) => lists.every((list) => holds(list, at)));
/** Time of the first list that is in none of the second. */
export const without = (spans: readonly Span[], cut: readonly Span[]): Span[] =>
  timeIn([spans, cut], (at) => holds(spans, at) && !holds(cut, at));
export const lengthMs = (spans: readonly Span[]): number =>
  timeIn([spans], (at) => holds(spans, at)).reduce((sum, { from, to }) => sum + to - from, 0);

export interface Evidence {
  readonly client: readonly Span[];
  readonly consultant: readonly Span[];
  readonly pauses: readonly Span[];
  readonly life: Span;
}

/** Both present, nobody paused, within the life of the line. */
export const provenTime = ({ client, consultant, pauses, life }: Evidence): Span[] => without(inAll([client, consultant, [life]]), pauses);

/** The same in whole seconds, rounded once. */
export const provenSeconds = (evidence: Evidence): number => Math.floor(lengthMs(provenTime(evidence)) / 1000);

/** Nothing while free; then the fee, the first pulse from the first second, and every started next one. */
export function costOf(terms: Terms, billableSeconds: number): bigint {
  if (billableSeconds <= terms.freeSeconds || billableSeconds <= 0) return 0n;
  let paid = terms.firstSeconds;
  while (paid < billableSeconds) paid += terms.nextSeconds;
  return terms.connectionFee + (BigInt(paid) * terms.price) / 60n;
}

/** What the next unit beyond `charged` costs all in all: the cheapest cost of any talk that is more than that. */
export function nextCost(terms: Terms, charged: bigint): bigint {
  let seconds = terms.freeSeconds + 1;
  while (terms.price > 0n && costOf(terms, seconds) <= charged) seconds += 1;
  return costOf(terms, seconds);
}

/** In full: the platform's share rounded down, the odd kopeck is the consultant's. */
export function sharesOf(terms: Terms, charged: bigint): { fee: bigint; earned: bigint } {
  const fee = (charged * terms.feePercent) / 100n;
  return { fee, earned: charged - fee };
}
