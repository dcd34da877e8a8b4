/** When everything is over: what was charged against what really happened, to the kopeck. Pure. */
import type { Side } from "@minuta/contracts/ids";
import type { Version } from "./arena.ts";
import { costOf, inAll, lengthMs, nextCost, provenSeconds, sharesOf, without, type Span } from "./model.ts";
import type { Oracle } from "./oracle.ts";
import type { Row, Snapshot } from "./snapshot.ts";
import { truth, type Call } from "./world.ts";

export interface Payer {
  readonly id: string;
  paidIn: bigint;
}
export interface Ringing {
  readonly call: Call;
  readonly version: Version;
  readonly price: bigint | null;
  state: "wanted" | "open" | "ending" | "over";
  /** All that its payer had ever paid in when it ended. */
  paidIn: bigint;
}
/** The database's clock leapt. */
export interface Jump {
  readonly at: number;
  readonly by: number;
}

/** The database's clock when it is `ms` for everybody else. */
export const toDatabase = (jumps: readonly Jump[], ms: number): number =>
  jumps.reduce((at, jump) => (jump.at < ms ? at + jump.by : at), ms);

export interface End {
  readonly oracle: Oracle;
  readonly seen: Snapshot;
  /** Nothing went wrong in this life. */
  readonly calm: boolean;
  readonly jumps: readonly Jump[];
  readonly rings: readonly Ringing[];
  readonly payers: readonly Payer[];
}
interface Said {
  readonly wrong: string;
  readonly because: string;
}

const sides = ["client", "consultant"] as const;
/** At each break of a calm life: what is fresh for 4 s, seconds until the next look and probe, and a page that came anew. */
const LOST_AT_A_BREAK_SECONDS = 11;

export function judgeEnd(end: End): Said[] {
  const ofCalls = end.rings.flatMap((ring) => {
    const line = end.seen.lines.find(({ call }) => call === ring.call.id);
    return line === undefined ? [] : [...judgeEvidence(end, ring, line), ...judgeCharge(end, ring, line), ...judgeShares(end, ring, line)];
  });
  return [...ofCalls, ...end.payers.flatMap((payer) => judgePayer(end, payer))];
}

const lifeOf = (line: Row): Span => ({ from: line.openedAt, to: line.endedAt ?? 0 });
const say = (wrong: string, because: unknown = ""): Said => ({
  wrong,
  because: JSON.stringify(because, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
});

/** When this side was there, by the database's clock, without what it leapt over. */
function really({ jumps }: End, call: Call, side: Side): Span[] {
  return truth(call, side).flatMap(({ from, to }) => {
    const leaps = jumps.map(({ at }) => at).filter((at) => from <= at && at < to);
    return [from, ...leaps].map((start, index) => ({
      from: index === 0 ? toDatabase(jumps, start) : afterLeap(jumps, start),
      to: toDatabase(jumps, leaps[index] ?? to),
    }));
  });
}

/** The database's clock right after the leap at this instant; `toDatabase` says where it was right before. */
const afterLeap = (jumps: readonly Jump[], at: number): number => toDatabase(jumps, at + 1) - 1;

/** Evidence is of what was. A leap of the clock is noticed by the next lease: until then time may lie elsewhere, but there is never more of it. */
function judgeEvidence(end: End, { call }: Ringing, line: Row): Said[] {
  return sides.flatMap((side) => {
    const shown = inAll([end.seen.presence.filter((row) => row.call === line.call && row.side === side), [lifeOf(line)]]);
    const real = really(end, call, side);
    const invented = end.jumps.length === 0 ? lengthMs(without(shown, real)) : lengthMs(shown) - lengthMs(inAll([real, [lifeOf(line)]]));
    return invented > 0 ? [say(`${invented} ms of the ${side} of ${line.call.slice(0, 4)} are evidence of nothing`, { shown, real })] : [];
  });
}

function judgeCharge(end: End, ring: Ringing, line: Row): Said[] {
  const { oracle, seen } = end;
  const terms = oracle.termsOf(line);
  const life = lifeOf(line);
  const pauses = seen.pauses.filter(({ call }) => call === line.call).map(({ from, to }) => ({ from, to: to ?? life.to }));
  const [client, consultant] = [really(end, ring.call, "client"), really(end, ring.call, "consultant")];
  const truly = provenSeconds({ client, consultant, pauses, life });
  const proven = oracle.proven(line, seen, Number.POSITIVE_INFINITY);
  const breaks = client.length + consultant.length + pauses.length;
  return [
    line.charged > costOf(terms, truly) ? say(`charged ${line.charged} for ${truly} s that both were really there`, line) : null,
    end.calm && truly - proven > 2 + LOST_AT_A_BREAK_SECONDS * breaks
      ? say(`only ${proven} of ${truly} s are proven in a calm life`, { client, consultant })
      : null,
    line.charged < costOf(terms, proven) && couldPay(end, ring, line)
      ? say(`${proven} s cost ${costOf(terms, proven)}, only ${line.charged} is charged`, line)
      : null,
  ].filter((said) => said !== null);
}

/** Talk beyond what could be paid is nobody's. Certain where there was one call, never out of money, and what is there would do. */
function couldPay({ oracle, seen }: End, { paidIn }: Ringing, line: Row): boolean {
  const alone = seen.lines.every(({ payer, id }) => payer !== line.payer || id === line.id);
  const neverShort = seen.pauses.every(({ call, why }) => call !== line.call || why !== "top-up");
  return alone && neverShort && paidIn >= nextCost(oracle.termsOf(line), line.charged);
}

/** A solved call leaves the platform its percent and the consultant the rest; a carrier call is the platform's. */
function judgeShares({ oracle, seen }: End, { call }: Ringing, line: Row): Said[] {
  const held = line.held === 0n ? [] : [say(`${line.held} stayed held`, line)];
  if (call.payee === null) return held;
  const earned = seen.wallets.find(({ name }) => name === `earned:${call.payee}`)?.balance ?? 0n;
  const shares = sharesOf(oracle.termsOf(line), line.charged);
  return earned === shares.earned
    ? held
    : [...held, say(`of ${line.charged} the consultant got ${earned} instead of ${shares.earned}`, line)];
}

/** Everything that was not charged was given back. */
function judgePayer({ seen }: End, { id, paidIn }: Payer): Said[] {
  const charged = seen.lines.filter(({ payer }) => payer === id).reduce((sum, line) => sum + line.charged, 0n);
  const balance = seen.wallets.find(({ name }) => name === `wallet:${id}`)?.balance ?? 0n;
  return balance + charged === paidIn ? [] : [say(`paid in ${paidIn}, charged ${charged}, left ${balance}`)];
}
