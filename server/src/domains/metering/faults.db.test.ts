/** Charging while things break: connections killed between statements, rows held by others, money arriving, everybody at once. */
import type { CallId } from "@minuta/contracts/ids";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createWorld, type World } from "./testing.ts";

const WAITS = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits";

let world: World;
let apart: pg.Client;
beforeEach(async () => {
  world = await createWorld();
  apart = new pg.Client(world.connection);
  await apart.connect();
});
afterEach(async () => {
  expect(await world.broken()).toEqual([]);
  await apart.end();
  await world.close();
});

interface Running {
  readonly payer: string;
  readonly call: CallId;
}
async function runningCalls(count: number, rubles: number): Promise<Running[]> {
  const calls: Running[] = [];
  for (let n = 0; n < count; n += 1) {
    const payer = await world.aPayer(rubles);
    const call = await world.openCall(payer);
    calls.push({ payer, call });
  }
  await Promise.all(calls.map(({ call }) => world.join(call)));
  return calls;
}
const seen = (call: CallId): void => {
  for (const side of ["client", "consultant"] as const) world.evidence.seen({ callId: call, side });
};

describe("a charging pass", () => {
  test("killed at any statement charges nothing twice and nothing amiss", async () => {
    const calls = await runningCalls(40, 30);
    let kills = 0;
    for (let minute = 0; minute < 12; minute += 1) {
      await world.waitWithoutPass(60);
      const killing = { on: true };
      const killer = (async () => {
        while (killing.on) {
          // The connection that charges, wherever it is right now.
          const { rowCount } = await apart.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and query ~ 'metering|ledger|event|commit'",
          );
          kills += rowCount ?? 0;
          await new Promise((resolve) => setTimeout(resolve, minute));
        }
      })();
      await Promise.allSettled([world.pass(), world.pass()]);
      killing.on = false;
      await killer;
      expect(await world.broken()).toEqual([]);
    }
    expect(kills).toBeGreaterThan(5);
    await world.pass();
    for (const { payer, call } of calls) {
      seen(call);
      expect(await world.end(call)).toMatchObject({ charged: 1200n, provenSeconds: 720 });
      expect((await world.ledger.wallet(payer)).balance).toBe(1800n);
    }
    const told = (
      await world.db.pool.query(
        "select sum((body->>'amountKopecks')::int)::int as sum from platform.event where topic = 'metering.charged'",
      )
    ).rows[0].sum;
    expect(told).toBe(40 * 1200);
  });

  test("waits for a wallet somebody else holds, and then goes on with what is there", async () => {
    const [{ payer, call }] = (await runningCalls(1, 1)) as [Running];
    await world.waitWithoutPass(70);
    await apart.query("begin");
    await apart.query("select from ledger.account where name = $1 for update", [`wallet:${payer}`]);
    let passed = false;
    const passing = world.pass().then(() => (passed = true));
    const toppingUp = world.topUp(payer, 5, "compensation");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(passed).toBe(false);
    await apart.query("commit");
    await Promise.all([passing, toppingUp]);
    await world.wait(10);
    expect(await world.meter(call)).toMatchObject({ status: "live", charged: 200n });
    await world.end(call);
  });

  test("does not charge a line that is being ended by somebody else", async () => {
    const [{ payer, call }] = (await runningCalls(1, 10)) as [Running];
    await world.waitWithoutPass(70);
    seen(call);
    let passing: Promise<void> = Promise.resolve();
    await world.db.tx(async (tx) => {
      expect(await world.metering.endCall(tx, call)).toMatchObject({ charged: 200n });
      passing = world.pass();
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    await passing;
    await world.pass();
    expect((await world.ledger.wallet(payer)).balance).toBe(800n);
    expect((await world.news(call)).filter(({ topic }) => topic === "metering.charged")).toHaveLength(1);
  });

  test("charges the other calls of a page in which one is being ended", async () => {
    const payer = await world.aPayer(30);
    const [ending, ...going] = [await world.openCall(payer), await world.openCall(payer), await world.openCall(payer)] as const;
    await Promise.all([ending, ...going].map((call) => world.join(call)));
    await world.waitWithoutPass(70);
    seen(ending);
    let passing: Promise<void> = Promise.resolve();
    await world.db.tx(async (tx) => {
      await world.metering.endCall(tx, ending);
      passing = world.pass();
      await vi.waitFor(async () => expect((await apart.query(WAITS)).rows).toEqual([{ waits: true }]));
    });
    await passing;
    for (const call of going) expect(await world.meter(call)).toMatchObject({ status: "live", charged: 200n });
  });

  test("and top-ups at the same moment lose no kopeck of each other", async () => {
    const calls = await runningCalls(6, 5);
    for (let minute = 0; minute < 8; minute += 1) {
      await world.waitWithoutPass(60);
      await Promise.all([world.pass(), world.pass(), ...calls.flatMap(({ payer }) => [world.topUp(payer, 1), world.topUp(payer, 2)])]);
    }
    for (const { payer, call } of calls) {
      seen(call);
      const { charged } = await world.end(call);
      expect(charged).toBe(800n);
      expect((await world.ledger.wallet(payer)).balance).toBe(500n + 8n * 300n - 800n);
    }
  });
});

describe("the end of a call", () => {
  test("is charged within its evidence, whatever a lease renewed meanwhile would prove", async () => {
    const [{ call }] = (await runningCalls(1, 10)) as [Running];
    await world.wait(62);
    let ticking: Promise<void> = Promise.resolve();
    await world.db.tx(async (tx) => {
      expect(await world.metering.endCall(tx, call)).toMatchObject({ charged: 100n, provenSeconds: 56 });
      ticking = world.tick(12);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await world.pass();
    });
    await ticking;
    expect(await world.broken()).toEqual([]);
    expect(await world.meter(call)).toMatchObject({ status: "ended", charged: 100n });
  });

  /** Somebody else moves money at the very moment: nothing of it can be seen before the end waits for it. */
  const endWhile = async (call: CallId, movement: string, values: readonly unknown[]) => {
    await apart.query("begin");
    const { rows } = await apart.query(`select (ledger.post_batch(array[${movement}]))[1] as outcome`, [...values]);
    expect(rows).toEqual([{ outcome: "posted" }]);
    const ending = world.end(call);
    while (!(await apart.query(WAITS)).rows[0].waits);
    await apart.query("commit");
    return ending;
  };

  test("is charged by what is set aside for it, though a sibling takes the rest of the wallet at that moment", async () => {
    // Never paid in himself: he may not owe.
    const payer = await world.aPayer(0);
    await world.topUp(payer, 3, "compensation");
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(20);
    expect(await world.meter(call)).toMatchObject({ charged: 100n, reserved: 200n });
    await world.topUp(payer, 1, "compensation");
    await world.waitWithoutPass(190);
    seen(call);
    const taken = `('taken', 'correction', null, (select id from ledger.account where name = $1), ledger.open_account('compensation'), 100, null, false, 'a sibling', platform.now())::ledger.movement`;
    expect(await endWhile(call, taken, [`wallet:${payer}`])).toMatchObject({ charged: 300n, provenSeconds: 210 });
    expect((await world.ledger.wallet(payer)).balance).toBe(0n);
  });

  test("gives back what is set aside for it at that moment", async () => {
    const [{ payer, call }] = (await runningCalls(1, 10)) as [Running];
    await world.wait(20);
    seen(call);
    const given = `(select ledger.quota(p.id, p.owner, p.set_aside, 50, false, platform.now()) from ledger.purse p where p.reference = $1)`;
    expect(await endWhile(call, given, [call])).toMatchObject({ charged: 100n });
    expect((await world.ledger.wallet(payer)).balance).toBe(900n);
  });

  test("waits for the first end of all with no wallet in hand", async () => {
    const [{ payer, call }] = (await runningCalls(1, 10)) as [Running];
    await world.waitWithoutPass(90);
    await apart.query("begin; set local lock_timeout = 1000; select ledger.open_account('platform:carrier')");
    const ending = world.end(call);
    while (!(await apart.query(WAITS)).rows[0].waits);
    await apart.query("select ledger.lock_account((select id from ledger.account where name = $1))", [`wallet:${payer}`]);
    await apart.query("commit");
    expect(await ending).toMatchObject({ charged: 200n });
  });
});

test("passes, pauses, reconnects, top-ups and ends all at once come to what was proven", async () => {
  const payer = await world.aPayer(40);
  const calls: CallId[] = [];
  for (let n = 0; n < 5; n += 1) calls.push(await world.openCall(payer));
  await Promise.all(calls.map((call) => world.join(call)));
  let charged = 0n;
  for (let round = 0; round < 25; round += 1) {
    await world.tick(7);
    const call = calls[round % calls.length]!;
    await Promise.all([
      world.pass(),
      world.pass(),
      world.db.tx((tx) => (round % 4 === 0 ? world.metering.pause(tx, call, "client") : world.metering.resume(tx, call, "client"))),
      round % 3 === 0 ? world.evidence.end({ callId: call, side: "client" }) : world.evidence.begin({ callId: call, side: "client" }),
      world.metering.meters(world.db, calls),
      ...(round % 5 === 0 ? [world.topUp(payer, 1)] : []),
    ]);
    expect(await world.broken()).toEqual([]);
  }
  const finals = await Promise.all([...calls, ...calls].map((call) => world.end(call)));
  for (const final of finals.slice(0, calls.length)) charged += final.charged;
  expect(finals.slice(calls.length)).toEqual(finals.slice(0, calls.length));
  expect((await world.ledger.wallet(payer)).balance).toBe(4500n - charged);
  for (const call of calls) {
    const table = await world.metering.intervals(call);
    const counted = table.filter(({ counted }) => counted).reduce((sum, { seconds }) => sum + seconds, 0);
    expect(finals[calls.indexOf(call)]?.provenSeconds).toBe(counted);
  }
});
