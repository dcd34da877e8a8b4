/**
 * The database as one copy of the server sees it when things break: at any statement or commit its process dies, its connection is
 * lost, or it hangs. And the order in which copies that work side by side get their next statement through, which chance decides.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";
import type { Chance } from "../demo-history-plan.ts";
import type { Db, Reader, Tx } from "#platform/db";

/**
 * `hang`: the process stops; its open transaction is given up by the database, as with an idle one.
 * `slow`: what it asks next is on its way for long, while the process goes on.
 */
export type Fault = "die" | "lose-connection" | "hang" | "slow";

export class Died extends Error {
  constructor() {
    super("the process is gone");
  }
}
export class ConnectionLost extends Error {
  constructor() {
    super("Connection terminated unexpectedly");
  }
}

/** A real moment, for input and output that is on its way. */
const moment = (): Promise<void> => new Promise((resume) => void setImmediate(resume));
const MOMENTS_BEFORE_LOOK = 20;
const STUCK_AFTER_LOOKS = 10_000;

/** Which of the works that are done together a statement belongs to. */
const work = new AsyncLocalStorage<number>();

/** Who goes on with the next statement, when several are at work at once. The same chance is the same order, however quick the machine is. */
export class Turns {
  readonly #chance: Chance;
  readonly #waiting: () => Promise<number>;
  readonly #gates: { readonly of: number; readonly open: () => void }[] = [];
  #together = false;
  #busy = 0;
  #left = 0;

  /** `waiting`: how many statements of ours wait for a lock or a connection now. */
  constructor(chance: Chance, waiting: () => Promise<number>) {
    this.#chance = chance;
    this.#waiting = waiting;
  }

