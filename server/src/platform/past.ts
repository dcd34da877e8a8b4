/**
 * A past that is lived through afterwards: one transaction in which the database's clock says what it is told. Nobody else ever sees
 * that clock; what is done in it comes to be as a whole, or, when it fails or the program is killed, not at all.
 */
import { z } from "zod";
import type { Clock } from "./clock.ts";
import { command, query, type Db, type Reader, type Tx } from "./db.ts";

export interface Past {
  /** Everything asked of it belongs to the one transaction. Its transactions are savepoints: one after the other, or one in another. */
  readonly db: Db;
  /** Goes with the database's; what is to run every so often runs by `look`. */
  readonly clock: Clock;
  /** When all of this really happens. */
  readonly present: Date;
  /** Sets both clocks. Throws when told to go back; a past may begin anywhere. */
  moveTo(at: Date): Promise<void>;
  /** Runs once what was handed to `clock.every`, in that order. */
  look(): Promise<void>;
}

const readClock = query({
  name: "platform.read_clock",
  row: z.object({ now: z.date(), frozen_at: z.date().nullable() }),
  text: "select platform.now() as now, frozen_at from platform.clock",
});
/** The same few statements thousands of times: planning each anew took two thirds of the time. */
const planOnce = command({ name: "platform.plan_once", text: "set local plan_cache_mode = force_generic_plan" });
const setClock = command({ name: "platform.set_clock", text: "update platform.clock set frozen_at = $1" });

/** Lives through a past from `since` on, then the clock is as it was. */
export async function livePast<T>(db: Db, since: (present: Date) => Date, work: (past: Past) => Promise<T>): Promise<T> {
  return db.tx(async (tx) => {
    await tx.run(planOnce);
    const { now: present, frozen_at } = await tx.one(readClock);
    const repeated = new Set<() => void | Promise<void>>();
    let at = since(present);
    const moveTo = async (to: Date): Promise<void> => {
      if (to < at) throw new RangeError(`the past goes on: it is ${at.toISOString()}, not ${to.toISOString()}`);
      at = to;
      await tx.run(setClock, [at]);
    };
    await moveTo(at);
    const result = await work({
      db: within(tx, db),
      clock: clockOf(() => at, repeated),
      present,
      moveTo,
      async look() {
        for (const one of repeated) await one();
      },
    });
    await tx.run(setClock, [frozen_at]);
    return result;
  });
}

const clockOf = (now: () => Date, repeated: Set<() => void | Promise<void>>): Clock => ({
  now,
  monotonicMs: () => now().getTime(),
  every(_ms, work) {
    repeated.add(work);
    return () => void repeated.delete(work);
  },
  after: () => {
    throw new Error("nothing waits in the past");
  },
});

/** A database inside a transaction. */
function within(tx: Tx, { pool }: Db): Db {
  let savepoints = 0;
  const reader = inTurn(tx);
  return {
    ...reader,
    pool,
    close: async () => {},
    async tx(work) {
      savepoints += 1;
      const name = `past_${savepoints}`;
      await tx.connection.query(`savepoint ${name}`);
      try {
        const result = await work({ ...reader, connection: tx.connection, afterCommit: tx.afterCommit });
        await tx.connection.query(`release ${name}`);
        return result;
      } catch (error) {
        await tx.connection.query(`rollback to ${name}`);
        throw error;
      }
    },
  };
}

/** Reads that are asked at once are sent one after the other: there is one connection. */
function inTurn(tx: Reader): Reader {
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(ask: () => Promise<T>): Promise<T> => {
    const asked = last.then(ask, ask);
    last = asked;
    return asked;
  };
  return {
    rows: (of, values) => next(() => tx.rows(of, values)),
    one: (of, values) => next(() => tx.one(of, values)),
    maybe: (of, values) => next(() => tx.maybe(of, values)),
    run: (of, values) => next(() => tx.run(of, values)),
  };
}
