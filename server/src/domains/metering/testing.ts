/** A meter on a real database whose clock the test moves: the process's clock and the database's go together, second by second. */
import { callId, type CallId, type Side } from "@minuta/contracts/ids";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import { createLedger } from "#ledger";
import type { Clock } from "#platform/clock";
import { createLog } from "#platform/log";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { runPass } from "./charge-due.ts";
import { createMetering, type Evidence } from "./index.ts";

export const START = new Date("2026-11-23T09:00:00.000Z");

export interface ManualClock extends Clock {
  advanceMs(ms: number): Promise<void>;
  /** Time passes and no timer runs: the process is stopped. */
  freezeMs(ms: number): void;
}

/** Timers run when the test says so. */
export function manualClock(start: Date): ManualClock {
  let ms = 0;
  const repeated = new Set<() => void | Promise<void>>();
  return {
    now: () => new Date(start.getTime() + ms),
    monotonicMs: () => ms,
    every(_period, work) {
      repeated.add(work);
      return () => void repeated.delete(work);
    },
    after: () => () => {},
    freezeMs: (more) => void (ms += more),
    async advanceMs(more) {
      ms += more;
      for (const work of repeated) await work();
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld() {
  const base = await testDatabase();
  await base.setClock(START);
  const clock = manualClock(START);
  const log = createLog("silent");
  const metering = createMetering({ db: base.db, clock, log });
  const ledger = createLedger({ db: base.db, findPersonByEmail: async () => null, burnPerMinute: metering.burnPerMinute });
  const evidence = metering.startEvidence();
  const world = { ...base, clock, log, metering, ledger, evidence, now: () => clock.now() };
  return { ...world, ...actions(world) };
}

type Inside = TestDatabase & {
  readonly clock: ManualClock;
  readonly metering: ReturnType<typeof createMetering>;
  readonly ledger: ReturnType<typeof createLedger>;
  readonly evidence: Evidence;
};

function actions({ db, clock, metering, ledger, evidence, setClock }: Inside) {
  const topUp = (payer: string, rubles: number, from: "bank" | "compensation" = "bank"): Promise<Kopecks> =>
    db.tx((tx) =>
      ledger.topUp(tx, { party: payer, amount: kopecks(BigInt(rubles) * 100n), from, key: crypto.randomUUID(), reason: "for the test" }),
    );
  const tick = async (seconds: number): Promise<void> => {
    await setClock(new Date(clock.now().getTime() + seconds * 1000));
    await clock.advanceMs(seconds * 1000);
  };
  return {
    topUp,
    pass: () => runPass({ db }),
    /** A payer with money. */
    async aPayer(rubles: number): Promise<string> {
      const payer = crypto.randomUUID();
      if (rubles > 0) await topUp(payer, rubles);
      return payer;
    },
    /** A carrier call of this payer, nobody on the line yet. */
    async openCall(payer: string): Promise<CallId> {
      const call = callId.parse(crypto.randomUUID());
      await db.tx((tx) => metering.openLine(tx, { callId: call, kind: "carrier", payer, payee: null }));
      return call;
    },
    async join(call: CallId, by: Evidence = evidence): Promise<void> {
      await Promise.all((["client", "consultant"] satisfies Side[]).map((side) => by.begin({ callId: call, side })));
    },
    /** Time goes by; leases are renewed and the pass runs every second (or every `step` seconds, where it makes no difference). */
    async wait(seconds: number, step = 1): Promise<void> {
      for (let passed = 0; passed < seconds; passed += step) {
        await tick(step);
        await runPass({ db });
      }
    },
    /** Time goes by and leases are renewed, but no pass runs. */
    async waitWithoutPass(seconds: number): Promise<void> {
      for (let passed = 0; passed < seconds; passed += 1) await tick(1);
    },
    tick,
    /** Ends the call; its ends leave, as the channels of a call that is over do. */
    async end(call: CallId) {
      const final = await db.tx((tx) => metering.endCall(tx, call));
      for (const side of ["client", "consultant"] satisfies Side[]) await evidence.end({ callId: call, side });
      return final;
    },
    async meter(call: CallId) {
      const meter = (await metering.meters(db, [call])).get(call);
      if (meter === undefined) throw new Error("no such call");
      return meter;
    },
    /** News told of this call, oldest first; they stay in the table as nobody hears them here. */
    async news(call: CallId): Promise<{ topic: string; body: Record<string, unknown> }[]> {
      return (await db.pool.query("select topic, body from platform.event where queue = $1 order by n", [call])).rows;
    },
    /** Everything that is not as it must be. */
    broken: async () => [...(await ledger.proof()), ...(await metering.proof())].filter(({ holds }) => !holds),
  };
}
