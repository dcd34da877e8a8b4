/** Judges what the product did, step by step, by the rules of model.ts. */
import type { Version } from "./arena.ts";
import { costOf, nextCost, provenSeconds, type Evidence, type Span, type Terms } from "./model.ts";
import type { Row, Snapshot } from "./snapshot.ts";

/** What the simulation knows of a step that the database does not say. */
export interface Step {
  /** The database's clock at its end; nothing in it happens at another time. */
  readonly now: number;
  /** No two were at work at once, nothing failed, and nobody paid in. */
  readonly quiet: boolean;
  /** A pass over everything was the last that was done, and went through. */
  readonly passed: boolean;
}

const NOTHING: Snapshot = { lines: [], wallets: [], presence: [], pauses: [], news: [], overdrawn: 0 };
const keyOf = ({ copy, n }: { copy: number; n: number }): string => `${copy}:${n}`;
/** How long after its evidence a unit may wait for its charge while passes run: a pulse is gathered to a minute, the lease follows. */
const CHARGED_WITHIN_MS = 80_000;

export class Oracle {
  readonly #versions: ReadonlyMap<bigint, Version>;
  #before = NOTHING;
  readonly #warned = new Set<string>();
  /** What was proven of each line at each step since things went smoothly. */
  #smooth: { readonly now: number; readonly proven: ReadonlyMap<string, number> }[] = [];
  readonly wrong: string[] = [];

  constructor(versions: readonly Version[]) {
    this.#versions = new Map(versions.map((version) => [version.id, version]));
  }

  get lastNews(): number {
    return this.#newsRead;
  }
  #newsRead = 0;

  termsOf(line: Row): Terms {
    const version = this.#versions.get(line.tariff);
    if (version === undefined) throw new Error(`line ${line.id} has a tariff nobody made`);
    return { ...version, price: line.price };
  }

  /** Seconds proven by the evidence in the tables. */
  proven(line: Row, seen: Snapshot, now: number): number {
    return provenSeconds(this.evidence(line, seen, now));
  }

  evidence(line: Row, seen: Snapshot, now: number): Evidence {
    const of = (side: "client" | "consultant"): Span[] => seen.presence.filter((row) => row.call === line.call && row.side === side);
    const pauses = seen.pauses.filter(({ call }) => call === line.call).map(({ from, to }) => ({ from, to: to ?? Math.max(now, from) }));
    return {
      client: of("client"),
      consultant: of("consultant"),
      pauses,
      life: { from: line.openedAt, to: line.endedAt ?? now },
    };
  }

  /** Whether a call may begin: its first unit is there, and the payer's running calls keep their minutes. */
  mayOpen(seen: Snapshot, payer: string, terms: Terms): boolean {
    const running = seen.lines.filter((line) => line.payer === payer && line.status !== "ended");
    const burn = running.reduce((sum, line) => sum + line.price, 0n);
    const reserved = running.reduce((sum, line) => sum + line.reserved, 0n);
    const balance = seen.wallets.find(({ name }) => name === `wallet:${payer}`)?.balance ?? 0n;
    const forRunning = BigInt(terms.siblingMinutes) * burn - reserved;
    return balance >= nextCost(terms, 0n) + (forRunning > 0n ? forRunning : 0n);
  }

  judge(seen: Snapshot, step: Step): void {
    this.#judgeEvidence(seen, step);
    this.#judgeNews(seen, step);
    for (const line of seen.lines) this.#judgeLine(line, seen, step);
    this.#judgeMoney(seen);
    if (step.quiet && step.passed) this.#judgeSiblings(seen, step);
    this.#judgeDelay(seen, step);
    this.#before = seen;
    this.#newsRead = seen.news.at(-1)?.n ?? this.#newsRead;
  }

