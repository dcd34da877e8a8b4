/** A call's money from its first second to its end, on a real PostgreSQL. After every test all invariants must hold. */
import type { CallId } from "@minuta/contracts/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterEach(async () => expect(await world.broken()).toEqual([]));
afterAll(async () => {
  await world.evidence.close();
  await world.close();
});

const both = ["client", "consultant"] as const;

/** Both ends are seen this very second, as remote tells while a call runs. */
const seen = (call: CallId): void => both.forEach((side) => world.evidence.seen({ callId: call, side }));
const endSeen = (call: CallId) => {
  seen(call);
  return world.end(call);
};

describe("a carrier call", () => {
  test("of 6 seconds is free, and what was set aside comes back", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 900n, reserved: 100n });
    await world.join(call);
    await world.wait(6);
    expect(await endSeen(call)).toEqual({ charged: 0n, provenSeconds: 6, billableSeconds: 6 });
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 1000n, reserved: 0n, held: 0n });
  });

  test("of 7 seconds costs a minute", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(7);
    expect(await endSeen(call)).toEqual({ charged: 100n, provenSeconds: 7, billableSeconds: 7 });
  });

  test("shows its first ruble soon after the 7th second", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    let waited = 0;
    for (; (await world.meter(call)).charged === 0n; waited += 1) await world.wait(1);
    expect(waited).toBeGreaterThanOrEqual(13);
    expect(waited).toBeLessThanOrEqual(20);
    expect(await world.meter(call)).toMatchObject({ status: "live", charged: 100n, reserved: 300n, minutesLeft: 9 });
    expect((await world.news(call)).map(({ topic, body }) => [topic, body["amountKopecks"], body["chargedKopecks"]])).toEqual([
      ["metering.charged", 100, 100],
    ]);
    await world.end(call);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 900n, reserved: 0n, held: 0n });
  });

  test("charges every started minute to the kopeck, and is settled to the platform when it ends", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    const before = await platformsBalance();
    await world.wait(61);
    expect(await endSeen(call)).toEqual({ charged: 200n, provenSeconds: 61, billableSeconds: 61 });
    expect((await world.ledger.wallet(payer)).balance).toBe(800n);
    expect((await platformsBalance()) - before).toBe(200n);
  });

  test("that is ended twice is charged once, and answers the same", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(30);
    seen(call);
    const [first, second] = await Promise.all([world.end(call), world.end(call)]);
    expect(second).toEqual(first);
    expect(await world.end(call)).toEqual(first);
    expect((await world.ledger.wallet(payer)).balance).toBe(900n);
  });

  test("opened twice has one line and sets money aside once", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    const again = () => world.db.tx((tx) => world.metering.openLine(tx, { callId: call, kind: "carrier", payer, payee: null }));
    expect(await again()).toEqual(await again());
    expect((await world.ledger.wallet(payer)).reserved).toBe(100n);
    await world.end(call);
  });

  test("costs nothing while only one end is there", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.evidence.begin({ callId: call, side: "consultant" });
    await world.wait(200);
    expect(await world.meter(call)).toMatchObject({ status: "idle", provenSeconds: 0, charged: 0n, minutesLeft: null });
    expect(await world.end(call)).toEqual({ charged: 0n, provenSeconds: 0, billableSeconds: 0 });
    expect((await world.ledger.wallet(payer)).balance).toBe(1000n);
  });

  test("that breaks and comes back goes on in the minute that is paid already", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(30);
    await world.evidence.end({ callId: call, side: "client" });
    await world.wait(40);
    expect(await world.meter(call)).toMatchObject({ status: "idle", provenSeconds: 30, charged: 100n });
    await world.evidence.begin({ callId: call, side: "client" });
    await world.wait(30);
    expect(await endSeen(call)).toEqual({ charged: 100n, provenSeconds: 60, billableSeconds: 60 });
    const table = await world.metering.intervals(call);
    expect(table.map(({ why, seconds, counted }) => [why, seconds, counted])).toEqual([
      ["on-the-line", 30, true],
      ["client-away", 40, false],
      ["on-the-line", 30, true],
    ]);
  });

  test("is charged for its last seconds also when the pass only comes after the break", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.waitWithoutPass(65);
    await world.evidence.end({ callId: call, side: "client" });
    await world.wait(12);
    expect(await world.meter(call)).toMatchObject({ status: "idle", provenSeconds: 65, charged: 200n });
    await world.end(call);
  });
});

