/**
 * Durable evidence of the ends whose channels this process holds: rows that begin and end, and one lease that asserts, every few
 * seconds, that all open ones were on the line until a moment ago. A crash, a frozen process or a lost database can only shorten time:
 * whoever does not renew in time is fenced, and its ends count as far as its last lease.
 */
import type { CallId, Side } from "@minuta/contracts/ids";
import type { Clock } from "#platform/clock";
import type { Db, Tx } from "#platform/db";
import type { Log } from "#platform/log";
import { jumped, narrowed, offsetOf, toDatabaseTime, type Offset } from "./database-clock.ts";
import { endCopy, writePresence, type Written } from "./rows.ts";
import * as lines from "../store.ts";
import * as store from "./store.ts";

/**
 * A lease asserts presence until this long ago. Longer than it takes to notice that an end is gone (PROBE_FRESH_MS of the wire and a
 * look each second): what is asserted here is never taken back.
 */
export const EVIDENCE_DELAY_SECONDS = 6;
const RENEW_EVERY_SECONDS = 5;
const LEASE_SECONDS = 15;
const TICK_MS = 500;

export interface EndAt {
  readonly callId: CallId;
  readonly side: Side;
  /** By this process's clock; left out: now. */
  readonly at?: Date;
}

export interface Evidence {
  /** The end is on the line. Resolves when that is durable; again for the same end changes nothing. */
  begin(of: EndAt): Promise<void>;
  /**
   * Its channel and path are still alive: how far it counts if the call is ended now. In memory only. Who is looked after and not heard of
   * for `EVIDENCE_DELAY_SECONDS` has ended where he was last seen; seen again, he begins anew.
   */
  seen(of: EndAt): void;
  /** The last instant at which it was on the line. Resolves when that is durable; again changes nothing. */
  end(of: EndAt): Promise<void>;
  /** Writes what is not written yet and renews the lease. */
  flush(): Promise<void>;
  /** Presence of this call held here, as if it ended now. */
  closings(callId: CallId): Written[];
  /** This process may assert nothing of what it held: its channels must be dropped, the ends come back to whoever lives. */
  onFenced(drop: () => void): () => void;
  /** Ends what is open, writes it, gives the lease back. */
  close(): Promise<void>;
}

export interface EvidenceOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly onClosed?: () => void;
}

/** Instants in milliseconds of `clock.monotonicMs`. */
interface Presence {
  readonly n: number;
  readonly callId: CallId;
  readonly side: Side;
  readonly beganMs: number;
  seenMs: number | null;
  endedMs: number | null;
}

interface Lease {
  readonly copy: bigint;
  offset: Offset;
  renewedMs: number;
}

export function startEvidence(options: EvidenceOptions): Evidence {
  return new Holder(options);
}

