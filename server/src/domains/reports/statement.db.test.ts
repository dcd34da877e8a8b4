/** The month of a wallet and of earnings against the ledger itself. */
import { personId, type PersonId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import type { StatementCall } from "@minuta/contracts/reports";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../metering/testing.ts";
import { createReports, type Reports } from "./index.ts";
import { createHistory, type Played } from "./testing.ts";

let world: World;
let reports: Reports;
let history: ReturnType<typeof createHistory>;
const id = (): PersonId => personId.parse(crypto.randomUUID());
const anna = { person: id(), name: "Анна" };
const olga = { person: id(), name: "Ольга" };
const PRICE = 4555;

beforeAll(async () => {
  world = await createWorld();
  reports = createReports({ db: world.db, findOwner: async () => null });
  history = createHistory(world);
});
afterAll(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

const statement = (person: PersonId, month = "2026-11", page: { limit?: number; before?: string } = {}) =>
  reports.statement({ personId: person, month, limit: 25, ...page });
const movements = (person: PersonId, call: string) => world.ledger.movementsFor(person, call);
const sumOf = (sums: readonly bigint[]): bigint => sums.reduce((total, sum) => total + sum, 0n);

/** What every month must come to. */
function expectBalanced({ totals }: Awaited<ReturnType<typeof statement>>): void {
  expect(totals.opening + totals.added - totals.withdrawn - totals.spent - totals.reserved).toBe(totals.closing);
}

const long: Played = { at: "2026-11-23T10:00:00.000Z", seconds: 1230, consultant: anna, client: olga, price: PRICE };

describe("a long call", () => {
  test("is one row from its first minute on, and its sums follow the meter", async () => {
    await world.topUp(olga.person, 5000);
    const call = await history.start(long);
    await history.talk(630);
    const running = await statement(olga.person);
    const [row, ...before] = running.rows;
    expect(before, "the top-up").toMatchObject([
      { kind: "payment", payment: { kind: "top-up", amount: 500_000n, balanceAfter: 500_000n } },
    ]);
    expect(row).toMatchObject({ kind: "call", callId: call, side: "client", name: "Анна", running: true, billableSeconds: null });
    const meter = await world.meter(call);
    expect(row).toMatchObject({ charged: meter.charged, reserved: meter.reserved, pricePerMinute: 4555n, refunded: 0n });
    expect(running.totals).toMatchObject({ spent: meter.charged, reserved: meter.reserved, added: 500_000n });
    expectBalanced(running);
    expect((await movements(olga.person, call)).filter(({ kind }) => kind === "quota").length, "set aside again and again").toBeGreaterThan(
      2,
    );

    await history.talk(long.seconds - 630);
    await history.finish({ ...long, solved: true }, call);
    const over = await statement(olga.person);
    // 1 230 s are 21 started minutes.
    expect(over.rows[0]).toMatchObject({ id: row?.id, running: false, billableSeconds: 1230, charged: 21n * 4555n, reserved: 0n });
    expect(over.rows).toHaveLength(2);
    expectBalanced(over);
    expect(over.totals).toMatchObject({ spent: 21n * 4555n, reserved: 0n, closing: 500_000n - 21n * 4555n });
  });

  test("tells its payer alone what was moved for it: set aside, charged by the minute, given back", async () => {
    const { rows } = await statement(olga.person);
    const [{ callId }] = rows as [StatementCall];
    const moved = await movements(olga.person, callId);
    const by = (of: string) => moved.filter(({ kind }) => kind === of).map(({ amount }) => amount);
    expect(by("charge")).toHaveLength(21);
    expect(sumOf(by("charge"))).toBe(21n * 4555n);
    expect(sumOf(by("quota")) - sumOf(by("quota-return"))).toBe(sumOf(by("charge")));
    expect(moved[0]?.kind).toBe("quota");
    expect(await movements(anna.person, callId)).toEqual([]);
    expect((await statement(anna.person)).rows).toEqual([]);
  });
});

describe("pages", () => {
  test("neither repeat nor leave out a row while calls go on and new ones come", async () => {
    const payer = { person: id(), name: "Сергей" };
    await world.topUp(payer.person, 3000);
    const guest = await history.addGuest("Пётр");
    const carrier = (minute: number): Played => ({
      at: `2026-11-24T10:${String(minute).padStart(2, "0")}:00.000Z`,
      seconds: 20,
      consultant: payer,
      client: { guest, name: "Пётр" },
    });
    for (const minute of [0, 1, 2]) await history.play(carrier(minute));
    const going = await history.start(carrier(3));
    const known = (await statement(payer.person)).rows.map((row) => row.id);
    expect(known).toHaveLength(5);

    const first = await statement(payer.person, "2026-11", { limit: 2 });
    await history.talk(400);
    await world.topUp(payer.person, 10);
    const second = await statement(payer.person, "2026-11", { limit: 2, before: first.next! });
    await history.finish(carrier(3), going);
    const third = await statement(payer.person, "2026-11", { limit: 2, before: second.next! });
    expect([...first.rows, ...second.rows, ...third.rows].map((row) => row.id)).toEqual(known);
    expect(third.next).toBeNull();
    expect((await statement(payer.person)).rows, "the new top-up comes first").toHaveLength(6);
    expect(first.rows[0]).toMatchObject({ kind: "call", side: "consultant", name: "Пётр", pricePerMinute: 100n });
  });

  test("take no other cursor than their own", async () => {
    await expect(statement(olga.person, "2026-11", { before: "1; drop" })).rejects.toMatchObject({ type: "invalid-input" });
  });
});

test("money that comes back with the outcome stands in the row of its call", async () => {
  const payer = { person: id(), name: "Павел" };
  await world.topUp(payer.person, 500);
  const call = await history.play({ at: "2026-11-24T12:00:00.000Z", seconds: 30, consultant: anna, client: payer, price: 10_000 });
  // The whole charge goes back, as an arbiter may decide.
  await world.db.pool.query(
    `select ledger.post_batch(array[ledger.settlement(p.id, a.id, 0, 10000, 'given back', platform.now())])
    from ledger.purse_view p join ledger.account_view a on a.id = p.owner where p.reference = $1`,
    [call],
  );
  await world.db.pool.query("select ledger.close_purses(array(select id from ledger.purse_view where reference = $1))", [call]);
  const month = await statement(payer.person);
  expect(month.rows[0]).toMatchObject({ kind: "call", charged: 10_000n, refunded: 10_000n });
  expect(month.totals).toMatchObject({ spent: 0n, closing: 50_000n });
  expect((await movements(payer.person, call)).at(-1)).toMatchObject({ kind: "refund", amount: 10_000n });
});

describe("a month", () => {
  test("begins at midnight in Moscow with what the month before left, and both balance", async () => {
    const payer = { person: id(), name: "Вера" };
    await world.topUp(payer.person, 1000);
    const at = (instant: string): Played => ({ at: instant, seconds: 50, consultant: anna, client: payer, price: 9000, solved: true });
    // Midnight of 1 December in Moscow is 21:00 UTC.
    await history.play(at("2026-11-30T20:58:00.000Z"));
    await history.play(at("2026-11-30T21:00:00.000Z"));
    const [november, december] = [await statement(payer.person), await statement(payer.person, "2026-12")];
    expect(november.rows).toHaveLength(2);
    expect(december.rows).toHaveLength(1);
    expect(november.totals).toEqual({ opening: 0n, added: 100_000n, withdrawn: 0n, spent: 9000n, reserved: 0n, closing: 91_000n });
    expect(december.totals).toEqual({ opening: 91_000n, added: 0n, withdrawn: 0n, spent: 9000n, reserved: 0n, closing: 82_000n });
    const january = await statement(payer.person, "2027-01");
    expect(january).toMatchObject({ rows: [], next: null, totals: { opening: 82_000n, closing: 82_000n } });
  });

  test("is all zero for who never had money here", async () => {
    expect(await statement(id())).toEqual({
      rows: [],
      next: null,
      totals: { opening: 0n, added: 0n, withdrawn: 0n, spent: 0n, reserved: 0n, closing: 0n },
    });
  });
});

describe("earnings", () => {
  const maria = { person: id(), name: "Мария" };
  const client = { person: id(), name: "Нина" };
  const earnings = (month = "2026-12", page: { limit?: number; before?: string } = {}) =>
    reports.earnings({ personId: maria.person, month, limit: 25, ...page });

  test("tell each call once it is over, held or earned, and both sums", async () => {
    await world.topUp(client.person, 1000);
    const call: Played = { at: "2026-12-10T09:00:00.000Z", seconds: 61, consultant: maria, client, price: PRICE, solved: true };
    await history.play(call);
    const waiting: Played = { ...call, at: "2026-12-10T10:00:00.000Z", seconds: 30, solved: false };
    await history.play(waiting);
    await history.play({ ...call, at: "2026-12-10T11:00:00.000Z", seconds: 4 });
    // 9110 less 911; 4555 less 455.
    expect(await earnings()).toMatchObject({
      totals: { calls: 2, billableSeconds: 91, charged: 13_665n, earned: 8199n, waiting: 4100n },
      rows: [
        { name: "Нина", charged: 4555n, share: 4100n, waitsUntil: new Date("2026-12-13T10:00:30.000Z"), pricePerMinute: 4555n },
        { name: "Нина", charged: 9110n, share: 8199n, waitsUntil: null, billableSeconds: 61 },
      ],
      next: null,
    });
    expect((await world.ledger.wallet(maria.person)).earned).toBe(8199n);
  });

  test("come by month and page by page, and are nobody else's", async () => {
    const first = await earnings("2026-12", { limit: 1 });
    const second = await earnings("2026-12", { limit: 1, before: first.next! });
    expect([first.rows.length, second.rows.length, second.next]).toEqual([1, 1, null]);
    expect(first.rows[0]?.callId).not.toBe(second.rows[0]?.callId);
    expect(second.totals, "of the month, whichever page").toEqual(first.totals);
    expect((await earnings("2026-11")).rows).toEqual([]);
    expect(await reports.earnings({ personId: client.person, month: "2026-12", limit: 25 })).toMatchObject({
      rows: [],
      totals: { calls: 0 },
    });
  });
});

test("what a bonus or a correction moved is a row of its own with its reason", async () => {
  const person = id();
  await world.db.tx((tx) =>
    world.ledger.topUp(tx, { party: person, amount: kopecks(5000), from: "compensation", key: "bonus:1", reason: "Привет новичку" }),
  );
  const [row] = (await statement(person, "2026-12")).rows;
  expect(row).toMatchObject({ kind: "payment", payment: { amount: 5000n, reason: "Привет новичку" } });
});
