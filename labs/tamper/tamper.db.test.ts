import { checkProtocol, type Pins } from "@minuta/contracts/check-protocol";
import { newKeyPair, signerOf } from "@minuta/contracts/signing";
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
  test("in which the key of whoever checks it is missing, or another stands for a side he knows, is found", async () => {
    const [{ text, ends, signing }] = played as [PlayedCall];
    const failing = async (knows: Omit<Pins, "server">): Promise<string[]> => {
      const { checks } = await checkProtocol(new TextEncoder().encode(text), { server: signing.publicKeys, ...knows });
      return checks.filter(({ holds }) => !holds).map(({ name }) => name);
    };
    const { publicKey } = await signerOf(await newKeyPair());
    expect(await failing({ own: [ends.client.publicKey], ends: { consultant: [ends.consultant.publicKey] } })).toEqual([]);
    expect(await failing({ own: [publicKey] })).toEqual(["keys"]);
    expect(await failing({ ends: { consultant: [publicKey] } })).toEqual(["keys"]);
  });

  test("that was tampered with, by a stranger, with fresh keys, or by the server together with one end, is found", async () => {
    const ROUNDS = 3;
    const { mutations, missed } = await tamper(played, ROUNDS);
    expect(missed).toEqual([]);
    expect(mutations).toBe(ROUNDS * Object.keys(tamperings).length);
  }, 60_000);
});
