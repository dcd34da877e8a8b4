import { readFrame } from "@minuta/contracts/wire";
import { expect, test } from "vitest";
import { agree, makeKey, type Meeting } from "./keys.ts";
import { openSeal, type Seal } from "./seal.ts";

const callId = "018f0000-0000-7000-8000-000000000001";
const meeting = (side: Meeting["side"], changes: Partial<Meeting> = {}): Meeting => ({ callId, pairing: 7, side, ...changes });
const bytes = (text: string) => new TextEncoder().encode(text);

/** The two ends after an undisturbed exchange. */
async function met(pairing = 7): Promise<{ client: Seal; consultant: Seal }> {
  const [ours, theirs] = [meeting("client", { pairing }), meeting("consultant", { pairing })];
  const [client, consultant] = await Promise.all([makeKey(ours, "one"), makeKey(theirs, "other")]);
  const [one, other] = await Promise.all([
    agree(ours, client, { commit: consultant.commit, revealed: consultant }),
    agree(theirs, consultant, { commit: client.commit, revealed: client }),
  ]);
  if (one === null || other === null) throw new Error("the ends did not agree");
  return { client: openSeal(one, pairing), consultant: openSeal(other, pairing) };
}

async function opened(seal: Seal, frame: Uint8Array): Promise<string | null> {
  const read = readFrame(frame);
  if (read === null || "probe" in read) throw new Error("not a sealed frame");
  const plain = await seal.open(read.header, read.sealed);
  return plain === null ? null : new TextDecoder().decode(plain);
}

test("what one end seals the other reads, in both directions", async () => {
  const { client, consultant } = await met();
  expect(await opened(consultant, (await client.seal("signal", bytes("screen"))).frame)).toBe("screen");
  expect(await opened(client, (await consultant.seal("voice", bytes("voice"))).frame)).toBe("voice");
});

test("the sender cannot read its own frames back, nor can the keys of another meeting", async () => {
  const { client } = await met();
  const { frame } = await client.seal("picture", bytes("secret"));
  const other = await met();
  expect(await opened(client, frame)).toBeNull();
  expect(await opened(other.consultant, frame)).toBeNull();
});

test("a frame is taken once, and not after a later one", async () => {
  const { client, consultant } = await met();
  const [first, second] = await Promise.all([client.seal("signal", bytes("1")), client.seal("signal", bytes("2"))]);
  expect(await opened(consultant, second.frame)).toBe("2");
  expect(await opened(consultant, second.frame)).toBeNull();
  expect(await opened(consultant, first.frame)).toBeNull();
});

test("a frame that was changed on the way is refused, header included", async () => {
  const { client, consultant } = await met();
  const { frame } = await client.seal("picture", bytes("picture"), false);
  for (const place of [1, 13, 20, frame.length - 1]) {
    const changed = frame.slice();
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(await opened(consultant, changed), `byte ${place}`).toBeNull();
  }
  expect(await opened(consultant, frame)).toBe("picture");
});

test("frames come out in the order they went in, large ones before small ones too", async () => {
  const { client } = await met();
  const sealed = await Promise.all([
    client.seal("picture", new Uint8Array(2_000_000)),
    client.seal("picture", bytes("x")),
    client.seal("picture", bytes("y")),
  ]);
  expect(sealed.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
  const order: number[] = [];
  await Promise.all([2_000_000, 10, 1].map(async (size) => order.push((await client.seal("picture", new Uint8Array(size))).sequence)));
  expect(order).toEqual([3, 4, 5]);
});

test("whoever reveals another key than he committed to gets no keys", async () => {
  const [own, honest, other] = await Promise.all([
    makeKey(meeting("client"), "print"),
    makeKey(meeting("consultant"), "print"),
    makeKey(meeting("consultant"), "print"),
  ]);
  expect(await agree(meeting("client"), own, { commit: honest.commit, revealed: other })).toBeNull();
  expect(await agree(meeting("client"), own, { commit: honest.commit, revealed: { ...honest, nonce: other.nonce } })).toBeNull();
  expect(await agree(meeting("client"), own, { commit: honest.commit, revealed: { ...honest, fingerprint: "another" } })).toBeNull();
});

test("a key of another call, another meeting or of our own side is refused", async () => {
  const own = await makeKey(meeting("client"), "print");
  for (const of of [
    meeting("consultant", { callId: callId.replace("1", "2") }),
    meeting("consultant", { pairing: 8 }),
    meeting("client"),
  ]) {
    const theirs = await makeKey(of, "print");
    expect(await agree(meeting("client"), own, { commit: theirs.commit, revealed: theirs })).toBeNull();
  }
  expect(await agree(meeting("client"), own, { commit: own.commit, revealed: own })).toBeNull();
});

test("a public key that is no point of the curve gives no keys and no error", async () => {
  const own = await makeKey(meeting("client"), "print");
  const theirs = await makeKey(meeting("consultant"), "print");
  expect(await agree(meeting("client"), own, { commit: theirs.commit, revealed: { ...theirs, publicKey: "AAAA" } })).toBeNull();
});
