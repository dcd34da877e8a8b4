/** The proof must not only pass: each kind of damage must be seen. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createWorld, type World } from "./domains/metering/testing.ts";
import { proveMoney } from "./ledger-proof.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  const payer = await world.aPayer(20);
  const call = await world.openCall(payer);
  const other = await world.openCall(payer);
  await world.join(call);
  await world.join(other);
  await world.wait(90, 3);
  await world.end(other);
  await world.end(await world.openCall(payer));
});
afterEach(async () => {
  await world.evidence.close();
  await world.close();
});

const broken = async (): Promise<string[]> => (await proveMoney(world.db)).filter(({ holds }) => !holds).map(({ invariant }) => invariant);

/** What is done behind the product's back, in which statements, and the invariant that is broken by it. */
const damages: readonly (readonly [damage: string, sql: string, invariant: string])[] = [
  [
    "money from nowhere",
    "update ledger.account set balance = balance + 1 where kind = 'wallet'",
    "the sum of all balances, reserved and held is zero (kopecks)",
  ],
  [
    "money moved behind the ledger's back",
    "update ledger.account set balance = balance + case when kind = 'wallet' then 1 else -1 end where name = 'bank' or kind = 'wallet'",
    "accounts whose balance is not the sum of their entries",
  ],
  [
    "a reserve spent without a charge",
    "update ledger.purse set reserved = reserved - 1, held = held + 1, charged = charged + 1 where reserved > 0",
    "purses whose reserved, held, set aside or charged is not the sum of their entries",
  ],
  [
    "a wallet that owes more than it may",
    "alter table ledger.account drop constraint balance_above_limit; update ledger.account set balance = -overdraft - 1 where kind = 'wallet'",
    "accounts below their limit",
  ],
  [
    "a line of a statement that was changed",
    "update ledger.transfer set from_balance = from_balance + 1 where id = (select max(id) from ledger.transfer where from_balance is not null)",
    "statement lines whose balance does not follow from the line before",
  ],
  [
    "a budget that counts what nobody set aside",
    "insert into ledger.budget (name, allowed, spent) values ('damaged', 100, 1)",
    "budgets whose count is not what was set aside under them",
  ],
  [
    "a purse that was settled before it was empty",
    `alter table ledger.purse drop constraint settled_is_empty, drop constraint closed_is_given_back;
     update ledger.purse set closed_at = now(), settled_at = now() where reserved > 0`,
    "settled purses with money in them",
  ],
  [
    "a transfer of a purse that was numbered anew",
    "update ledger.transfer set before = before + 1 where before is not null",
    "transfers of purses whose number is not what was moved that way before",
  ],
  [
    "an entry into a month that was closed",
    `insert into ledger.closed_month (month, closed_at, closed_by)
     select distinct ledger.month_of(occurred_at), timestamptz '2000-01-01', 'the damage' from ledger.transfer`,
    "entries that came into a month after it was closed and are no corrections",
  ],
  ["a line that lost its purse", "update metering.line set purse = 999 where status = 'live'", "lines without a purse"],
  [
    "a line ended without giving back",
    "update metering.line set status = 'ended', ended_at = now(), live_since = null, slot = null where status = 'live'",
    "purses with money reserved for no open line",
  ],
  ["a charged line that is gone", "delete from metering.line where status = 'live'", "purses with money held for no line"],
  ["evidence taken away after the charge", "delete from metering.presence", "lines charged more than the cost of what is proven"],
  [
    "a charge of part of a unit",
    "update ledger.purse set charged = charged - 1 where settled_at is not null and charged > 0",
    "lines charged something that is the cost of no time",
  ],
  [
    "an ended line that counts other time than its evidence",
    "update metering.line set proven_before_ms = proven_before_ms + 1000 where status = 'ended'",
    "ended lines whose proven time is not that of their evidence",
  ],
  [
    "time claimed without evidence",
    "update metering.line set proven_before_ms = proven_before_ms + 1000 where status = 'live'",
    "open lines that claim more time than their evidence",
  ],
  ["a server that is gone but holds ends", "update metering.copy set over_at = now()", "ends held open by a copy that is over"],
  [
    "an ended carrier line whose money is nobody's yet",
    "update ledger.purse set settled_at = null where settled_at is not null",
    "ended carrier lines that are not settled",
  ],
  [
    "a proven minute that was given back instead of charged",
    "update ledger.purse set charged = charged - 100 where settled_at is not null and charged > 0",
    "ended lines that gave money back which what is proven would have cost",
  ],
];

describe("the proof of the money", () => {
  test("holds in mid-call", async () => {
    expect(await broken()).toEqual([]);
    expect((await proveMoney(world.db)).length).toBeGreaterThan(15);
  });

  test.each(damages)("sees %s", async (_damage, sql, invariant) => {
    await world.db.pool.query(`begin; set local session_replication_role = replica; ${sql}; commit`);
    expect(await broken()).toContain(invariant);
  });

  test("has no invariant that no damage breaks", async () => {
    const all = (await proveMoney(world.db)).map(({ invariant }) => invariant);
    expect(all.filter((invariant) => !damages.some(([, , its]) => its === invariant))).toEqual([]);
  });

  test("sees a transfer that was changed or lost", async () => {
    await expect(world.db.pool.query("update ledger.transfer set amount = amount + 1")).rejects.toThrow("append-only");
    await expect(world.db.pool.query("delete from ledger.transfer")).rejects.toThrow("append-only");
    await world.db.pool.query("alter table ledger.transfer disable trigger user");
    await world.db.pool.query("delete from ledger.transfer where kind = 'charge'");
    expect(await broken()).toEqual(
      expect.arrayContaining(["purses whose reserved, held, set aside or charged is not the sum of their entries"]),
    );
  });
});