  /** Runs the work of several copies, statement by statement, in an order of chance; what fails is the copy's own affair. */
  async together(works: readonly (() => Promise<unknown>)[]): Promise<void> {
    this.#together = true;
    this.#left = works.length;
    const all = Promise.allSettled(works.map((each, of) => work.run(of, each).finally(() => (this.#left -= 1))));
    while (this.#left > 0) {
      await this.#quiet();
      // Who was woken by the same commit comes in any order.
      this.#gates.sort((one, other) => one.of - other.of);
      const next = Math.floor(this.#chance() * this.#gates.length);
      this.#gates.splice(next, 1)[0]?.open();
    }
    this.#together = false;
    for (const { open } of this.#gates.splice(0)) open();
    await all;
    await this.idle();
  }

  /** Until nothing of anybody is on its way to the database. */
  async idle(): Promise<void> {
    for (let still = 0; still < 3;) {
      await moment();
      still = this.#busy === 0 ? still + 1 : 0;
    }
  }

  /** Waits for one's turn. */
  gate(): Promise<void> | void {
    if (this.#together) return new Promise((open) => void this.#gates.push({ of: work.getStore() ?? -1, open }));
  }

  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }
  setBusy(by: 1 | -1): void {
    this.#busy += by;
  }

  /** Until every one waits for his turn, or for what another holds. */
  async #quiet(): Promise<void> {
    for (let looked = 0; looked < STUCK_AFTER_LOOKS; looked += 1) {
      for (let waited = 0; waited < MOMENTS_BEFORE_LOOK; waited += 1) {
        await moment();
        if (this.#busy === 0 && (this.#gates.length > 0 || this.#left === 0)) return;
      }
      await new Promise((resume) => setTimeout(resume, 1));
      const busy = this.#busy;
      if (busy === 0 || this.#gates.length === 0) continue;
      // Whoever was done meanwhile may have woken one that was seen to wait.
      if ((await this.#waiting()) >= busy && this.#busy === busy) return;
    }
    throw new Error(`stuck: ${this.#left} at work, ${this.#busy} statements on their way`);
  }
}

export class FaultyDb implements Db {
  readonly pool: pg.Pool;
  readonly #inner: Db;
  readonly #turns: Turns;
  #dead = false;
  #fault: { readonly how: Fault; after: number } | null = null;
  #hung: Promise<void> | null = null;
  #thaw: () => void = () => {};
  readonly #tellHung = new Set<() => void>();
  /** Told when a fault strikes. */
  onFault: (how: Fault) => void = () => {};
  deadlocks = 0;

  constructor(inner: Db, turns: Turns) {
    this.#inner = inner;
    this.#turns = turns;
    this.pool = inner.pool;
  }

  /** The process dies, hangs or loses its connection once so many more statements and commits are behind. */
  plan(how: Fault, after: number): void {
    this.#fault = { how, after };
  }
  die(): void {
    this.#dead = true;
    this.thaw();
  }
  hang(): void {
    if (this.#hung === null) this.#hung = new Promise((resume) => (this.#thaw = resume));
    for (const tell of this.#tellHung) tell();
    this.#tellHung.clear();
  }
  thaw(): void {
    this.#hung = null;
    this.#thaw();
  }
  /** Nothing it asks is answered until it thaws. */
  get waits(): boolean {
    return this.#hung !== null;
  }
  /** The work until it is done, or until the process hangs: then it goes on when that thaws. */
  async untilHung(work: () => Promise<unknown>): Promise<void> {
    const hung = new Promise<void>((resume) => void this.#tellHung.add(resume));
    await Promise.race([
      work().then(
        () => {},
        () => {},
      ),
      hung,
    ]);
  }

  rows: Reader["rows"] = (of, values) => this.#alone(() => this.#inner.rows(of, values));
  one: Reader["one"] = (of, values) => this.#alone(() => this.#inner.one(of, values));
  maybe: Reader["maybe"] = (of, values) => this.#alone(() => this.#inner.maybe(of, values));
  run: Reader["run"] = (of, values) => this.#alone(() => this.#inner.run(of, values));

  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.#point();
    this.#turns.setBusy(1);
    const inside = async (tx: Tx): Promise<T> => {
      this.#turns.setBusy(-1);
      try {
        const result = await work(this.#within(tx));
        await this.#pointInTransaction();
        return result;
      } finally {
        this.#turns.setBusy(1);
      }
    };
    let result: T;
    try {
      result = await this.#inner.tx(inside);
    } finally {
      this.#turns.setBusy(-1);
      await this.#hung;
    }
    await this.#point();
    return result;
  }

  async close(): Promise<void> {}

  #within(tx: Tx): Tx {
    const inTurn = async <T>(ask: () => Promise<T>): Promise<T> => {
      await this.#pointInTransaction();
      return this.#turns.busy(ask).catch((error: unknown) => {
        if (error instanceof pg.DatabaseError && error.code === "40P01") this.deadlocks += 1;
        throw error;
      });
    };
    return {
      rows: (of, values) => inTurn(() => tx.rows(of, values)),
      one: (of, values) => inTurn(() => tx.one(of, values)),
      maybe: (of, values) => inTurn(() => tx.maybe(of, values)),
      run: (of, values) => inTurn(() => tx.run(of, values)),
      afterCommit: (later) => tx.afterCommit(later),
      connection: tx.connection,
    };
  }

  async #alone<T>(ask: () => Promise<T>): Promise<T> {
    await this.#point();
    const result = await this.#turns.busy(ask);
    await this.#point();
    return result;
  }

  async #point(): Promise<void> {
    await this.#turns.gate();
    if (this.#strikes() === "lose-connection") throw new ConnectionLost();
    await this.#hung;
    if (this.#dead) throw new Died();
  }

  /** Whoever hangs here loses his transaction: the database waits for nobody. */
  async #pointInTransaction(): Promise<void> {
    await this.#turns.gate();
    if (this.#fault?.how !== "slow" && (this.#strikes() !== null || this.#hung !== null))
      throw this.#dead ? new Died() : new ConnectionLost();
    if (this.#dead) throw new Died();
  }

  #strikes(): Fault | null {
    if (this.#fault === null || this.#dead) return null;
    this.#fault.after -= 1;
    if (this.#fault.after >= 0) return null;
    const { how } = this.#fault;
    this.#fault = null;
    if (how === "die") this.die();
    if (how === "hang" || how === "slow") this.hang();
    this.onFault(how);
    return how;
  }
}
