/** The pages of a lane: each line is in one of them, whether by the second of the minute or, when everybody is due, by purse. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { slotsBetween } from "../rules.ts";
import { createWorld, type World } from "../testing.ts";
import { chargeSteady, LANE_START } from "./store.ts";

let world: World;
beforeEach(async () => void (world = await createWorld()));
afterEach(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

const EVERY_SECOND = slotsBetween(null, new Date());

/** Seven calls of one payer, so in one lane, that began one after the other on different seconds; their next minute is due. */
async function dueCalls(): Promise<void> {
  const payer = await world.aPayer(1000);
  for (let n = 0; n < 7; n += 1) {
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(7);
  }
  await world.wait(60);
  await world.waitWithoutPass(60);
}

/** The lines of the lane, by purse. */
const listLines = async (): Promise<{ lane: number; slot: number; purse: bigint; charged: bigint }[]> =>
  (
    await world.db.pool.query(
      "select l.lane, l.slot, l.purse, p.charged from metering.line l join ledger.purse p on p.id = l.purse order by l.purse",
    )
  ).rows;
const twoLines = (lane: number, seconds: readonly number[], after: readonly unknown[], listedAt = world.now()) =>
  world.db.one(chargeSteady, [lane, seconds, ...after, 2, listedAt, [], []]);

/** Charges the lane in pages of two. @returns the purses that each page charged. */
async function chargeInTwos(seconds: readonly number[]): Promise<bigint[][]> {
  const pages: bigint[][] = [];
  for (let after: readonly unknown[] = LANE_START; ;) {
    const before = await listLines();
    const page = await twoLines(before[0]!.lane, seconds, after);
    const now = await listLines();
    pages.push(now.filter(({ charged }, n) => charged !== before[n]!.charged).map(({ purse }) => purse));
    expect(page).toMatchObject({ seen: pages.at(-1)!.length, rest: [] });
    if (page.seen !== 2) return pages;
    after = [page.last_slot, page.last_purse];
  }
}

test("when everybody is due, go by purse, which is the order in which the calls began", async () => {
  await dueCalls();
  const purses = (await listLines()).map(({ purse }) => purse);
  expect(await chargeInTwos(EVERY_SECOND)).toEqual([purses.slice(0, 2), purses.slice(2, 4), purses.slice(4, 6), purses.slice(6)]);
});

test("when some seconds are due, go by second and leave the others alone", async () => {
  await dueCalls();
  const lines = await listLines();
  const left = lines[3]!;
  const pages = await chargeInTwos(EVERY_SECOND.filter((second) => second !== left.slot));
  const bySecond = lines.filter((line) => line !== left).toSorted((a, b) => a.slot - b.slot);
  const purses = (from: number): bigint[] =>
    bySecond
      .slice(from, from + 2)
      .map(({ purse }) => purse)
      .toSorted((a, b) => Number(a - b));
  expect(pages).toEqual([purses(0), purses(2), purses(4), []]);
});

test("are left alone by who listed the lane before another worker charged it", async () => {
  await dueCalls();
  const { lane } = (await listLines())[0]!;
  const listedAt = world.now();
  await world.pass();
  expect(await twoLines(lane, EVERY_SECOND, LANE_START, listedAt)).toMatchObject({ seen: null, rest: null });
  await world.waitWithoutPass(60);
  expect(await twoLines(lane, EVERY_SECOND, LANE_START)).toMatchObject({ seen: 2, rest: [] });
});
