/** Which calls the demo's month holds: a pure function of a generator of chance and of the present. */
import { cases, guests, type DemoCase, type DemoGuest } from "./demo-history-cases.ts";

/** A number in [0, 1). */
export type Chance = () => number;

/** The same numbers for the same seed (mulberry32, T. Ettinger). Good enough for a demo and nothing else. */
export function seededChance(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Both are on the line for so many seconds; then a pause, or the client loses the connection, or nothing follows. */
export interface Stretch {
  readonly seconds: number;
  readonly interrupted: { readonly why: "pause" | "away"; readonly seconds: number } | null;
}

export interface PlannedCall {
  /** When it opens. No two overlap. */
  readonly at: Date;
  /** By e-mail. */
  readonly consultant: string;
  /** A guest came by a link (carrier); a person, by e-mail, rang (marketplace). */
  readonly client: DemoGuest | string;
  readonly about: DemoCase;
  readonly talk: readonly Stretch[];
  /** How long after the end each side commented; null: never. */
  readonly commentMinutes: { readonly client: number | null; readonly consultant: number | null };
  /** How long after the end the client said *solved*; null: he says nothing. Without meaning in a carrier call. */
  readonly solvedMinutes: number | null;
}

type Pair = Pick<PlannedCall, "client" | "consultant">;

export const HISTORY_DAYS = 30;

/** Hours of the Moscow day at or after which a call opens; it is over before the next. */
const SLOT_HOURS = [9, 11, 13, 15, 17];
const WEEKDAY_CALLS = 3;
const WEEKEND_CALLS = 1;
const LONGEST_TALK_MINUTES = 50;
/** Of the older marketplace calls every so many-th is settled by silence. */
const SILENT_EVERY = 3;

const [anna, igor, maria] = ["anna@minuta.example", "igor@minuta.example", "maria@minuta.example"] as const;
const [olga, sergey] = ["olga@minuta.example", "sergey@minuta.example"] as const;

/** How many calls by a link each consultant had. */
const carrierCalls = { [anna]: 18, [igor]: 10, [maria]: 12 };
/** How many rings of whom at whom. Consultants call each other too: a client in one call, a consultant in the next. */
const rings: readonly (Pair & { readonly calls: number })[] = [
  { client: olga, consultant: anna, calls: 7 },
  { client: olga, consultant: maria, calls: 5 },
  { client: sergey, consultant: igor, calls: 5 },
  { client: sergey, consultant: anna, calls: 3 },
  { client: maria, consultant: igor, calls: 2 },
  { client: anna, consultant: igor, calls: 1 },
];
/** The last calls, of yesterday or the day before: they still wait for their outcome. */
const waiting: readonly Pair[] = [
  { client: olga, consultant: maria },
  { client: sergey, consultant: anna },
];

/** The calls of the month before `present`, oldest first; the last ones are yesterday's. */
export function planCalls(chance: Chance, present: Date): PlannedCall[] {
  const byLink = Object.entries(carrierCalls).flatMap(([consultant, calls]) =>
    Array.from({ length: calls }, (): Pair => ({ consultant, client: pick(chance, guests) })),
  );
  const rung = rings.flatMap(({ calls, ...pair }) => Array.from({ length: calls }, (): Pair => pair));
  const pairs = [...shuffled(chance, [...byLink, ...rung]), ...waiting];
  const opened = openings(chance, present).slice(-pairs.length);
  const nextCase = casesInTurn(chance);
  return pairs.map((pair, n) => {
    const waits = n >= pairs.length - waiting.length;
    const silent = waits || (n < pairs.length / 2 && n % SILENT_EVERY === 0);
    return {
      ...pair,
      at: opened[n]!,
      about: nextCase(pair.consultant),
      talk: talkOf(chance),
      commentMinutes: {
        client: chance() < 0.7 ? between(chance, 2, 90) : null,
        consultant: chance() < 0.85 ? between(chance, 1, 8) : null,
      },
      solvedMinutes: silent ? null : between(chance, 1, 180),
    };
  });
}

/** When calls open on the days before the one of `present`, oldest first: 70 of them or more. */
function openings(chance: Chance, present: Date): Date[] {
  const today = Temporal.Instant.fromEpochMilliseconds(present.getTime()).toZonedDateTimeISO("Europe/Moscow").toPlainDate();
  return Array.from({ length: HISTORY_DAYS }, (_, n) => today.subtract({ days: HISTORY_DAYS - n })).flatMap((day) => {
    const calls = day.dayOfWeek > 5 ? WEEKEND_CALLS : WEEKDAY_CALLS;
    const hours = shuffled(chance, SLOT_HOURS)
      .slice(0, calls)
      .toSorted((one, other) => one - other);
    return hours.map((hour) => {
      const opens = day.toZonedDateTime({
        timeZone: "Europe/Moscow",
        plainTime: { hour, minute: between(chance, 5, 50), second: between(chance, 0, 59) },
      });
      return new Date(opens.epochMilliseconds);
    });
  });
}

/** Short calls are frequent, long ones rare; some are paused, in some the client's connection breaks. */
function talkOf(chance: Chance): Stretch[] {
  const seconds = Math.round(60 + (LONGEST_TALK_MINUTES - 1) * 60 * chance() ** 2);
  const luck = chance();
  if (seconds < 240 || luck > 0.3) return [{ seconds, interrupted: null }];
  const before = Math.round(seconds * (0.3 + 0.4 * chance()));
  const interrupted =
    luck < 0.2
      ? ({ why: "pause", seconds: between(chance, 45, 360) } as const)
      : ({ why: "away", seconds: between(chance, 12, 55) } as const);
  return [
    { seconds: before, interrupted },
    { seconds: seconds - before, interrupted: null },
  ];
}

/** Each consultant's cases in an order of their own, from the beginning when all were told. */
function casesInTurn(chance: Chance): (consultant: string) => DemoCase {
  const orders = new Map(Object.entries(cases).map(([consultant, all]) => [consultant, shuffled(chance, all)]));
  const told = new Map<string, number>();
  return (consultant) => {
    const order = orders.get(consultant) ?? [];
    const n = told.get(consultant) ?? 0;
    told.set(consultant, n + 1);
    return order[n % order.length]!;
  };
}

const between = (chance: Chance, least: number, most: number): number => least + Math.floor(chance() * (most - least + 1));
export const pick = <T>(chance: Chance, among: readonly T[]): T => among[between(chance, 0, among.length - 1)]!;

function shuffled<T>(chance: Chance, things: readonly T[]): T[] {
  const all = [...things];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = between(chance, 0, at);
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}
