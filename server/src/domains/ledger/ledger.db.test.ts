/** Money in and its statement, on a real PostgreSQL. */
import { kopecks } from "@minuta/contracts/money";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "#platform/refusal";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createLedger, type Ledger } from "./index.ts";

let base: TestDatabase;
let ledger: Ledger;

beforeAll(async () => {
  base = await testDatabase();
  ledger = createLedger({ db: base.db, findPersonByEmail: async () => null, burnPerMinute: async () => kopecks(0n) });
});
afterEach(async () => {
  expect((await ledger.proof()).filter(({ holds }) => !holds)).toEqual([]);
});
afterAll(() => base.close());

const topUp = (party: string, amount: number, key: string, reason = "by bank transfer") =>
  base.db.tx((tx) => ledger.topUp(tx, { party, amount: kopecks(amount), from: "bank", key, reason }));
const aParty = (): string => crypto.randomUUID();

describe("a top-up", () => {
  test("adds money, and told again with the same payment id adds it once", async () => {
    const party = aParty();
    expect(await topUp(party, 10_000, `pay:${party}`)).toBe(10_000n);
    expect(await topUp(party, 500, `pay:${party}:2`)).toBe(10_500n);
    expect(await topUp(party, 10_000, `pay:${party}`)).toBe(10_000n);
    expect((await ledger.wallet(party)).balance).toBe(10_500n);
  });

  test("with a payment id that was used for another sum is refused and moves nothing", async () => {
    const party = aParty();
    await topUp(party, 10_000, `pay:${party}`);
    await expect(topUp(party, 20_000, `pay:${party}`)).rejects.toMatchObject({ type: "command-conflict" });
    await expect(topUp(aParty(), 10_000, `pay:${party}`)).rejects.toBeInstanceOf(Refusal);
    expect((await ledger.wallet(party)).balance).toBe(10_000n);
  });

  test("told twice at the same moment adds money once", async () => {
    const party = aParty();
    expect(await Promise.all(Array.from({ length: 8 }, () => topUp(party, 700, `pay:${party}`)))).toEqual(Array(8).fill(700n));
    expect((await ledger.wallet(party)).balance).toBe(700n);
  });
});