const platformsBalance = async (): Promise<bigint> =>
  (await world.db.pool.query("select coalesce((select balance from ledger.account where name = 'platform:carrier'), 0) as balance")).rows[0]
    .balance;

describe("the charging pass", () => {
  test("that comes late catches up, and doubled charges nothing", async () => {
    const payer = await world.aPayer(20);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.waitWithoutPass(10 * 60);
    await world.pass();
    expect((await world.meter(call)).charged).toBe(1000n);
    await world.db.pool.query("delete from metering.lane");
    await world.pass();
    await world.db.pool.query("delete from metering.lane");
    await Promise.all([world.pass(), world.pass(), world.pass()]);
    expect((await world.meter(call)).charged).toBe(1000n);
    expect((await world.news(call)).filter(({ topic }) => topic === "metering.charged")).toHaveLength(1);
    await world.end(call);
  });

  test("run by several workers at once charges each minute once", async () => {
    const calls = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const payer = await world.aPayer(10);
        const call = await world.openCall(payer);
        await world.join(call);
        return { payer, call };
      }),
    );
    for (let passed = 0; passed < 90; passed += 1) {
      await world.tick(1);
      await Promise.all([world.pass(), world.pass()]);
    }
    for (const { call } of calls) expect(await endSeen(call)).toMatchObject({ charged: 200n, provenSeconds: 90 });
    for (const { payer } of calls) expect((await world.ledger.wallet(payer)).balance).toBe(800n);
  });

  test("looks at a steady minute once and leaves the line as it is", async () => {
    const payer = await world.aPayer(20);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(90);
    const version = async () =>
      (await world.db.pool.query("select xmin::text, ctid::text, slot from metering.line where call_id = $1", [call])).rows[0];
    const steady = await version();
    const rows = (await world.news(call)).length;
    await world.wait(120);
    expect(await version()).toEqual(steady);
    expect(await world.news(call)).toHaveLength(rows + 2);
    await world.end(call);
  });
});

describe("a pause", () => {
  test("is not billed, whoever asks for it and however often", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(30);
    const pause = () => world.db.tx((tx) => world.metering.pause(tx, call, "client"));
    expect(await pause()).toBe(true);
    expect(await pause()).toBe(false);
    await world.wait(200);
    expect(await world.meter(call)).toMatchObject({ status: "paused", provenSeconds: 30, charged: 100n });
    const resume = (by: string) => world.db.tx((tx) => world.metering.resume(tx, call, by));
    expect(await resume("consultant"), "who did not pause does not go on").toBe(false);
    expect(await world.meter(call)).toMatchObject({ status: "paused", pausedBy: "client" });
    expect(await resume("client")).toBe(true);
    expect(await resume("client")).toBe(false);
    await world.wait(30);
    expect(await endSeen(call)).toEqual({ charged: 100n, provenSeconds: 60, billableSeconds: 60 });
    expect((await world.metering.intervals(call)).map(({ why, seconds }) => [why, seconds])).toEqual([
      ["on-the-line", 30],
      ["paused", 200],
      ["on-the-line", 30],
    ]);
  });

  test("longer than a quarter of an hour ends the call", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(30);
    await world.db.tx((tx) => world.metering.pause(tx, call, "consultant"));
    await world.wait(10);
    const { pauseEndsAt } = await world.meter(call);
    expect(pauseEndsAt).toEqual(new Date(world.now().getTime() + (900 - 10) * 1000));
    await world.tick(888);
    await world.pass();
    expect((await world.meter(call)).status).toBe("paused");
    await world.tick(2);
    await world.pass();
    expect((await world.meter(call)).status).toBe("ended");
    expect((await world.news(call)).at(-1)).toEqual({ topic: "metering.line_ended", body: { callId: call, reason: "pause-too-long" } });
    expect(await world.end(call)).toMatchObject({ charged: 100n, provenSeconds: 30 });
    expect((await world.ledger.wallet(payer)).balance).toBe(900n);
  });

  test("of a call that is over changes nothing", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.end(call);
    expect(await world.db.tx((tx) => world.metering.pause(tx, call, "client"))).toBe(false);
    expect(await world.db.tx((tx) => world.metering.resume(tx, call, "client"))).toBe(false);
  });
});
