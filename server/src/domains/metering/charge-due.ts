/**
 * The charging pass. Once a second, lane by lane (a payer is in one lane, a lane is one worker's at a time): charge the lines whose
 * second has come, pause those whose money is over, go on where money arrived, end pauses that were too long, fence silent copies.
 * A late pass catches up, a doubled one charges nothing.
 */
import type { CallId, LineId } from "@minuta/contracts/ids";
import type { z } from "zod";
import { emit } from "#platform/events";
import type { Patience, Tx } from "#platform/db";
import { endLines } from "./end-call.ts";
import { endCopy } from "./evidence/rows.ts";
import type { MeteringDeps } from "./index.ts";
import { look, type Looked } from "./look.ts";
import { beginPause, endPauses } from "./pause.ts";
import { slotsBetween } from "./rules.ts";
import { listExpiredCopies } from "./evidence/store.ts";
import * as lanes from "./lanes/store.ts";
import * as store from "./store.ts";

const PASS_EVERY_MS = 200;
/** Lanes charged at a time by one process. */
const LANES_TOGETHER = 2;
const BATCH = 1000;

/**
 * What the pass's own connections allow. A copy that is frozen in the middle of a transaction holds its lane and lines no longer than this;
 * whoever waits for them gives up a little earlier and tries again with the next pass. Fencing a copy with very many ends is one long
 * statement.
 */
export const CHARGING_PATIENCE: Patience = { idleInTransactionMs: 5000, lockMs: 4000, statementMs: 120_000 };
/** Enough for the lanes of a pass and one to spare. */
export const CHARGING_CONNECTIONS = LANES_TOGETHER + 1;

/** Answers what stops the loop after the running pass. */
export function startChargingPass(deps: MeteringDeps): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const stop = deps.clock.every(PASS_EVERY_MS, () => {
    running = runPass(deps).catch((error: unknown) => deps.log.error({ err: error }, "metering.pass_failed"));
    return running;
  });
  return async () => {
    stop();
    await running;
  };
}

type Deps = Pick<MeteringDeps, "db">;

