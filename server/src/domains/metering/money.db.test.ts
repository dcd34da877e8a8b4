/** What happens when the money gets short: quotas, warnings, several calls of one payer, top-up in mid-call, overdraft. */
import { callId, type CallId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { chargeSteady, LANE_START } from "./lanes/store.ts";
import { slotsBetween } from "./rules.ts";
import { createWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterEach(async () => expect(await world.broken()).toEqual([]));
afterAll(async () => {
  await world.evidence.close();
  await world.close();
});

/** A gift of the house: money, but no paid top-up, so no overdraft. */
async function aPayerWithGift(rubles: number): Promise<string> {
  const payer = await world.aPayer(0);
  if (rubles > 0) await world.topUp(payer, rubles, "compensation");
  return payer;
}
async function runningCall(payer: string): Promise<CallId> {
  const call = await world.openCall(payer);
  await world.join(call);
  return call;
}
/** A marketplace call with a payee at `rubles` a minute, both ends there. */
async function marketplaceCall(payer: string, rubles: number): Promise<CallId> {
  const call = callId.parse(crypto.randomUUID());
  await world.db.tx((tx) =>
    world.metering.openLine(tx, {
      callId: call,
      kind: "marketplace",
      payer,
      payee: crypto.randomUUID(),
      pricePerMinute: kopecks(rubles * 100),
    }),
  );
  await world.join(call);
  return call;
}
const topics = async (call: CallId): Promise<string[]> =>
  (await world.news(call)).map(({ topic }) => topic).filter((topic) => topic !== "metering.charged");
const warnings = async (call: CallId): Promise<unknown[]> =>
  (await world.news(call)).filter(({ topic }) => topic === "metering.low_balance").map(({ body }) => body["minutesLeft"]);

describe("opening a call", () => {
  test("without money for the first minute is refused with the figures", async () => {
    const payer = await aPayerWithGift(0);
    await expect(world.openCall(payer)).rejects.toMatchObject({ type: "wallet-empty", facts: { freeKopecks: 0, neededKopecks: 100 } });
    await expect(world.metering.refuseUnfunded(world.db, { kind: "carrier", payer })).rejects.toMatchObject({ type: "wallet-empty" });
  });

  test("needs the first kopeck it will cost, also when its first seconds are too cheap to cost one", async () => {
    const { rows } = await world.db.pool.query(
      "insert into metering.tariff (kind, valid_from, first_seconds, next_seconds, free_seconds) values ('marketplace', '2025-01-01', 1, 1, 0) returning id",
    );
    const open = (payer: string) => {
      const terms = { kind: "marketplace", pricePerMinute: kopecks(1), tariff: BigInt(rows[0].id) } as const;
      return world.db.tx((tx) =>
        world.metering.openLine(tx, { ...terms, callId: callId.parse(crypto.randomUUID()), payer, payee: crypto.randomUUID() }),
      );
    };
    await expect(open(await aPayerWithGift(0))).rejects.toMatchObject({
      type: "wallet-empty",
      facts: { freeKopecks: 0, neededKopecks: 1 },
    });
    await open(await aPayerWithGift(1));
  });

  test("leaves the payer's running calls two minutes", async () => {
    const payer = await aPayerWithGift(4);
    const first = await runningCall(payer);
    await world.wait(20);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 0n, reserved: 300n });
    await world.wait(60);
    await expect(world.openCall(payer)).rejects.toMatchObject({ type: "wallet-empty", facts: { freeKopecks: 0, neededKopecks: 100 } });
    await world.topUp(payer, 1, "compensation");
    const second = await world.openCall(payer);
    await expect(world.openCall(payer)).rejects.toMatchObject({ type: "wallet-empty" });
    await world.end(first);
    await world.end(second);
  });

  test("twice at once does not count on the same money", async () => {
    const payer = await aPayerWithGift(1);
    const outcomes = await Promise.allSettled([world.openCall(payer), world.openCall(payer), world.openCall(payer)]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === "fulfilled") await world.end(outcome.value);
  });
});

