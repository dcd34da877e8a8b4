import { checkProtocol, type Pins } from "@minuta/contracts/check-protocol";
import { newKeyPair, signerOf } from "@minuta/contracts/signing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../server/src/testing.ts";
import { openStage, type PlayedCall } from "./calls.ts";
import { contentOf, forge } from "./forge.ts";
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

  test("is answered for whatever stands in the facts of its events, also when everybody signed it", async () => {
    const [{ text, signing, ends }] = played as [PlayedCall];
    const content = contentOf(text);
    const { events } = content.protocol;
    /** No event has a member of this name: readers of JSON lose it, so no protocol with one is read (see tamperings). */
    const facts = fc.dictionary(
      fc.string().filter((name) => name !== "__proto__"),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(events.length - 1), facts, async (at, facts) => {
        const protocol = { ...content.protocol, events: events.with(at, { ...events[at]!, facts }) };
        const forged = await forge({ ...content, protocol }, { server: signing, ends, others: "kept" });
        const { file } = await checkProtocol(new TextEncoder().encode(forged), { server: signing.publicKeys });
        expect(file?.protocol.events[at]?.facts).toEqual(facts);
      }),
      {
        numRuns: 60,
        examples: [
          [0, { a: { ["__proto__"]: {} } }],
          [events.findIndex(({ kind }) => kind === "ended"), {}],
        ],
      },
    );
  }, 60_000);

  test("that was tampered with, by a stranger, with fresh keys, or by the server together with one end, is found", async () => {
    const ROUNDS = 3;
    const { mutations, missed } = await tamper(played, ROUNDS);
    expect(missed).toEqual([]);
    expect(mutations).toBe(ROUNDS * Object.keys(tamperings).length);
  }, 60_000);
});