  #say(what: string): void {
    this.wrong.push(what);
  }

  /** Evidence never shrinks, pauses are never back-dated. */
  #judgeEvidence(seen: Snapshot, { now }: Step): void {
    const rows = new Map(seen.presence.map((row) => [keyOf(row), row]));
    for (const row of this.#before.presence) {
      const after = rows.get(keyOf(row));
      if (after === undefined || after.from !== row.from || after.to < row.to) this.#say(`evidence ${keyOf(row)} of ${row.side} shrank`);
    }
    for (const row of seen.presence) if (row.to > Math.max(now, row.from)) this.#say(`evidence ${keyOf(row)} reaches into the future`);
    const pauses = new Map(this.#before.pauses.map((pause) => [pause.id, pause]));
    for (const { id, from, to } of seen.pauses) {
      const before = pauses.get(id);
      if (before === undefined && from !== now) this.#say(`a pause began at ${from}, told at ${now}`);
      if (before !== undefined && before.from !== from) this.#say(`the beginning of a pause was changed from ${before.from} to ${from}`);
      if (before !== undefined && before.to !== null && before.to !== to) this.#say("the end of a pause was changed");
      if ((before === undefined || before.to === null) && to !== null && to !== now) this.#say(`a pause ended at ${to}, told at ${now}`);
    }
  }

  #judgeNews(seen: Snapshot, { now }: Step): void {
    for (const { topic, call } of seen.news) {
      if (topic === "metering.low_balance") this.#warned.add(call);
      // Whoever paid is warned anew before he waits a second time.
      if (topic === "metering.resumed") this.#warned.delete(call);
      if (topic === "metering.paused_for_top_up" && !this.#warned.has(call)) this.#say("a call was paused for money without a warning");
    }
    for (const line of seen.lines) {
      const before = this.#before.lines.find(({ id }) => id === line.id);
      if (line.status !== "ended" || before === undefined || before.status === "ended" || line.endReason === "call-ended") continue;
      const why = line.endReason === "no-money" ? "top-up" : "person";
      const terms = this.termsOf(line);
      const pause = this.#before.pauses.findLast((one) => one.call === line.call && one.to === null);
      const lasted = pause === undefined ? 0 : now - pause.from;
      if (pause?.why !== why || lasted < 1000 * (why === "top-up" ? terms.topUpWaitSeconds : terms.pauseMaxSeconds))
        this.#say(`a line was ended (${line.endReason}) after a pause (${pause?.why}) of ${lasted} ms`);
    }
  }

  #judgeLine(line: Row, seen: Snapshot, { now }: Step): void {
    const before = this.#before.lines.find(({ id }) => id === line.id);
    const terms = this.termsOf(line);
    const proven = this.proven(line, seen, now);
    if (line.charged > costOf(terms, proven)) this.#say(`charged ${line.charged} for ${proven} s that cost ${costOf(terms, proven)}`);
    if (before !== undefined && line.charged < before.charged) this.#say("a charge was taken back");
    if (before?.status === "ended" && line.charged !== before.charged) this.#say("an ended line was charged");
    if (line.status === "ended" && line.reserved !== 0n) this.#say("money stayed reserved for an ended line");
  }

  #judgeMoney(seen: Snapshot): void {
    const total =
      seen.wallets.reduce((sum, { balance }) => sum + balance, 0n) +
      seen.lines.reduce((sum, { reserved, held }) => sum + reserved + held, 0n);
    if (total !== 0n) this.#say(`all money together is ${total}`);
    if (seen.overdrawn > 0) this.#say("a marketplace call was paid by an overdraft");
    for (const { name, balance, overdraft, paidIn } of seen.wallets) {
      if (!name.startsWith("wallet:")) continue;
      const lines = seen.lines.filter(({ payer }) => name === `wallet:${payer}`).map((line) => this.termsOf(line));
      const entitled = lines.reduce(
        (most, { kind, overdraftMinutes, price }) =>
          kind === "carrier" && BigInt(overdraftMinutes) * price > most ? BigInt(overdraftMinutes) * price : most,
        0n,
      );
      if (balance < -(paidIn ? entitled : 0n)) this.#say(`a wallet is at ${balance}, entitled to owe ${paidIn ? entitled : 0n}`);
      if ((overdraft ?? 0n) > 0n && !paidIn) this.#say("somebody may owe who never paid in");
    }
  }

  /** Nobody waits for money while a sibling holds more than one unused unit, nor while his wallet could pay the next. */
  #judgeSiblings(seen: Snapshot, { now }: Step): void {
    for (const [index, { topic, call }] of seen.news.entries()) {
      const line = seen.lines.find((one) => one.call === call);
      // What a sibling set aside when it was charged later on, out of a wallet that was too small for this one, it did not hold then.
      const later = new Set(seen.news.slice(index + 1).flatMap((news) => (news.topic === "metering.charged" ? [news.call] : [])));
      if (topic !== "metering.paused_for_top_up" || line?.status !== "paused-for-top-up") continue;
      for (const sibling of seen.lines.filter(({ payer, status, id }) => payer === line.payer && status !== "ended" && id !== line.id)) {
        if (later.has(sibling.call)) continue;
        const terms = this.termsOf(sibling);
        const used = costOf(terms, this.proven(sibling, seen, now));
        const unit = nextCost(terms, used > sibling.charged ? used : sibling.charged) - sibling.charged;
        if (sibling.reserved > unit)
          this.#say(`a call waits for money while a sibling holds ${sibling.reserved}, its next unit costs ${unit}`);
      }
    }
    for (const line of seen.lines) {
      const before = this.#before.lines.find(({ id }) => id === line.id);
      if (line.status !== "paused-for-top-up" || before?.status !== "paused-for-top-up") continue;
      // Siblings that wait too may each need what there is; one of them is enough to show that nobody was forgotten.
      const waiting = seen.lines.filter(({ payer, status }) => payer === line.payer && status === "paused-for-top-up");
      if (waiting.length > 1) continue;
      const wallet = seen.wallets.find(({ name }) => name === `wallet:${line.payer}`);
      const terms = this.termsOf(line);
      const owe = terms.kind === "carrier" && wallet?.paidIn === true ? BigInt(terms.overdraftMinutes) * line.price : 0n;
      const proven = this.proven(line, seen, now);
      const used = costOf(terms, proven);
      const need = costOf(terms, proven + 1) > used ? costOf(terms, proven + 1) : used;
      if (wallet !== undefined && wallet.balance + owe >= need - line.charged - line.reserved)
        this.#say(`a call waits for ${need - line.charged - line.reserved} although its payer has ${wallet.balance} and may owe ${owe}`);
    }
  }

  /** What was proven a while ago is charged by now, when nothing stood in the way. */
  #judgeDelay(seen: Snapshot, { now, quiet, passed }: Step): void {
    if (!quiet || !passed) this.#smooth = [];
    this.#smooth.push({ now, proven: new Map(seen.lines.map((line) => [line.id, this.proven(line, seen, now)])) });
    const past = this.#smooth.findLast((one) => one.now <= now - CHARGED_WITHIN_MS);
    for (const line of seen.lines) {
      const then = past?.proven.get(line.id);
      if (then === undefined || line.status !== "live") continue;
      const terms = this.termsOf(line);
      const wallet = seen.wallets.find(({ name }) => name === `wallet:${line.payer}`)!.balance;
      if (line.charged < costOf(terms, then) && wallet + line.reserved >= costOf(terms, then) - line.charged)
        this.#say(
          `${then} s were proven ${CHARGED_WITHIN_MS / 1000} s ago and cost ${costOf(terms, then)}; only ${line.charged} is charged`,
        );
    }
  }
}