/** One pass over everything. What fails (somebody holds a line for long) keeps nobody else from being charged; it is thrown at the end. */
export async function runPass(deps: Deps): Promise<void> {
  const failures: unknown[] = [];
  const tried: Tried = (work) => work.catch((error: unknown) => void failures.push(error));
  await fenceSilent(deps, tried);
  const waiting = await deps.db.rows(lanes.listLanes);
  await Promise.all(
    Array.from({ length: LANES_TOGETHER }, async () => {
      for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) await passLane(deps, lane, tried);
    }),
  );
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} parts of a pass failed`);
}

type Tried = (work: Promise<void>) => Promise<void>;
type Lane = z.output<(typeof lanes.listLanes)["row"]>;

async function passLane(deps: Deps, waiting: Lane, tried: Tried): Promise<void> {
  const { lane, work } = waiting;
  if (work.includes("go-on")) await tried(goOn(deps, lane));
  if (work.includes("look-again")) await tried(lookAgain(deps, lane));
  if (work.includes("charge")) await tried(chargeLane(deps, waiting));
  if (work.includes("end")) await tried(endOverdue(deps, lane));
}

/** Copies that did not renew in time: what they held open counts through their last lease. */
async function fenceSilent({ db }: Deps, tried: Tried): Promise<void> {
  for (const { id } of await db.rows(listExpiredCopies)) await tried(db.tx(async (tx) => void (await endCopy(tx, id, "expired"))));
}

/**
 * Live lines whose second of the minute came since the lane was looked at. A page at a time: the steady ones in one statement, what needs a
 * decision the long way. A lane that another worker has, or has charged meanwhile, is left to it.
 */
async function chargeLane(deps: Deps, { lane, now, looked_through }: Lane): Promise<void> {
  const slots = slotsBetween(looked_through, now);
  if (slots.length === 0) return;
  let [slot, purse] = lanes.LANE_START;
  let [budgets, burns]: [readonly bigint[], readonly bigint[]] = [[], []];
  for (;;) {
    const page = await deps.db.one(lanes.chargeSteady, [lane, slots, slot, purse, BATCH, now, budgets, burns]);
    if (page.rest === null) return;
    if (page.rest.length > 0) {
      const rest = page.rest.map((line) => ({ id: line }));
      const looked = await inLane(deps, lane, (tx) => lookAt(tx, rest));
      if (looked === null) return;
      await helpOrPause(deps, lane, looked);
    }
    if (page.last_slot === null || page.last_purse === null || page.seen !== BATCH) {
      if (page.rest.length > 0) await deps.db.run(lanes.noteLane, [lane, now]);
      return;
    }
    [slot, purse] = [page.last_slot, page.last_purse];
    ({ budgets, burns } = page);
  }
}

/** Stretches that ended while a lease was still behind: their last seconds have come in by now. */
async function lookAgain(deps: Deps, lane: number): Promise<void> {
  const calls = (await deps.db.rows(store.listToLookAgain, [lane, BATCH])).map(({ call_id }) => call_id);
  if (calls.length === 0) return;
  const looked = await inLane(deps, lane, async (tx) => {
    const lines = (await tx.rows(store.lockLinesOfCalls, [calls])).filter(({ status }) => status !== "ended");
    await tx.run(store.forgetLookAgain, [lines.map(({ id }) => id)]);
    await tx.one(store.refresh, [calls]);
    return lookAt(tx, lines);
  });
  await helpOrPause(deps, lane, looked ?? []);
}

/** Null: another worker has the lane. */
const inLane = <T>({ db }: Deps, lane: number, work: (tx: Tx) => Promise<T>): Promise<T | null> =>
  db.tx(async (tx) => ((await tx.one(lanes.tryLane, [lane])).mine ? work(tx) : null));

const lookAt = (tx: Tx, lines: readonly { id: LineId }[]): Promise<Looked[]> =>
  look(
    tx,
    lines.map(({ id }) => id),
    "quota",
  );

/**
 * Their money is over. First what running siblings hold beyond their next unit comes back, then a carrier's overdraft is opened; who
 * still cannot pay the next unit is paused for top-up. Nobody is paused while a sibling holds more than one unused unit.
 */
async function helpOrPause({ db }: Deps, lane: number, looked: readonly Looked[]): Promise<void> {
  const ids = looked.filter(({ out_of_money }) => out_of_money).map(({ id }) => id);
  if (ids.length === 0) return;
  await db.tx(async (tx) => {
    await tx.one(lanes.takeLane, [lane]);
    const live = (await tx.rows(store.lockLines, [ids])).filter(({ status }) => status === "live").map(({ id }) => id);
    await tx.one(store.reclaim, [live]);
    await tx.one(store.allowOverdraft, [live]);
    const poor = (await look(tx, live, "unit")).filter(({ out_of_money }) => out_of_money);
    const calls = [...new Set(poor.map(({ call_id }) => call_id))];
    if (await beginPause(tx, calls, { why: "top-up", by: "meter" })) await tell(tx, calls, { topic: "metering.paused_for_top_up" });
  });
}

/** Money arrived: calls that waited for it go on. */
async function goOn({ db }: Deps, lane: number): Promise<void> {
  const waiting = await db.rows(store.listResumable, [lane, BATCH]);
  if (waiting.length === 0) return;
  await db.tx(async (tx) => {
    await tx.one(lanes.takeLane, [lane]);
    const resumed = await endPauses(
      tx,
      waiting.map(({ call_id }) => call_id),
      { why: "top-up", by: null },
    );
    await tell(tx, resumed, { topic: "metering.resumed" });
    const lines = waiting.filter(({ call_id }) => resumed.includes(call_id)).map(({ id }) => id);
    await tx.run(store.forgetWarnings, [lines]);
    await tx.one(store.allowOverdraft, [lines]);
    await look(tx, lines, "unit");
  });
}

const reasons = { paused: "pause-too-long", "paused-for-top-up": "no-money", "paused-for-signature": "pause-too-long" } as const;

/** Pauses that reached their limit end the line. */
async function endOverdue({ db }: Deps, lane: number): Promise<void> {
  const overdue = await db.rows(store.listOverdue, [lane, BATCH]);
  for (const status of ["paused", "paused-for-top-up", "paused-for-signature"] as const) {
    const callIds = [...new Set(overdue.filter((line) => line.status === status).map(({ call_id }) => call_id))];
    if (callIds.length === 0) continue;
    const reason = reasons[status];
    await db.tx(async (tx) => {
      await tx.one(lanes.takeLane, [lane]);
      await tell(tx, await endLines(tx, { callIds, reason, closings: [] }), { topic: "metering.line_ended", reason });
    });
  }
}

const tell = (tx: Tx, callIds: readonly CallId[], { topic, ...facts }: { topic: string; reason?: string }): Promise<void> =>
  emit(
    tx,
    callIds.map((callId) => ({ topic, queue: callId, body: { callId, ...facts } })),
  );
