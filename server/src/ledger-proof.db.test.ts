/** The proof must not only pass: each kind of damage must be seen. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createWorld, type World } from "./domains/metering/testing.ts";
import { proveMoney } from "./ledger-proof.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  const payer = await world.aPayer(20);
  const call = await world.openCall(payer);
  await world.join(call);
  await world.wait(90, 3);
  await world.end(await world.openCall(payer));
});
afterEach(async () => {
  await world.evidence.close();
  await world.close();
});

const broken = async (): Promise<string[]> => (await proveMoney(world.db)).filter(({ holds }) => !holds).map(({ invariant }) => invariant);

describe("the proof of the money", () => {
  test("holds in mid-call", async () => {
    expect(await broken()).toEqual([]);
    expect((await proveMoney(world.db)).length).toBeGreaterThan(15);
  });

  test.each([
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
    ["a line that lost its purse", "update metering.line set purse = 999 where status = 'live'", "lines without a purse"],
    [
      "a line ended without giving back",
      "update metering.line set status = 'ended', ended_at = now(), live_since = null, slot = null where status = 'live'",
      "purses with money reserved for no open line",
    ],
    ["evidence taken away after the charge", "delete from metering.presence", "lines charged more than the cost of what is proven"],
    [
      "time claimed without evidence",
      "update metering.line set proven_before_ms = proven_before_ms + 1000 where status = 'live'",
      "open lines that claim more time than their evidence",
    ],
    ["a server that is gone but holds ends", "update metering.copy set over_at = now()", "ends held open by a copy that is over"],
  ])("sees %s", async (_damage, sql, invariant) => {
    await world.db.pool.query(sql);
    expect(await broken()).toContain(invariant);
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
