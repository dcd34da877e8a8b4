/** `ledger.post_charges`, the short way of a charge, moves what `post_batch` would, or nothing. */
import { kopecks } from "@minuta/contracts/money";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createLedger } from "./index.ts";

let base: TestDatabase;
beforeAll(async () => void (base = await testDatabase()));
afterEach(async () => {
  const ledger = createLedger({ db: base.db, findPersonByEmail: async () => null, burnPerMinute: async () => kopecks(0) });
  expect((await ledger.proof()).filter(({ holds }) => !holds)).toEqual([]);
});
afterAll(() => base.close());

const sql = async (text: string, values: readonly unknown[] = []) => (await base.db.pool.query(text, [...values])).rows;

async function aWallet(money: bigint): Promise<bigint> {
  const name = `wallet:${crypto.randomUUID()}`;
  const [{ id }] = await sql("select ledger.open_account($1) as id", [name]);
  await sql(
    "select ledger.post_batch(array[($1, 'top-up', null, ledger.open_account('bank'), $2, $3, null, false, 'for the test', now())::ledger.movement])",
    [`test:${name}`, id, money],
  );
  return id;
}
const aPurse = async (wallet: bigint, budgets: readonly bigint[] = []): Promise<bigint> =>
  (await sql("select ledger.open_purse($1, gen_random_uuid(), $2::bigint[]) as id", [wallet, budgets]))[0].id;
const aBudget = async (allowed: bigint): Promise<bigint> =>
  (await sql("insert into ledger.budget (name, allowed) values (gen_random_uuid()::text, $1) returning id", [allowed]))[0].id;

interface Charge {
  readonly purse: bigint;
  readonly before?: bigint;
  readonly amount: bigint;
  readonly quota?: bigint;
}
const post = async (charges: readonly Charge[]): Promise<boolean[]> =>
  (
    await sql("select ledger.post_charges($1, $2, $3, $4, now()) as posted", [
      charges.map(({ purse }) => purse),
      charges.map(({ before }) => before ?? 0n),
      charges.map(({ amount }) => amount),
      charges.map(({ quota }) => quota ?? 0n),
    ])
  )[0].posted;
const purseIs = async (id: bigint) => (await sql("select reserved, held, set_aside, charged from ledger.purse where id = $1", [id]))[0];
const balanceOf = async (wallet: bigint): Promise<bigint> =>
  (await sql("select balance from ledger.account where id = $1", [wallet]))[0].balance;

const WAITING = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits";

