/** Statistics against figures counted by hand, with money moved by the meter and the ledger themselves. */
import { personId, type PersonId, type Side } from "@minuta/contracts/ids";
import type { Statistics } from "@minuta/contracts/reports";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../metering/testing.ts";
import { createReports, type Reports } from "./index.ts";
import { createHistory } from "./testing.ts";

let world: World;
let reports: Reports;
let history: ReturnType<typeof createHistory>;
const id = (): PersonId => personId.parse(crypto.randomUUID());
const anna = id();
const igor = id();
const olga = id();
const annas = { person: anna, name: "Анна" };
const igors = { person: igor, name: "Игорь" };

beforeAll(async () => {
  world = await createWorld();
  reports = createReports({ db: world.db, findOwner: async () => null });
  history = createHistory(world);
  const { play, addGuest } = history;
  for (const person of [anna, igor, olga]) await world.topUp(person, 1000);
  const [guest, namesake] = [await addGuest("Пётр"), await addGuest("Ольга")];
  // 23 November in Moscow ends at 21:00 UTC.
  await play({ at: "2026-11-23T20:59:59.000Z", seconds: 90, consultant: annas, client: { guest, name: "Пётр" }, configuration: "bp3" });
  await play({
    at: "2026-11-24T20:50:00.000Z",
    seconds: 61,
    consultant: annas,
    client: { person: olga, name: "Ольга" },
    price: 4555,
    configuration: "ut11",
    solved: true,
  });
  await play({
    at: "2026-11-24T21:00:00.000Z",
    seconds: 180,
    consultant: annas,
    client: { person: olga, name: "Ольга Белова" },
    price: 4500,
    configuration: "УТ 11",
  });
  // Anna is the client here; and a call that was free.
  await play({
    at: "2026-11-26T09:00:00.000Z",
    seconds: 100,
    consultant: igors,
    client: { person: anna, name: "Анна" },
    price: 8000,
    solved: true,
  });
  await play({
    at: "2026-11-26T10:00:00.000Z",
    seconds: 5,
    consultant: annas,
    client: { guest: namesake, name: "Ольга" },
    configuration: "Своя",
  });
});
afterAll(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

const week = { from: "2026-11-23", to: "2026-11-27" };
const of = (person: PersonId, side: Side, period = week): Promise<Statistics> => reports.statistics({ personId: person, side, ...period });
const zero = { calls: 0, billableSeconds: 0, charged: 0n, earned: 0n, held: 0n };

describe("statistics as consultant", () => {
  test("count what was paid to the platform apart from what was earned and what is held", async () => {
    // 90 s and 5 free ones by her own link: 2 RUB. 61 s at 45.55 RUB: 91.10 RUB, of which 9.11 go to the platform. 180 s at 45 RUB wait.
    expect((await of(anna, "consultant")).total).toEqual({ calls: 4, billableSeconds: 336, charged: 200n, earned: 8199n, held: 13_500n });
  });

  test("have every day, and a call belongs to the Moscow day on which it opened", async () => {
    expect((await of(anna, "consultant")).byDay).toEqual([
      { day: "2026-11-23", ...zero, calls: 1, billableSeconds: 90, charged: 200n },
      { day: "2026-11-24", ...zero, calls: 1, billableSeconds: 61, earned: 8199n },
      { day: "2026-11-25", ...zero, calls: 1, billableSeconds: 180, held: 13_500n },
      { day: "2026-11-26", ...zero, calls: 1, billableSeconds: 5 },
      { day: "2026-11-27", ...zero },
    ]);
  });

  test("tell clients apart, also of one name, under the name each had last", async () => {
    expect((await of(anna, "consultant")).byCounterparty).toEqual([
      { name: "Ольга Белова", ...zero, calls: 2, billableSeconds: 241, earned: 8199n, held: 13_500n },
      { name: "Пётр", ...zero, calls: 1, billableSeconds: 90, charged: 200n },
      { name: "Ольга", ...zero, calls: 1, billableSeconds: 5 },
    ]);
  });

  test("put a configuration together that was named in two ways", async () => {
    expect((await of(anna, "consultant")).byConfiguration).toEqual([
      { code: "ut11", ...zero, calls: 2, billableSeconds: 241, earned: 8199n, held: 13_500n },
      { code: "bp3", ...zero, calls: 1, billableSeconds: 90, charged: 200n },
      { code: "Своя", ...zero, calls: 1, billableSeconds: 5 },
    ]);
  });

  test("leave out what opened before the first day and after the last", async () => {
    const { total, byDay } = await of(anna, "consultant", { from: "2026-11-24", to: "2026-11-24" });
    expect(total).toEqual({ ...zero, calls: 1, billableSeconds: 61, earned: 8199n });
    expect(byDay).toHaveLength(1);
  });
});

describe("statistics as client", () => {
  test("of a consultant who called another one are apart from her own calls", async () => {
    expect(await of(anna, "client")).toMatchObject({
      total: { ...zero, calls: 1, billableSeconds: 100, charged: 16_000n },
      byCounterparty: [{ name: "Игорь", ...zero, calls: 1, billableSeconds: 100, charged: 16_000n }],
      byConfiguration: [{ code: null, ...zero, calls: 1, billableSeconds: 100, charged: 16_000n }],
    });
    // 160 RUB less 10 %.
    expect((await of(igor, "consultant")).total).toEqual({ ...zero, calls: 1, billableSeconds: 100, earned: 14_400n });
  });

  test("say what was charged, settled or not, and nothing of what the consultant got", async () => {
    expect((await of(olga, "client")).total).toEqual({ ...zero, calls: 2, billableSeconds: 241, charged: 22_610n });
    expect((await of(olga, "consultant")).total).toEqual(zero);
  });
});

describe("a call", () => {
  test("counts once it is over: not while it is open, and not when it only rang", async () => {
    const before = await of(igor, "consultant");
    for (const state of ["ringing", "declined", "missed", "cancelled", "open"])
      await world.db.pool.query(
        `insert into calls.call (tariff, state, consultant_id, consultant, client_person_id, client, task, opened_at) values ('marketplace', $1, $2, '{"name":"Игорь"}', $3, '{"name":"Ольга"}', '', '2026-11-26T12:00Z')`,
        [state, igor, olga],
      );
    expect(await of(igor, "consultant")).toEqual(before);
  });
});

describe("a period", () => {
  test.each([
    { from: "2026-11-24", to: "2026-11-23" },
    { from: "2025-11-23", to: "2026-11-24" },
  ])("from $from to $to is refused", async (period) => {
    await expect(of(anna, "consultant", period)).rejects.toMatchObject({ type: "invalid-input", facts: { fields: ["from", "to"] } });
  });

  test("of a year is answered in full", async () => {
    expect((await of(anna, "consultant", { from: "2026-01-01", to: "2026-12-31" })).byDay).toHaveLength(365);
  });
});

test("twenty counterparties are told, those with the most minutes", async () => {
  const busy = id();
  await world.topUp(busy, 1000);
  for (let n = 1; n <= 21; n += 1) {
    const one = await history.addGuest(`Клиент ${n}`);
    await history.play({
      at: `2026-12-01T${String(n).padStart(2, "0")}:00:00.000Z`,
      seconds: 10 + n,
      consultant: { person: busy, name: "Игорь" },
      client: { guest: one, name: `Клиент ${n}` },
    });
  }
  const { byCounterparty } = await of(busy, "consultant", { from: "2026-12-01", to: "2026-12-02" });
  expect(byCounterparty).toHaveLength(20);
  expect(byCounterparty[0]).toMatchObject({ name: "Клиент 21", billableSeconds: 31 });
  expect(byCounterparty.map(({ name }) => name)).not.toContain("Клиент 1");
});
