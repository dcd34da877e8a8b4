/** What an accountant relies on: the past can be read as it was, and what is closed is only ever corrected. */
import { kopecks } from "@minuta/contracts/money";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../metering/testing.ts";

/** A month that is over, so that it can be closed. */
const OCTOBER = "2026-10-01";
const IN_OCTOBER = new Date("2026-10-15T09:00:00.000Z");
let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

test("a wallet can be read as of any time: before the money, during the call, after its end", async () => {
  const before = world.now();
  await world.tick(1);
  const payer = await world.aPayer(10);
  const paid = world.now();
  const call = await world.openCall(payer);
  await world.join(call);
  await world.wait(40);
  const during = world.now();
  await world.wait(60);
  await world.end(call);
  const asOf = (at: Date) => world.ledger.moneyAsOf(payer, at);
  expect(await asOf(before)).toEqual({ balance: 0n, reserved: 0n, held: 0n });
  expect(await asOf(paid)).toEqual({ balance: 900n, reserved: 100n, held: 0n });
  expect(await asOf(during)).toEqual({ balance: 600n, reserved: 300n, held: 100n });
  const { balance, reserved, held } = await world.ledger.wallet(payer);
  expect(await asOf(world.now())).toEqual({ balance, reserved, held });
});

test("a month that is not over cannot be closed", async () => {
  await expect(world.db.tx((tx) => world.ledger.closeMonth(tx, { month: "2026-11-01", by: "accountant" }))).rejects.toThrow("is not over");
});

test("a closed month takes a correction with its reason and nothing else, and cannot be opened again", async () => {
  const payer = await world.aPayer(100);
  const enter = (kind: string) =>
    world.db.pool.query(
      `select ledger.post_batch(array[(gen_random_uuid()::text, '${kind}', null, ledger.open_account('bank'), ledger.open_account($1), 500, null, false, 'late paper', $2)::ledger.movement])`,
      [`wallet:${payer}`, IN_OCTOBER],
    );
  await enter("top-up");
  for (const by of ["accountant", "somebody else"]) await world.db.tx((tx) => world.ledger.closeMonth(tx, { month: OCTOBER, by }));
  const { rows } = await world.db.pool.query("select month::text, closed_by from ledger.closed_month");
  expect(rows).toEqual([{ month: OCTOBER, closed_by: "accountant" }]);
  await expect(enter("top-up")).rejects.toThrow("month 2026-10-01 is closed");
  await expect(world.db.pool.query("delete from ledger.closed_month")).rejects.toThrow("append-only");
  const correction = {
    from: "bank",
    to: `wallet:${payer}`,
    amount: kopecks(700),
    key: crypto.randomUUID(),
    occurredAt: IN_OCTOBER,
  } as const;
  const correct = (reason: string) => world.db.tx((tx) => world.ledger.correct(tx, { ...correction, reason }));
  await expect(correct("")).rejects.toThrow("pockets_of_the_kind");
  expect(await correct("payment 17 was entered short")).toBe(true);
  expect(await correct("payment 17 was entered short")).toBe(true);
  expect(await world.ledger.moneyAsOf(payer, IN_OCTOBER)).toMatchObject({ balance: 1200n });
  expect((await world.ledger.wallet(payer)).balance).toBe(11_200n);
});

test("the last moment of a month is its own, by the clock of Moscow", async () => {
  const { rows } = await world.db.pool.query(
    "select ledger.month_of('2026-10-31T20:59:59.999Z')::text as october, ledger.month_of('2026-10-31T21:00:00Z')::text as november",
  );
  expect(rows).toEqual([{ october: "2026-10-01", november: "2026-11-01" }]);
});

test("a statement's pages neither repeat nor leave out a line while new ones arrive", async () => {
  const payer = await world.aPayer(0);
  for (let n = 1; n <= 12; n += 1) await world.topUp(payer, n);
  const read: bigint[] = [];
  let before: string | undefined;
  do {
    const page = await world.ledger.statement(payer, { before, limit: 5 });
    read.push(...page.lines.map(({ amount }) => amount));
    before = page.next ?? undefined;
    await world.topUp(payer, 100);
  } while (before !== undefined);
  expect(read).toEqual(Array.from({ length: 12 }, (_, n) => BigInt(12 - n) * 100n));
});