describe("money that runs out", () => {
  test("is warned of at 5, 2 and 1 minutes, then the call waits for a top-up, then it ends", async () => {
    const payer = await aPayerWithGift(7);
    const call = await runningCall(payer);
    await world.wait(7 * 60, 3);
    expect(await warnings(call)).toEqual([5, 2, 1]);
    expect(await world.meter(call)).toMatchObject({ status: "live", charged: 700n, reserved: 0n });
    await world.wait(25);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-top-up", charged: 700n, reserved: 0n });
    await world.wait(5 * 60, 5);
    expect(await topics(call)).toEqual([...Array(3).fill("metering.low_balance"), "metering.paused_for_top_up", "metering.line_ended"]);
    expect((await world.news(call)).at(-1)?.body).toEqual({ callId: call, reason: "no-money" });
    const { charged, billableSeconds, provenSeconds } = await world.end(call);
    expect({ charged, billableSeconds }).toEqual({ charged: 700n, billableSeconds: 420 });
    expect(provenSeconds).toBeLessThan(420 + 25);
    expect((await world.ledger.wallet(payer)).balance).toBe(0n);
  });

  test("of a wallet with little in it is warned of at once, not in silence", async () => {
    const payer = await aPayerWithGift(1);
    const call = await runningCall(payer);
    await world.wait(20);
    expect(await warnings(call)).toEqual([1]);
    await world.end(call);
  });

  test("and comes back in time continues the call", async () => {
    const payer = await aPayerWithGift(2);
    const call = await runningCall(payer);
    await world.wait(150);
    expect((await world.meter(call)).status).toBe("paused-for-top-up");
    await world.topUp(payer, 1, "compensation");
    await world.pass();
    expect(await world.meter(call)).toMatchObject({ status: "live" });
    await world.topUp(payer, 10, "compensation");
    await world.wait(60);
    expect(await topics(call)).toContain("metering.resumed");
    const { charged, billableSeconds, provenSeconds } = await world.end(call);
    expect(billableSeconds).toBe(provenSeconds);
    expect(Number(charged)).toBe(Math.ceil(provenSeconds / 60) * 100);
    expect((await world.ledger.wallet(payer)).balance).toBe(1300n - charged);
  });

  test("and is little is warned of before the call stops a second time", async () => {
    const payer = await aPayerWithGift(2);
    const call = await runningCall(payer);
    await world.wait(150);
    const before = await warnings(call);
    await world.topUp(payer, 1, "compensation");
    await world.wait(90);
    expect((await world.meter(call)).status).toBe("paused-for-top-up");
    // All of it goes for the minute that had begun.
    expect(await warnings(call)).toEqual([...before, 0]);
    await world.end(call);
  });

  test("is not waited for by a person's button: the call goes on when the money is there", async () => {
    const payer = await aPayerWithGift(1);
    const call = await runningCall(payer);
    await world.wait(90);
    expect((await world.meter(call)).status).toBe("paused-for-top-up");
    expect(await world.db.tx((tx) => world.metering.resume(tx, call, "client"))).toBe(false);
    expect(await world.db.tx((tx) => world.metering.pause(tx, call, "client"))).toBe(false);
    expect((await world.meter(call)).status).toBe("paused-for-top-up");
    await world.end(call);
  });

  test("warns again after a top-up was used up too", async () => {
    const payer = await aPayerWithGift(3);
    const call = await runningCall(payer);
    await world.wait(100);
    expect(await warnings(call)).toEqual([3, 2, 1]);
    await world.topUp(payer, 6, "compensation");
    await world.wait(60 * 7, 3);
    expect(await warnings(call)).toEqual([3, 2, 1, 5, 2, 1]);
    await world.end(call);
  });
});

describe("several calls of one payer", () => {
  test("spend exactly what there is, and none is paused while another has more than a minute in hand", async () => {
    const payer = await aPayerWithGift(9);
    const calls = [await runningCall(payer), await runningCall(payer), await runningCall(payer)];
    for (let passed = 0; passed < 60 * 6; passed += 2) {
      await world.wait(2, 2);
      const meters = await Promise.all(calls.map((call) => world.meter(call)));
      const inHand = meters.some(({ status }) => status === "paused-for-top-up") ? meters.map(({ reserved }) => reserved) : [];
      expect(inHand.filter((reserved) => reserved > 100n)).toEqual([]);
    }
    const finals = [];
    for (const call of calls) finals.push(await world.end(call));
    expect(finals.reduce((total, { charged }) => total + charged, 0n)).toBe(900n);
    expect((await world.ledger.wallet(payer)).balance).toBe(0n);
    for (const call of calls) expect((await warnings(call)).length).toBeGreaterThan(0);
  });

  test("that begin at different times end within a minute of each other", async () => {
    const payer = await aPayerWithGift(8);
    const early = await runningCall(payer);
    await world.wait(95);
    const late = await runningCall(payer);
    await world.wait(60 * 6, 3);
    expect([(await world.meter(early)).status, (await world.meter(late)).status]).toEqual(["paused-for-top-up", "paused-for-top-up"]);
    const together = (await world.end(early)).charged + (await world.end(late)).charged;
    expect(together).toBe(800n);
  });
});