class Holder implements Evidence {
  readonly #options: EvidenceOptions;
  readonly #stop: () => void;
  readonly #fencedListeners = new Set<() => void>();
  readonly #open = new Map<string, Presence>();
  /** Began or ended since it was last written. */
  readonly #unwritten = new Set<Presence>();
  /** Ended because nothing was heard of them, and nobody has said their end yet: where. */
  readonly #silentSince = new Map<string, number>();
  #numbers = 0;
  #lease: Lease | null = null;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    this.#stop = options.clock.every(TICK_MS, () => this.#tick());
  }

  begin(of: EndAt): Promise<void> {
    const open = this.#open.get(keyOf(of));
    this.#silentSince.delete(keyOf(of));
    if (open === undefined) this.#begin(of, this.#ms(of.at));
    return open === undefined || this.#unwritten.has(open) ? this.flush() : Promise.resolve();
  }

  seen(of: EndAt): void {
    const key = keyOf(of);
    const seenMs = this.#ms(of.at);
    const silentSince = this.#silentSince.get(key);
    if (silentSince !== undefined && seenMs > silentSince) {
      this.#silentSince.delete(key);
      this.#begin(of, seenMs);
    }
    const open = this.#open.get(key);
    if (open !== undefined) open.seenMs = Math.max(open.seenMs ?? open.beganMs, seenMs);
  }

  end(of: EndAt): Promise<void> {
    const open = this.#open.get(keyOf(of));
    this.#silentSince.delete(keyOf(of));
    if (open !== undefined) this.#end(open, this.#ms(of.at));
    return [...this.#unwritten].some((one) => keyOf(one) === keyOf(of)) ? this.flush() : Promise.resolve();
  }

  closings(callId: CallId): Written[] {
    const lease = this.#lease;
    if (lease === null) return [];
    const held = new Set([...this.#unwritten, ...sides.flatMap((side) => this.#open.get(keyOf({ callId, side })) ?? [])]);
    return [...held]
      .filter((one) => one.callId === callId)
      .map((one) => row(lease, { ...one, endedMs: one.endedMs ?? this.#provenMs(one) }));
  }

  onFenced(drop: () => void): () => void {
    this.#fencedListeners.add(drop);
    return () => void this.#fencedListeners.delete(drop);
  }

  async close(): Promise<void> {
    this.#stop();
    try {
      for (const one of this.#open.values()) this.#end(one, this.#provenMs(one));
      await this.flush();
      await this.#giveBack();
    } finally {
      this.#options.onClosed?.();
    }
  }

  /** Those who ask while a write runs share the next one. */
  flush(): Promise<void> {
    this.#waiting ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#waiting = null;
        this.#writing = this.#write();
        return this.#writing;
      });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    if (this.#open.size === 0 && this.#unwritten.size === 0) return;
    if (this.#isOver()) return this.#fenced();
    const lease = (this.#lease ??= await this.#openLease());
    const sentMs = this.#now();
    this.#endSilent(sentMs);
    const writing = [...this.#unwritten];
    const rows = writing.map((one) => row(lease, one));
    const through = toDatabaseTime(lease.offset, "earliest", sentMs - EVIDENCE_DELAY_SECONDS * 1000);
    const now = await this.#options.db.tx((tx) => writeAndRenew(tx, { copy: lease.copy, rows, through }));
    if (now === null) return this.#beginAgain();
    // What ended while it was being written is still to be written.
    writing.forEach((one, index) => (rows[index]?.endedAt === null && one.endedMs !== null ? null : this.#unwritten.delete(one)));
    const offset = offsetOf(now, { sentMs, receivedMs: this.#now() });
    if (jumped(lease.offset, offset)) return this.#beginAgain();
    lease.offset = narrowed(lease.offset, offset, sentMs - lease.renewedMs);
    lease.renewedMs = sentMs;
  }

  async #openLease(): Promise<Lease> {
    const sentMs = this.#now();
    const { id, now } = await this.#options.db.one(store.openCopy, [LEASE_SECONDS, EVIDENCE_DELAY_SECONDS]);
    return { copy: id, offset: offsetOf(now, { sentMs, receivedMs: this.#now() }), renewedMs: sentMs };
  }

  /**
   * The database's clock leapt forward (then the lease may be over there, though not by our clock): the time it skipped was on nobody's
   * line. What is open ends with this lease and begins anew.
   */
  async #beginAgain(): Promise<void> {
    const { log } = this.#options;
    log.warn({ ends: this.#open.size }, "metering.clock_jumped");
    const open = [...this.#open.values()];
    this.#unwritten.clear();
    for (const one of open) this.#begin(one, this.#now());
    await this.#giveBack().catch((error: unknown) => log.warn({ err: error }, "metering.lease_not_given_back"));
    void this.#flushLater();
  }

  /** What this copy still holds open in the tables ends with its lease. */
  async #giveBack(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    if (lease !== null) await this.#options.db.tx((tx) => endCopy(tx, lease.copy, "closed"));
  }

  async #tick(): Promise<void> {
    const nothingHeld = this.#open.size === 0 && this.#unwritten.size === 0;
    if (nothingHeld) this.#lease = this.#isOver() ? null : this.#lease;
    else if (this.#isOver()) this.#fenced();
    else if (this.#unwritten.size > 0 || this.#ageMs() >= RENEW_EVERY_SECONDS * 1000) await this.#flushLater();
  }

  /** What could not be written is tried again by the next tick. */
  #flushLater(): Promise<void> {
    return this.flush().catch((error: unknown) => this.#options.log.warn({ err: error }, "metering.lease_not_renewed"));
  }

  /** By our own clock, so also when the database cannot be asked. */
  #isOver(): boolean {
    return this.#ageMs() > LEASE_SECONDS * 1000;
  }

  #ageMs(): number {
    return this.#lease === null ? 0 : this.#now() - this.#lease.renewedMs;
  }

  #fenced(): void {
    this.#options.log.error({ copy: String(this.#lease?.copy), ends: this.#open.size }, "metering.copy_fenced");
    this.#lease = null;
    this.#open.clear();
    this.#unwritten.clear();
    this.#silentSince.clear();
    for (const drop of this.#fencedListeners) drop();
  }

  #begin({ callId, side }: EndAt, beganMs: number): void {
    this.#numbers += 1;
    const presence: Presence = { n: this.#numbers, callId, side, beganMs, seenMs: null, endedMs: null };
    this.#open.set(keyOf(presence), presence);
    this.#unwritten.add(presence);
  }

  #end(open: Presence, endedMs: number): void {
    open.endedMs = Math.max(open.beganMs, endedMs);
    this.#open.delete(keyOf(open));
    this.#unwritten.add(open);
  }

  /**
   * Of whom nothing was heard for as long as a lease lags behind is not on the line any more, whether or not somebody still comes to say
   * so: one forgotten end must not hold back what is proven of all others. A process that stood still has heard of nobody.
   */
  #endSilent(now: number): void {
    for (const [key, since] of this.#silentSince) if (now - since > LEASE_SECONDS * 1000) this.#silentSince.delete(key);
    for (const [key, one] of this.#open) {
      if (one.seenMs === null || now - one.seenMs <= EVIDENCE_DELAY_SECONDS * 1000) continue;
      this.#options.log.warn({ callId: one.callId, side: one.side }, "metering.end_fell_silent");
      this.#silentSince.set(key, one.seenMs);
      this.#end(one, one.seenMs);
    }
  }

  /** How far an open end counts right now: to where it was last seen; of whom nobody looks after, to where a lease would say. */
  #provenMs({ beganMs, seenMs }: Presence): number {
    return Math.max(beganMs, seenMs ?? this.#now() - EVIDENCE_DELAY_SECONDS * 1000);
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
  #ms(at: Date | undefined): number {
    const { clock } = this.#options;
    return at === undefined ? clock.monotonicMs() : clock.monotonicMs() - (clock.now().getTime() - at.getTime());
  }
}

const sides: readonly Side[] = ["client", "consultant"];
const keyOf = ({ callId, side }: Pick<EndAt, "callId" | "side">): string => `${callId}:${side}`;

/** Presence begins no earlier and ends no later than it really did, whatever the round trip to the database took. */
function row(lease: Lease, one: Presence): Written {
  return {
    copy: lease.copy,
    n: one.n,
    callId: one.callId,
    side: one.side,
    beganAt: toDatabaseTime(lease.offset, "latest", one.beganMs),
    endedAt: one.endedMs === null ? null : toDatabaseTime(lease.offset, "earliest", one.endedMs),
  };
}

interface Lines {
  readonly copy: bigint;
  readonly rows: readonly Written[];
  readonly through: Date;
}

/** The database's time, or null when this copy is fenced: then nothing is written. */
async function writeAndRenew(tx: Tx, { copy, rows, through }: Lines): Promise<Date | null> {
  if (rows.length > 0) {
    if ((await tx.maybe(store.holdCopy, [copy])) === null) return null;
    const calls = [...new Set(rows.map(({ callId }) => callId))];
    await tx.rows(lines.lockLinesOfCalls, [calls]);
    await writePresence(tx, rows);
    const renewed = await tx.maybe(store.renewLease, [copy, through, LEASE_SECONDS]);
    if (renewed !== null) await tx.one(lines.refresh, [calls]);
    return renewed?.now ?? null;
  }
  return (await tx.maybe(store.renewLease, [copy, through, LEASE_SECONDS]))?.now ?? null;
}
