/** A copy that stops in the middle of a transaction, its locks in hand (SIGSTOP, a cut wire): PostgreSQL ends what it began, the others go on. */
import type { CallId } from "@minuta/contracts/ids";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDb, type Db, type Patience } from "#platform/db";
import { CHARGING_PATIENCE, runPass } from "./charge-due.ts";
import * as lanes from "./lanes/store.ts";
import { look } from "./look.ts";
import * as store from "./store.ts";
import { createWorld, type World } from "./testing.ts";

let world: World;
const opened: Db[] = [];
beforeEach(async () => void (world = await createWorld()));
afterEach(async () => {
  expect(await world.broken()).toEqual([]);
  for (const db of opened.splice(0)) await db.close();
  await world.close();
});

/** Connections of another copy of the server. */
function anotherCopy(patience: Partial<Patience>): Db {
  const db = openDb({ connection: world.connection, patience: { ...CHARGING_PATIENCE, ...patience } });
  opened.push(db);
  return db;
}
const ms = (wait: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, wait));

async function dueCall(payer: string): Promise<CallId> {
  const call = await world.openCall(payer);
  await world.join(call);
  await world.waitWithoutPass(70);
  return call;
}

test("what it was charging is undone and charged once, by another copy", async () => {
  const payer = await world.aPayer(10);
  const call = await dueCall(payer);
  const [began, asleep] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const frozen = anotherCopy({ idleInTransactionMs: 400 }).tx(async (tx) => {
    for (const { lane } of await tx.rows(lanes.listLanes)) await tx.one(lanes.takeLane, [lane]);
    const lines = await tx.rows(store.lockLinesOfCalls, [[call]]);
    const looked = await look(
      tx,
      lines.map(({ id }) => id),
      "quota",
    );
    began.resolve();
    await asleep.promise;
    await tx.one(lanes.takeLane, [0]);
    return looked;
  });
  const woken = frozen.then(
    () => "it went on as if nothing had happened",
    (error: unknown) => String(error),
  );
  await began.promise;
  await world.pass();
  expect(await world.meter(call)).toMatchObject({ charged: 0n });
  await ms(1200);
  await world.pass();
  expect(await world.meter(call)).toMatchObject({ status: "live", charged: 200n });
  asleep.resolve();
  expect(await woken).toMatch(/terminat|not queryable|closed/i);
  await world.pass();
  expect((await world.ledger.wallet(payer)).balance).toBe(500n);
  expect((await world.news(call)).filter(({ topic }) => topic === "metering.charged")).toHaveLength(1);
  await world.end(call);
});

test("a line that somebody holds for long is waited for a moment, and everybody else is charged", async () => {
  const [one, other] = await twoLanes();
  const held = await dueCall(one);
  const free = await dueCall(other);
  const holder = new pg.Client(world.connection);
  await holder.connect();
  await holder.query("begin");
  await holder.query("select from ledger.purse where reference = $1 for update", [held]);
  const copy = anotherCopy({ lockMs: 300 });
  await expect(runPass({ db: copy })).rejects.toMatchObject({ code: "55P03" });
  expect(await world.meter(held)).toMatchObject({ charged: 0n });
  expect(await world.meter(free)).toMatchObject({ charged: 200n });
  await holder.query("rollback");
  await holder.end();
  await runPass({ db: copy });
  expect(await world.meter(held)).toMatchObject({ charged: 300n });
  for (const call of [held, free]) await world.end(call);
});

/** Payers whose lines are not charged in one statement; the lane of the first comes first. */
async function twoLanes(): Promise<[string, string]> {
  const payers = await Promise.all(Array.from({ length: 12 }, () => world.aPayer(10)));
  const { rows } = await world.db.pool.query(
    "select distinct on (metering.lane_of(p)) p, metering.lane_of(p) as lane from unnest($1::uuid[]) p order by lane limit 2",
    [payers],
  );
  return [rows[0].p, rows[1].p];
}