describe("the carrier's overdraft", () => {
  test("keeps the client on the line for 30 minutes, once the consultant has paid in", async () => {
    const payer = await world.aPayer(2);
    const call = await runningCall(payer);
    await world.wait(60 * 4, 3);
    expect(await world.meter(call)).toMatchObject({ status: "live" });
    expect((await world.ledger.wallet(payer)).balance).toBeLessThan(0n);
    expect(await world.ledger.wallet(payer)).toMatchObject({ overdraft: 3000n, minutesLeft: 0 });
    await expect(world.openCall(payer)).rejects.toMatchObject({ type: "overdraft-in-use" });
    await world.wait(60 * 30, 3);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-top-up", charged: 3200n });
    expect((await world.ledger.wallet(payer)).balance).toBe(-3000n);
    expect(await warnings(call)).toEqual([2, 1, 5, 2, 1]);
    expect(await world.end(call)).toMatchObject({ charged: 3200n });
    await world.topUp(payer, 40);
    expect((await world.ledger.wallet(payer)).balance).toBe(1000n);
    await world.end(await world.openCall(payer));
  });

  test("is not for who was only given a bonus", async () => {
    const payer = await aPayerWithGift(1);
    const call = await runningCall(payer);
    await world.wait(90);
    expect((await world.meter(call)).status).toBe("paused-for-top-up");
    await world.topUp(payer, 1);
    await world.wait(90);
    expect(await world.meter(call)).toMatchObject({ status: "live" });
    expect((await world.ledger.wallet(payer)).overdraft).toBe(3000n);
    await world.end(call);
  });

  test("is one for all his calls together", async () => {
    const payer = await world.aPayer(4);
    const calls = [await runningCall(payer), await runningCall(payer)];
    await world.wait(60 * 18, 3);
    expect((await world.ledger.wallet(payer)).balance).toBe(-3000n);
    for (const call of calls) expect((await world.meter(call)).status).toBe("paused-for-top-up");
    let charged = 0n;
    for (const call of calls) charged += (await world.end(call)).charged;
    expect(charged).toBe(3400n);
  });
});

describe("a budget", () => {
  test("bounds what a call may set aside, whatever the wallet holds", async () => {
    const payer = await aPayerWithGift(50);
    const call = await runningCall(payer);
    const { rows } = await world.db.pool.query("insert into ledger.budget (name, allowed, spent) values ($1, 300, 100) returning id", [
      `test:${payer}`,
    ]);
    await world.db.pool.query("update ledger.purse set budgets = array[$1::bigint] where reference = $2", [rows[0].id, call]);
    await world.wait(60 * 3 + 30);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-top-up", charged: 300n });
    await world.db.pool.query("update ledger.budget set allowed = 500 where id = $1", [rows[0].id]);
    await world.wait(60);
    expect((await world.meter(call)).status).toBe("live");
    await world.end(call);
    expect(
      (
        await world.db.pool.query(
          "select spent = (select charged from ledger.purse where reference = $2) as equal from ledger.budget where id = $1",
          [rows[0].id, call],
        )
      ).rows[0].equal,
    ).toBe(true);
  });
});

