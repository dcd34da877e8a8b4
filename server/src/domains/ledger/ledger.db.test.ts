/** Money in, its statement, and the one function that moves it, on a real PostgreSQL. After every test all invariants must hold. */
import { kopecks } from "@minuta/contracts/money";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createLedger, type Ledger } from "./index.ts";

let base: TestDatabase;
let ledger: Ledger;

beforeAll(async () => {
  base = await testDatabase();
  ledger = createLedger({ db: base.db, findPersonByEmail: async () => null, burnPerMinute: async () => kopecks(250) });
});
afterEach(async () => expect((await ledger.proof()).filter(({ holds }) => !holds)).toEqual([]));
afterAll(() => base.close());

const topUp = (party: string, amount: number, key: string = crypto.randomUUID()) =>
  base.db.tx((tx) => ledger.topUp(tx, { party, amount: kopecks(amount), from: "bank", key, reason: "by bank transfer" }));
const aParty = (): string => crypto.randomUUID();

describe("a top-up", () => {
  test("adds money, and told again with the same payment id adds it once", async () => {
    const party = aParty();
    expect(await topUp(party, 10_000, `pay:${party}`)).toBe(10_000n);
    expect(await topUp(party, 500, `pay:${party}:2`)).toBe(10_500n);
    expect(await topUp(party, 10_000, `pay:${party}`)).toBe(10_000n);
    expect((await ledger.wallet(party)).balance).toBe(10_500n);
  });

  test("with a payment id that was used for another sum, or for somebody else, is refused and moves nothing", async () => {
    const [party, other] = [aParty(), aParty()];
    await topUp(party, 10_000, `pay:${party}`);
    await expect(topUp(party, 20_000, `pay:${party}`)).rejects.toMatchObject({ type: "command-conflict" });
    await expect(topUp(other, 10_000, `pay:${party}`)).rejects.toMatchObject({ type: "command-conflict" });
    expect((await ledger.wallet(party)).balance).toBe(10_000n);
    expect((await ledger.wallet(other)).balance).toBe(0n);
  });

  test("told many times at the same moment adds money once", async () => {
    const party = aParty();
    expect(await Promise.all(Array.from({ length: 8 }, () => topUp(party, 700, `pay:${party}`)))).toEqual(Array(8).fill(700n));
    expect((await ledger.wallet(party)).balance).toBe(700n);
  });

  test("of different parties with one payment id at the same moment reaches one of them", async () => {
    const parties = Array.from({ length: 6 }, aParty);
    const key = `pay:${aParty()}`;
    const outcomes = await Promise.allSettled(parties.map((party) => topUp(party, 700, key)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes)
      expect(outcome.status === "rejected" ? outcome.reason.type : "command-conflict").toBe("command-conflict");
  });

  test("below a ruble or above a million is refused", async () => {
    await expect(topUp(aParty(), 99)).rejects.toMatchObject({
      type: "amount-not-valid",
      facts: { minKopecks: 100, maxKopecks: 100_000_000 },
    });
    await expect(topUp(aParty(), 100_000_001)).rejects.toMatchObject({ type: "amount-not-valid" });
    expect(await topUp(aParty(), 100_000_000)).toBe(100_000_000n);
  });

  test("that is part of a failed transaction never happened", async () => {
    const party = aParty();
    const failing = base.db.tx(async (tx) => {
      await ledger.topUp(tx, { party, amount: kopecks(500), from: "bank", key: `pay:${party}`, reason: "by bank transfer" });
      throw new Error("the reason fell away");
    });
    await expect(failing).rejects.toThrow("the reason fell away");
    expect((await ledger.wallet(party)).balance).toBe(0n);
    expect(await topUp(party, 500, `pay:${party}`)).toBe(500n);
  });
});

describe("a wallet", () => {
  test("of somebody who never had money is empty", async () => {
    expect(await ledger.wallet(aParty())).toEqual({
      balance: 0n,
      reserved: 0n,
      held: 0n,
      overdraft: 0n,
      earned: 0n,
      burnPerMinute: 250n,
      minutesLeft: 0,
    });
  });

  test("says for how many whole minutes its money lasts", async () => {
    const party = aParty();
    await topUp(party, 1499);
    expect((await ledger.wallet(party)).minutesLeft).toBe(5);
  });

  test("cannot go below its limit, whoever writes", async () => {
    const party = aParty();
    await topUp(party, 500);
    await expect(base.db.pool.query("update ledger.account set balance = -1 where name = $1", [`wallet:${party}`])).rejects.toThrow(
      "balance_above_limit",
    );
  });
});

describe("a statement", () => {
  test("shows the newest first, with the balance after each line", async () => {
    const party = aParty();
    for (const sum of [100, 200, 300]) await topUp(party, sum);
    const { lines, next } = await ledger.statement(party, { limit: 10 });
    expect(lines.map(({ kind, amount, balanceAfter }) => [kind, amount, balanceAfter])).toEqual([
      ["top-up", 300n, 600n],
      ["top-up", 200n, 300n],
      ["top-up", 100n, 100n],
    ]);
    expect(next).toBeNull();
  });

  test("read page by page while money arrives repeats no line and leaves none out", async () => {
    const party = aParty();
    for (let n = 1; n <= 25; n += 1) await topUp(party, 100 + n);
    const before = (await ledger.statement(party, { limit: 200 })).lines.map(({ id }) => id);
    const read: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof ledger.statement>> = await ledger.statement(party, {
        limit: 4,
        ...(cursor === null ? {} : { before: cursor }),
      });
      read.push(...page.lines.map(({ id }) => id));
      await Promise.all([topUp(party, 1000), topUp(party, 2000)]);
      cursor = page.next;
    } while (cursor !== null);
    expect(read).toEqual(before);
  });

  test("with a cursor nobody gave is refused", async () => {
    await expect(ledger.statement(aParty(), { before: "1; drop", limit: 5 })).rejects.toMatchObject({ type: "invalid-input" });
  });
});
