/** Days of a period, what counts as the same configuration, how figures add up. Pure. */
import { STATISTICS_DAYS_MAX, type Figures } from "@minuta/contracts/reports";
import { configurations } from "@minuta/contracts/taxonomy";
import { kopecks } from "@minuta/contracts/money";

export const nothing: Figures = { calls: 0, billableSeconds: 0, charged: kopecks(0), earned: kopecks(0), held: kopecks(0) };

export const sumOf = (all: readonly Figures[]): Figures =>
  all.reduce(
    (sum, one) => ({
      calls: sum.calls + one.calls,
      billableSeconds: sum.billableSeconds + one.billableSeconds,
      charged: kopecks(sum.charged + one.charged),
      earned: kopecks(sum.earned + one.earned),
      held: kopecks(sum.held + one.held),
    }),
    nothing,
  );

/** Every day from `from` to `to`, both included; null when `to` is before `from` or there are too many. */
export function daysOf(from: string, to: string): string[] | null {
  const first = Temporal.PlainDate.from(from);
  const days = first.until(to, { largestUnit: "days" }).days + 1;
  if (days < 1 || days > STATISTICS_DAYS_MAX) return null;
  return Array.from({ length: days }, (_, day) => first.add({ days: day }).toString());
}

/** As people write it, without what they may leave out: `1С:Бухгалтерия предприятия 3.0` is `Бухгалтерия предприятия, ред. 3.0`. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^1[сc]\s*:\s*/, "")
    .replace(/,?\s*ред\.\s*/, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

const codes = new Map(
  configurations.flatMap(({ code, ru, en, aliases }) => [code, ru, en, ...aliases].map((name): [string, string] => [plain(name), code])),
);

/** The code of a configuration however it was named; words that name none stay as they are. */
export const codeOf = (configuration: string | null): string | null =>
  configuration === null ? null : (codes.get(plain(configuration)) ?? configuration);

export interface OfConfiguration {
  readonly configuration: string | null;
  readonly figures: Figures;
}

/** What was named in different words becomes one; most minutes first. */
export function byCode(rows: readonly OfConfiguration[]): (Figures & { code: string | null })[] {
  const groups = Map.groupBy(rows, ({ configuration }) => codeOf(configuration));
  return [...groups]
    .map(([code, of]) => ({ code, ...sumOf(of.map(({ figures }) => figures)) }))
    .sort((one, other) => other.billableSeconds - one.billableSeconds || other.calls - one.calls);
}
