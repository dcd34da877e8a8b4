import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../server/src/testing.ts";
import { openStage, type PlayedCall } from "./calls.ts";
import { playCalls, tamper } from "./run.ts";
import { tamperings } from "./tamperings.ts";

let database: TestDatabase;
let played: PlayedCall[];
beforeAll(async () => {
  database = await testDatabase();
  played = await playCalls(await openStage(database), 3);
}, 60_000);
afterAll(() => database.close());

describe("a protocol", () => {
  test("that was tampered with, by a stranger, with fresh keys, or by the server together with one end, is found", async () => {
    const ROUNDS = 3;
    const { mutations, missed } = await tamper(played, ROUNDS);
    expect(missed).toEqual([]);
    expect(mutations).toBe(ROUNDS * Object.keys(tamperings).length);
  }, 60_000);
});
