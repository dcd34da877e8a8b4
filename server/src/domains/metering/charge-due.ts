/**
 * The charging pass. Once a second, lane by lane (a payer is in one lane, a lane is one worker's at a time): charge the lines whose
 * second has come, pause those whose money is over, go on where money arrived, end pauses that were too long, fence silent copies.
 * A late pass catches up, a doubled one charges nothing.
 */
import type { CallId, LineId } from "@minuta/contracts/ids";
import { emit } from "#platform/events";
import type { Tx } from "#platform/db";
import { endLines } from "./end-call.ts";
import { endCopy } from "./evidence/rows.ts";
import type { MeteringDeps } from "./index.ts";
import { look } from "./look.ts";
import { beginPause, endPauses } from "./pause.ts";
import { slotsBetween } from "./rules.ts";
import { listExpiredCopies } from "./evidence/store.ts";
import * as store from "./store.ts";

const PASS_EVERY_MS = 1000;
const BATCH = 1000;

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

/** One pass over everything. */
export async function runPass(deps: Pick<MeteringDeps, "db">): Promise<void> {
  await fenceSilent(deps);
  for (const { lane } of await deps.db.rows(store.listBusyLanes)) {
    await goOn(deps, lane);
    await chargeLane(deps, lane);
    await endOverdue(deps, lane);
  }
}

/** Copies that did not renew in time: what they held open counts through their last lease. */
async function fenceSilent({ db }: Pick<MeteringDeps, "db">): Promise<void> {
  for (const { id } of await db.rows(listExpiredCopies)) await db.tx((tx) => endCopy(tx, id, "expired"));
}

async function chargeLane({ db }: Pick<MeteringDeps, "db">, lane: number): Promise<void> {
  const outOfMoney: LineId[] = [];
  await db.tx(async (tx) => {
    outOfMoney.length = 0;
    if (!(await tx.one(store.tryLane, [lane])).mine) return;
    const { now, looked_through } = await tx.one(store.readLane, [lane]);
    const slots = slotsBetween(looked_through, now);
    for (let after = NO_LINE, found = BATCH; found === BATCH;) {
      const due = await tx.rows(store.listDue, [lane, slots, after, BATCH]);
      outOfMoney.push(...(await lookAt(tx, due)));
      found = due.length;
      after = due.at(-1)?.id ?? after;
    }
    outOfMoney.push(...(await lookAgain(tx, lane)));
    if (slots.length > 0) await tx.run(store.noteLane, [lane, now]);
  });
  if (outOfMoney.length > 0) await db.tx((tx) => helpOrPause(tx, { lane, ids: outOfMoney }));
}

const NO_LINE = "00000000-0000-0000-0000-000000000000";

/** Answers the lines whose money is over. */
async function lookAt(tx: Tx, lines: readonly { id: LineId }[]): Promise<LineId[]> {
  const looked = await look(
    tx,
    lines.map(({ id }) => id),
    "quota",
  );
  return looked.filter(({ out_of_money }) => out_of_money).map(({ id }) => id);
}

/** Stretches that ended while a lease was still behind: their last seconds have come in by now. */
async function lookAgain(tx: Tx, lane: number): Promise<LineId[]> {
  const calls = (await tx.rows(store.listToLookAgain, [lane, BATCH])).map(({ call_id }) => call_id);
  if (calls.length === 0) return [];
  const lines = (await tx.rows(store.lockLinesOfCalls, [calls])).filter(({ status }) => status !== "ended");
  await tx.run(store.forgetLookAgain, [lines.map(({ id }) => id)]);
  await tx.one(store.refresh, [calls]);
  return lookAt(tx, lines);
}

/**
 * Their money is over. First what running siblings hold beyond their next unit comes back, then a carrier's overdraft is opened; who
 * still cannot pay the next unit is paused for top-up. Nobody is paused while a sibling holds more than one unused unit.
 */
async function helpOrPause(tx: Tx, { lane, ids }: { lane: number; ids: readonly LineId[] }): Promise<void> {
  await tx.one(store.takeLane, [lane]);
  const live = (await tx.rows(store.lockLines, [ids])).filter(({ status }) => status === "live").map(({ id }) => id);
  await tx.one(store.reclaim, [live]);
  await tx.one(store.allowOverdraft, [live]);
  const poor = (await look(tx, live, "unit")).filter(({ out_of_money }) => out_of_money);
  const calls = [...new Set(poor.map(({ call_id }) => call_id))];
  if (await beginPause(tx, calls, { why: "top-up", by: "meter" })) await tell(tx, calls, { topic: "metering.paused_for_top_up" });
}

/** Money arrived: calls that waited for it go on. */
async function goOn({ db }: Pick<MeteringDeps, "db">, lane: number): Promise<void> {
  const waiting = await db.rows(store.listResumable, [lane, BATCH]);
  if (waiting.length === 0) return;
  await db.tx(async (tx) => {
    await tx.one(store.takeLane, [lane]);
    const resumed = await endPauses(
      tx,
      waiting.map(({ call_id }) => call_id),
      "top-up",
    );
    await tell(tx, resumed, { topic: "metering.resumed" });
    const lines = waiting.filter(({ call_id }) => resumed.includes(call_id)).map(({ id }) => id);
    await tx.one(store.allowOverdraft, [lines]);
    await look(tx, lines, "unit");
  });
}

const reasons = { paused: "pause-too-long", "paused-for-top-up": "no-money" } as const;

/** Pauses that reached their limit end the line. */
async function endOverdue({ db }: Pick<MeteringDeps, "db">, lane: number): Promise<void> {
  const overdue = await db.rows(store.listOverdue, [lane, BATCH]);
  for (const status of ["paused", "paused-for-top-up"] as const) {
    const callIds = [...new Set(overdue.filter((line) => line.status === status).map(({ call_id }) => call_id))];
    if (callIds.length === 0) continue;
    const reason = reasons[status];
    await db.tx(async (tx) => tell(tx, await endLines(tx, { callIds, reason, closings: [] }), { topic: "metering.line_ended", reason }));
  }
}

const tell = (tx: Tx, callIds: readonly CallId[], { topic, ...facts }: { topic: string; reason?: string }): Promise<void> =>
  emit(
    tx,
    callIds.map((callId) => ({ topic, queue: callId, body: { callId, ...facts } })),
  );