describe("a steady minute", () => {
  test("takes its quota from the wallet and its charge from the quota, and a second time moves nothing", async () => {
    const wallet = await aWallet(1000n);
    const purse = await aPurse(wallet);
    expect(await post([{ purse, amount: 100n, quota: 400n }])).toEqual([true]);
    expect(await purseIs(purse)).toEqual({ reserved: 300n, held: 100n, set_aside: 400n, charged: 100n });
    expect(await balanceOf(wallet)).toBe(600n);
    expect(await post([{ purse, amount: 100n, quota: 400n }])).toEqual([false]);
    expect(await post([{ purse, before: 100n, amount: 100n }])).toEqual([true]);
    expect(await purseIs(purse)).toEqual({ reserved: 200n, held: 200n, set_aside: 400n, charged: 200n });
    expect(
      await sql("select kind, before, amount, from_account, from_balance from ledger.transfer where purse = $1 order by id", [purse]),
    ).toEqual([
      { kind: "quota", before: 0n, amount: 400n, from_account: wallet, from_balance: 600n },
      { kind: "charge", before: 0n, amount: 100n, from_account: null, from_balance: null },
      { kind: "charge", before: 100n, amount: 100n, from_account: null, from_balance: null },
    ]);
  });

  test("is left alone when the reserve does not reach, the purse is closed, or nothing would move", async () => {
    const wallet = await aWallet(1000n);
    const [poor, closed, idle] = [await aPurse(wallet), await aPurse(wallet), await aPurse(wallet)];
    await sql("select ledger.close_purses(array[$1::bigint])", [closed]);
    expect(
      await post([
        { purse: poor, amount: 101n, quota: 100n },
        { purse: closed, amount: 100n, quota: 300n },
        { purse: idle, amount: 0n },
      ]),
    ).toEqual([false, false, false]);
    expect(await balanceOf(wallet)).toBe(1000n);
  });

  test("of several calls is for the long way when their wallet does not reach for all, and only theirs", async () => {
    const [short, rich] = [await aWallet(500n), await aWallet(600n)];
    const purses = [await aPurse(short), await aPurse(short), await aPurse(rich), await aPurse(rich)];
    expect(await post(purses.map((purse) => ({ purse, amount: 100n, quota: 300n })))).toEqual([false, false, true, true]);
    expect([await balanceOf(short), await balanceOf(rich)]).toEqual([500n, 0n]);
  });

  test("never goes into an overdraft by itself, whatever the wallet may", async () => {
    const wallet = await aWallet(100n);
    await sql("update ledger.account set overdraft = 3000 where id = $1", [wallet]);
    expect(await post([{ purse: await aPurse(wallet), amount: 100n, quota: 300n }])).toEqual([false]);
  });

  test("counts under every budget of its purse, and is for the long way where one is exhausted", async () => {
    const wallet = await aWallet(10_000n);
    const [tight, wide] = [await aBudget(500n), await aBudget(5000n)];
    const [a, b, free] = [await aPurse(wallet, [tight, wide]), await aPurse(wallet, [tight]), await aPurse(wallet, [wide])];
    expect(await post([a, b, free].map((purse) => ({ purse, amount: 100n, quota: 300n })))).toEqual([false, false, true]);
    expect(await post([{ purse: a, amount: 100n, quota: 300n }])).toEqual([true]);
    expect(await sql("select spent from ledger.budget where id = any ($1) order by id", [[tight, wide]])).toEqual([
      { spent: 300n },
      { spent: 600n },
    ]);
    // What lies in the reserve already is charged whatever the budget says.
    await sql("update ledger.budget set allowed = spent where id = $1", [tight]);
    expect(await post([{ purse: a, before: 100n, amount: 200n }])).toEqual([true]);
  });

  test("whose written rows are not those decided is taken back whole", async () => {
    const wallet = await aWallet(1000n);
    const purse = await aPurse(wallet);
    await sql("create or replace function lose() returns trigger language plpgsql as 'begin return null; end'");
    await sql("create trigger lose before update on ledger.account for each row when (new.balance = 700) execute function lose()");
    await expect(post([{ purse, amount: 100n, quota: 300n }])).rejects.toThrow("post_charges changed");
    await sql("drop trigger lose on ledger.account");
    expect(await purseIs(purse)).toEqual({ reserved: 0n, held: 0n, set_aside: 0n, charged: 0n });
  });

  test.each([
    { meanwhile: "closes one of its purses", sql: "select ledger.close_purses(array[$1::bigint])", code: "LG409", anew: [false, true] },
    {
      meanwhile: "pays into its wallet",
      sql: `select ledger.post_batch(array[(gen_random_uuid()::text, 'top-up', null, ledger.open_account('bank'), owner, 1, null, false, 'for the test', now())::ledger.movement])
        from ledger.purse where id = $1`,
      code: "LG409",
      anew: [true, true],
    },
    {
      meanwhile: "charges one of them alike",
      sql: "select ledger.post_charges(array[$1::bigint], '{0}', '{100}', '{300}', now())",
      code: "23505",
      anew: [false, true],
    },
  ])("waits for somebody who $meanwhile, and moves nothing then: it is decided anew", async ({ sql: moves, code, anew }) => {
    const wallet = await aWallet(1000n);
    const [moving, going] = [await aPurse(wallet), await aPurse(wallet)];
    const page = () => post([moving, going].map((purse) => ({ purse, amount: 100n, quota: 300n })));
    const other = await base.db.pool.connect();
    await other.query("begin");
    await other.query(moves, [moving]);
    const refused = page().catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await sql(WAITING)).toEqual([{ waits: true }]));
    await other.query("commit");
    other.release();
    expect(await refused).toMatchObject({ code });
    expect(await purseIs(going)).toEqual({ reserved: 0n, held: 0n, set_aside: 0n, charged: 0n });
    expect(await page()).toEqual(anew);
  });

  test("that is in the reserve already waits for whoever moves its purse, and only what he took is left alone", async () => {
    const wallet = await aWallet(1000n);
    const [moving, going] = [await aPurse(wallet), await aPurse(wallet)];
    expect(await post([moving, going].map((purse) => ({ purse, amount: 100n, quota: 300n })))).toEqual([true, true]);
    const other = await base.db.pool.connect();
    await other.query("begin");
    await other.query("select ledger.post_charges(array[$1::bigint], '{100}', '{150}', '{0}', now())", [moving]);
    const page = post([moving, going].map((purse) => ({ purse, before: 100n, amount: 100n })));
    await vi.waitFor(async () => expect(await sql(WAITING)).toEqual([{ waits: true }]));
    await other.query("commit");
    other.release();
    expect(await page).toEqual([false, true]);
    expect(await purseIs(moving)).toEqual({ reserved: 50n, held: 250n, set_aside: 300n, charged: 250n });
    expect(await purseIs(going)).toEqual({ reserved: 100n, held: 200n, set_aside: 300n, charged: 200n });
    expect(
      await sql("select purse, amount from ledger.transfer where kind = 'charge' and before = 100 and purse = any ($1)", [[moving, going]]),
    ).toEqual(
      expect.arrayContaining([
        { purse: moving, amount: 150n },
        { purse: going, amount: 100n },
      ]),
    );
  });

  test("comes to what the long way comes to, to the kopeck, for any wallets and amounts", async () => {
    const charge = fc.record({
      of: fc.nat({ max: 2 }),
      amount: fc.bigInt({ min: 1n, max: 200n }),
      quota: fc.bigInt({ min: 0n, max: 500n }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(charge, { minLength: 1, maxLength: 12 }), async (charges) => {
        const wallets = [await aWallet(900n), await aWallet(300n), await aWallet(2000n)];
        const purses = await Promise.all(charges.map(({ of }) => aPurse(wallets[of]!)));
        const posted = await post(charges.map(({ amount, quota }, n) => ({ purse: purses[n]!, amount, quota })));
        const left = new Map(wallets.map((wallet, n) => [wallet, [900n, 300n, 2000n][n]!]));
        const asked = wallets.map((_, of) =>
          charges.filter((one) => one.of === of && one.quota > 0n).reduce((sum, { quota }) => sum + quota, 0n),
        );
        charges.forEach(({ of, amount, quota }, n) => {
          const fits = quota >= amount && asked[of]! <= [900n, 300n, 2000n][of]!;
          expect(posted[n]).toBe(fits);
          if (fits) left.set(wallets[of]!, left.get(wallets[of]!)! - quota);
        });
        for (const [wallet, balance] of left) expect(await balanceOf(wallet)).toBe(balance);
        for (const [n, { amount, quota }] of charges.entries())
          expect(await purseIs(purses[n]!)).toEqual(
            posted[n]
              ? { reserved: quota - amount, held: amount, set_aside: quota, charged: amount }
              : { reserved: 0n, held: 0n, set_aside: 0n, charged: 0n },
          );
      }),
      { numRuns: 30 },
    );
  });
});
