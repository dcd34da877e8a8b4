/** An end and what the server says of its recording, with real keys and signatures; this browser's storage is full, so it goes by memory. */
import type { CallId } from "@minuta/contracts/ids";
import { hashesOfSegments } from "@minuta/contracts/recording-chain";
import { newKeyPair, signerOf, type Signer } from "@minuta/contracts/signing";
import { beginning, placeOf, statementText, type SignedStatement, type Statement } from "@minuta/contracts/statement";
import type { EndMessage } from "@minuta/contracts/wire";
import { beforeEach, expect, test, vi } from "vitest";
import { telling, told } from "../recorder/own-segments.ts";
import { Witness } from "./witness.ts";

const BEGAN = Date.parse("2026-11-25T10:00:00Z");
const at = (seconds: number): Date => new Date(BEGAN + seconds * 1000);
const other = "A".repeat(43);

let callId: CallId;
let server: Signer;
let said: EndMessage[];
let objections: string[];
let witness: Witness;
let last: Statement | null;

beforeEach(async () => {
  callId = crypto.randomUUID() as CallId;
  server = await signerOf(await newKeyPair());
  [said, objections, last] = [[], [], null];
  const say = (message: EndMessage): void => void said.push(message);
  witness = new Witness({ callId, side: "client", personId: null, say, objected: (why) => objections.push(why) });
});

/** This browser's segments, `n` of them, with their hashes. */
function segments(n: number): { segmentId: string; hash: string }[] {
  const facts = Array.from({ length: n }, (_, before) => ({
    segmentId: `0198c0de-0000-7000-8000-00000000000${before}`,
    takeId: "0198c0de-0000-7000-8000-000000000099",
    from: at(before * 30),
    to: at(before * 30 + 30),
    bytes: 1000,
    sha256: String(before).repeat(64),
    cut: false,
  }));
  return hashesOfSegments({ callId, side: "client" }, facts).map((hash, before) => ({ segmentId: facts[before]!.segmentId, hash }));
}

/** The server takes this browser's segment as its n-th, at that second. */
async function takes(n: number, second: number): Promise<string> {
  const { segmentId, hash } = segments(n).at(-1)!;
  await telling({ callId, side: "client" }, { segmentId, n, hash });
  await told({ callId, side: "client" }, { segmentId, hash, toldAt: at(second).getTime() });
  return hash;
}

/** The server states that this side's recording ends so, at that second; answers what the end said to it. */
async function states(recorded: string | null, second: number): Promise<string> {
  const publicKey = await witness.publicKey();
  const statement: Statement = {
    call: callId,
    n: (last?.n ?? 0) + 1,
    at: at(second).toISOString(),
    provenSeconds: 0,
    chargedKopecks: 0,
    journal: { n: 0, head: "0".repeat(64) },
    recordings: { client: recorded, consultant: null },
    keys: { client: publicKey, consultant: other },
    closing: false,
    before: last === null ? beginning.hash : placeOf(last).hash,
    server: server.publicKey,
  };
  last = statement;
  const signed: SignedStatement = { ...statement, signature: await server.sign(statementText(statement)) };
  const before = said.length;
  witness.hear(signed);
  await vi.waitFor(() => expect(said.length).toBeGreaterThan(before));
  return said.at(-1)!.t;
}

test("an end signs minutes while the server says of its recording what it recorded, and a segment told a moment before may follow", async () => {
  expect(await states(null, 20)).toBe("countersign");
  const first = await takes(1, 31);
  expect(await states(null, 35)).toBe("countersign");
  expect(await states(first, 60)).toBe("countersign");
  const second = await takes(2, 61);
  expect(await states(second, 90)).toBe("countersign");
  expect(objections).toEqual([]);
});

test("an end does not sign a minute in which its segment was forgotten, or another stands in its place; it says why, and signs again once it is right", async () => {
  const first = await takes(1, 31);
  expect(await states(null, 60)).toBe("not-signing");
  expect(said.at(-1)).toMatchObject({ why: "other-recording", n: 1 });
  expect(await states("e".repeat(64), 61)).toBe("not-signing");
  expect(await states(first, 62)).toBe("countersign");
  await takes(2, 63);
  expect(await states(first, 120)).toBe("not-signing");
  expect(objections).toEqual(["other-recording", "other-recording", "other-recording"]);
});

test("an end that recorded nothing signs nothing that says it did", async () => {
  expect(await states("e".repeat(64), 60)).toBe("not-signing");
});

test("a segment whose answer was lost counts where the server then says it took it", async () => {
  const [{ segmentId, hash }] = segments(1) as [{ segmentId: string; hash: string }];
  const of = { callId, side: "client" } as const;
  await telling(of, { segmentId, n: 1, hash });
  // It comes again, after what this browser took for its end, and the server answers where it has it.
  await telling(of, { segmentId, n: 2, hash: "f".repeat(64) });
  expect(await states(hash, 40)).toBe("countersign");
  await told(of, { segmentId, hash, toldAt: at(45).getTime() });
  expect(await states(hash, 60)).toBe("countersign");
  expect(await states(null, 61)).toBe("not-signing");
});

test("a server that claims to have taken a segment elsewhere than it was told is not believed", async () => {
  const [{ segmentId, hash }] = segments(1) as [{ segmentId: string; hash: string }];
  const of = { callId, side: "client" } as const;
  await telling(of, { segmentId, n: 1, hash });
  await told(of, { segmentId, hash: "e".repeat(64), toldAt: at(31).getTime() });
  expect(await states("e".repeat(64), 60)).toBe("not-signing");
  expect(await states(hash, 61)).toBe("countersign");
});