describe("a budget that runs out", () => {
  const budgeted = async (allowed: number, calls: readonly CallId[]): Promise<bigint> => {
    const { rows } = await world.db.pool.query(
      "insert into ledger.budget (name, allowed, spent) select gen_random_uuid()::text, $1 + sum(reserved), sum(reserved) from ledger.purse where reference = any ($2) returning id",
      [allowed, calls],
    );
    await world.db.pool.query("update ledger.purse set budgets = array[$1::bigint] where reference = any ($2)", [rows[0].id, calls]);
    return rows[0].id;
  };

  test("is warned of at 5, 2 and 1 minutes, however full the wallet is", async () => {
    const call = await runningCall(await aPayerWithGift(1000));
    await budgeted(700, [call]);
    await world.wait(20);
    expect(await world.meter(call)).toMatchObject({ charged: 100n, minutesLeft: 7 });
    await world.wait(60 * 9, 3);
    expect(await warnings(call)).toEqual([5, 2, 1]);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-top-up", charged: 800n });
    await world.end(call);
  });

  test("of several calls is the same minute for all of them, whoever pays", async () => {
    const calls = [await runningCall(await aPayerWithGift(500)), await runningCall(await aPayerWithGift(500))];
    await budgeted(1000, calls);
    await world.wait(20);
    for (const call of calls) expect(await world.meter(call)).toMatchObject({ charged: 100n, minutesLeft: 5 });
    await world.wait(60 * 8, 3);
    for (const call of calls) {
      const told = await warnings(call);
      expect([told[0], told.at(-1)]).toEqual([5, 1]);
      expect((await world.meter(call)).status).toBe("paused-for-top-up");
    }
    for (const call of calls) await world.end(call);
  });

  test("and is raised is warned of again", async () => {
    const call = await runningCall(await aPayerWithGift(1000));
    const id = await budgeted(200, [call]);
    await world.wait(60);
    expect((await warnings(call)).at(-1)).toBe(2);
    await world.db.pool.query("update ledger.budget set allowed = allowed + 1000 where id = $1", [id]);
    await world.wait(60 * 3, 3);
    expect(await world.meter(call)).toMatchObject({ minutesLeft: 9 });
    const before = (await warnings(call)).length;
    await world.wait(60 * 5, 3);
    expect((await warnings(call)).slice(before)[0]).toBe(5);
    await world.end(call);
  });

  test("is asked what is left of it for every page of a pass, and what its lines cost a minute for the first one only", async () => {
    const payer = await aPayerWithGift(1000);
    const calls = [await runningCall(payer), await runningCall(payer), await runningCall(payer)];
    const budget = await budgeted(10_000, calls);
    await world.wait(70);
    await world.waitWithoutPass(60);
    // Six minutes of all three: that much is left when nobody has to be told yet.
    await world.db.pool.query("update ledger.budget set allowed = spent + $2 where id = $1", [budget, 6 * 300]);
    const { rows } = await world.db.pool.query(
      "select lane, array_agg(id order by purse) as lines from metering.line where payer = $1 group by lane",
      [payer],
    );
    const [{ lane, lines }] = rows;
    const seconds = slotsBetween(null, world.now());
    const page = (after: readonly unknown[], burns: readonly bigint[]) =>
      world.db.one(chargeSteady, [lane, seconds, ...after, 1, world.now(), burns.map(() => budget), burns]);
    const first = await page(LANE_START, []);
    expect(first).toMatchObject({ seen: 1, rest: [], budgets: [budget], burns: [300n] });
    const second = await page([first.last_slot, first.last_purse], [301n]);
    expect(second).toMatchObject({ seen: 1, rest: [lines[1]], budgets: [budget], burns: [301n] });
    await world.db.pool.query("update ledger.budget set allowed = allowed - 1 where id = $1", [budget]);
    const third = await page([second.last_slot, second.last_purse], [300n]);
    expect(third).toMatchObject({ seen: 1, rest: [lines[2]] });
    for (const call of calls) await world.end(call);
  });
});

describe("a marketplace call", () => {
  test("holds what was charged until its outcome, for the payee's price", async () => {
    const payer = await aPayerWithGift(100);
    const call = await marketplaceCall(payer, 25);
    await world.wait(70);
    const { charged } = await world.end(call);
    expect(charged).toBe(5000n);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 5000n, reserved: 0n, held: 5000n });
  });

  test("never overdraws, also where a carrier call may", async () => {
    const payer = await world.aPayer(20);
    const call = await marketplaceCall(payer, 15);
    await world.wait(100);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-top-up", charged: 1500n });
    expect((await world.ledger.wallet(payer)).balance).toBe(500n);
    await world.end(call);
  });
});
