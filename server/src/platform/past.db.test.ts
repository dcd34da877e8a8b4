import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { testDatabase, type TestDatabase } from "../testing.ts";
import { command, query } from "./db.ts";
import { livePast } from "./past.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.pool.query("create table diary (day timestamptz, text text)");
});
afterAll(() => database.close());

const write = command({ name: "test.write_diary", text: "insert into diary values (platform.now(), $1)" });
const read = query({
  name: "test.read_diary",
  row: z.object({ day: z.date(), text: z.string() }),
  text: "select day, text from diary order by day",
});
const clock = query({ name: "test.read_clock", row: z.object({ now: z.date() }), text: "select platform.now() as now" });
const now = async (): Promise<number> => (await database.db.one(clock)).now.getTime();

const yearBefore = (present: Date): Date => new Date(present.getTime() - 365 * 86_400_000);
const minuteLater = (at: Date): Date => new Date(at.getTime() + 60_000);

test("what is lived through in the past is dated in the past, and the clock is right again", async () => {
  const present = await livePast(database.db, yearBefore, async (past) => {
    await past.db.tx((tx) => tx.run(write, ["first"]));
    await past.moveTo(minuteLater(past.clock.now()));
    await past.db.run(write, ["second"]);
    expect((await past.db.one(clock)).now).toEqual(past.clock.now());
    return past.present;
  });
  const [first, second] = await database.db.rows(read);
  expect(first).toEqual({ day: yearBefore(present), text: "first" });
  expect(second).toEqual({ day: minuteLater(yearBefore(present)), text: "second" });
  expect(Math.abs((await now()) - present.getTime())).toBeLessThan(10_000);
});

test("nobody else sees the past before it is over, nor its clock", async () => {
  await livePast(database.db, yearBefore, async (past) => {
    await past.db.run(write, ["unseen"]);
    expect((await database.db.rows(read)).map(({ text }) => text)).not.toContain("unseen");
    expect((await now()) - past.clock.now().getTime()).toBeGreaterThan(364 * 86_400_000);
  });
  expect((await database.db.rows(read)).map(({ text }) => text)).toContain("unseen");
});

test("a past that fails leaves nothing, and the clock as it was", async () => {
  const before = await database.db.rows(read);
  const failing = livePast(database.db, yearBefore, async (past) => {
    await past.db.tx((tx) => tx.run(write, ["lost"]));
    throw new Error("power cut");
  });
  await expect(failing).rejects.toThrow("power cut");
  expect(await database.db.rows(read)).toEqual(before);
  expect(Math.abs((await now()) - Date.now())).toBeLessThan(10_000);
});

test("a transaction that fails inside takes back its own work only", async () => {
  await livePast(database.db, yearBefore, async (past) => {
    await past.db.tx((tx) => tx.run(write, ["kept"]));
    const refused = past.db.tx(async (tx) => {
      await tx.run(write, ["taken back"]);
      await tx.run(command({ name: "test.divide", text: "select 1 / 0" }));
    });
    await expect(refused).rejects.toThrow("division by zero");
    await past.db.tx((tx) => tx.run(write, ["after"]));
  });
  const texts = (await database.db.rows(read)).map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(["kept", "after"]));
  expect(texts).not.toContain("taken back");
});

test("time does not go back", async () => {
  const back = livePast(database.db, yearBefore, (past) => past.moveTo(yearBefore(past.clock.now())));
  await expect(back).rejects.toThrow("the past goes on");
});

test("what is to run every so often runs when it is looked, until it is stopped", async () => {
  let runs = 0;
  await livePast(database.db, yearBefore, async (past) => {
    const stop = past.clock.every(1000, async () => void (runs += 1));
    await past.look();
    await past.look();
    stop();
    await past.look();
  });
  expect(runs).toBe(2);
});

test("a clock that was frozen is frozen again", async () => {
  const at = new Date("2026-11-23T09:00:00Z");
  await database.setClock(at);
  await livePast(database.db, yearBefore, (past) => past.moveTo(past.present));
  expect(await now()).toBe(at.getTime());
});
