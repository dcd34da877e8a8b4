/** Minutes with three signatures: what is stated, who may sign it, and how far that lets the bill go. */
import { checkProtocol } from "@minuta/contracts/check-protocol";
import { callId, type CallId, type PersonId, type Side } from "@minuta/contracts/ids";
import { newKeyPair, signerOf, type Signer } from "@minuta/contracts/signing";
import {
  callKeyText,
  countersignatureText,
  hashOfStatement,
  objectionTo,
  statementText,
  type SignedStatement,
} from "@minuta/contracts/statement";
import { isSigned } from "@minuta/contracts/signing";
import { describe, expect, test } from "vitest";
import { RecordingEnd, scenesOf } from "../../recordings/testing.ts";
import { DEVICES_MAX } from "../../people/rules.ts";
import { Browser, callsWorld, heardAll, invite, openCall, talk } from "../../calls/testing.ts";

const world = callsWorld();
const scenes = scenesOf(world);
const newSigner = async (): Promise<Signer> => signerOf(await newKeyPair());

interface End {
  readonly side: Side;
  readonly signer: Signer;
  readonly personId: PersonId | null;
}

const browser = { agent: "Firefox", address: "203.0.113.9" };
async function show(id: CallId, { side, signer, personId }: End) {
  const { publicKey } = signer;
  const signature = await signer.sign(callKeyText(id, { side, publicKey }));
  return world.journal.witness.showKey(id, { side, caller: { ...browser, personId }, publicKey, signature });
}
async function sign(id: CallId, statement: SignedStatement, { side, signer }: End, sinceN = 0) {
  const by = { side, publicKey: signer.publicKey, sinceN, observedSeconds: statement.provenSeconds };
  const signature = await signer.sign(countersignatureText(hashOfStatement(statement), by));
  return world.journal.witness.countersign(id, { n: statement.n, by: { ...by, signature } });
}
async function aWitnessedCall() {
  const open = await openCall(world);
  const ends: Record<Side, End> = {
    client: { side: "client", signer: await newSigner(), personId: null },
    consultant: { side: "consultant", signer: await newSigner(), personId: open.consultant.id },
  };
  await world.journal.witness.watch(open.id);
  await show(open.id, ends.client);
  await show(open.id, ends.consultant);
  return { ...open, ...ends, consultantsBrowser: open.consultant.browser };
}
/** Only who is on the line is paused. */
async function withBothOnTheLine(id: CallId, work: () => Promise<void>): Promise<void> {
  const evidence = world.metering.startEvidence();
  for (const side of ["client", "consultant"] as const) await evidence.begin({ callId: id, side });
  await work();
  await evidence.close();
}
const statements = (id: CallId, afterN = 0) => world.journal.witness.state(id, afterN);

describe("a proven minute", () => {
  test("is stated once, bound to the journal and to the minute before, and signed by three", async () => {
    const { id, client, consultant, guest } = await aWitnessedCall();
    await talk(world, id, 50);
    expect(await statements(id)).toEqual([]);
    await talk(world, id, 20);
    const [first, ...others] = await statements(id);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ n: 1, provenSeconds: 70, chargedKopecks: expect.any(Number), closing: false });
    expect(first!.journal.head).toBe((await world.journal.events(id))[first!.journal.n - 1]!.hash);
    const { signature, ...said } = first!;
    expect(await isSigned(statementText(said), { publicKey: world.signing.publicKey, signature })).toBe(true);
    expect(await sign(id, first!, client)).toEqual({ client: 70, consultant: 0 });
    expect(await sign(id, first!, consultant)).toEqual({ client: 70, consultant: 70 });
    await guest.send("POST", `calls/${id}/end`);
    await heardAll(world);
    const [closing] = await statements(id, 1);
    expect(closing).toMatchObject({ n: 2, provenSeconds: 70, closing: true, before: hashOfStatement(first!) });
    expect(await statements(id, 2)).toEqual([]);
  });

  test("is billed beyond two minutes only when both signed it", async () => {
    const charged = async (signers: (call: Record<Side, End>) => readonly End[]): Promise<bigint> => {
      const { id, guest, ...ends } = await aWitnessedCall();
      await talk(world, id, 200);
      const [stated] = await statements(id);
      for (const end of signers(ends)) await sign(id, stated!, end);
      await guest.send("POST", `calls/${id}/end`);
      return (await world.metering.meters(world.database.db, [id])).get(id)!.charged;
    };
    expect(await charged(() => [])).toBe(200n);
    expect(await charged(({ client }) => [client])).toBe(200n);
    expect(await charged(({ client, consultant }) => [client, consultant])).toBe(400n);
  });

  test("takes no signature of another key, another side, another statement, or changed figures", async () => {
    const { id, client, consultant } = await aWitnessedCall();
    const other = await aWitnessedCall();
    await talk(world, id, 70);
    await talk(world, other.id, 70);
    const [stated] = await statements(id);
    const [othersStated] = await statements(other.id);
    expect(await sign(id, stated!, { ...client, signer: await newSigner() })).toBeNull();
    expect(await sign(id, stated!, { ...client, side: "consultant" })).toBeNull();
    expect(await sign(id, othersStated!, client)).toBeNull();
    expect(await sign(id, stated!, client, 1)).toBeNull();
    expect(await sign(id, { ...stated!, provenSeconds: 700 }, client)).toBeNull();
    expect(await sign(id, stated!, consultant)).toEqual({ client: 0, consultant: 70 });
  });

  test("of an end that came in on another device is signed from there on, and both may see that", async () => {
    const { id, client, guest } = await aWitnessedCall();
    await talk(world, id, 40);
    const later: End = { ...client, signer: await newSigner() };
    const known = await show(id, later);
    expect(known).toMatchObject({ since: { n: 1, provenSeconds: 40 }, unsigned: [] });
    await talk(world, id, 40);
    const [stated] = await statements(id, 1);
    const seen = {
      call: id,
      side: "client",
      publicKey: later.signer.publicKey,
      otherKey: null,
      last: known!.since,
      since: known!.since,
    } as const;
    const { signature: _, ...said } = stated!;
    expect(objectionTo(said, { ...seen, observedSeconds: 40 })).toBeNull();
    expect(objectionTo(said, { ...seen, observedSeconds: 20 })).toBe("not-observed");
    expect(await sign(id, stated!, client)).toBeNull();
    expect(await sign(id, stated!, later, 1)).toMatchObject({ client: 80 });
    expect(await show(id, later)).toMatchObject({ since: { n: 1 }, unsigned: [] });
    await guest.send("POST", `calls/${id}/end`);
    const keys = (await world.journal.events(id)).filter(({ kind }) => kind === "key-shown");
    expect(keys.map(({ actor, facts }) => `${actor} ${String(facts["sinceN"])}`)).toEqual(["client 0", "consultant 0", "client 1"]);
  });

  test("that was not signed in time is waited for; the call goes on by an end that came back with another key", async () => {
    const { id, client, consultant } = await aWitnessedCall();
    await talk(world, id, 130);
    const meter = async () => (await world.metering.meters(world.database.db, [id])).get(id)!;
    const [stated] = await statements(id);
    await sign(id, stated!, consultant);
    await withBothOnTheLine(id, async () => expect(await world.journal.witness.pauseUnsigned(id)).toBe(true));
    expect((await meter()).status).toBe("paused-for-signature");
    expect(await statements(id, stated!.n)).toEqual([]);

    const later: End = { ...client, signer: await newSigner() };
    const known = await show(id, later);
    const next = (await statements(id, known!.since.n))[0]!;
    expect(next).toMatchObject({ provenSeconds: known!.since.provenSeconds, keys: { client: later.signer.publicKey } });
    expect((await meter()).status).toBe("paused-for-signature");
    await sign(id, next, later, known!.since.n);
    expect((await meter()).status).toBe("idle");
    expect(await statements(id, next.n)).toEqual([]);
  });

  test("names what both recorded by then; a segment told after the end is stated too, and the file lists them all", async () => {
    const { id, guest, consultantsBrowser } = await aWitnessedCall();
    await talk(world, id, 50);
    const client = new RecordingEnd(guest, id, "client");
    const expert = new RecordingEnd(consultantsBrowser, id, "consultant");
    for (const end of [client, expert]) await end.answer(true);
    await talk(world, id, 40);
    await client.add(await scenes.record());
    await talk(world, id, 40);
    const [first] = await statements(id);
    expect(first!.recordings).toEqual({ client: (await client.head()).hash, consultant: null });
    const segment = await scenes.record();
    await guest.send("POST", `calls/${id}/end`);
    await heardAll(world);
    expect((await statements(id)).at(-1)).toMatchObject({ closing: true, recordings: first!.recordings });
    expect((await expert.add(segment)).status).toBe(200);

    const { text } = await world.journal.protocolFile(id);
    const { checks, file } = await checkProtocol(Buffer.from(text), { server: world.signing.publicKeys });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(file!.statements.at(-1)!.recordings.consultant).toBe((await expert.head()).hash);
    expect(file!.recordings.consultant).toEqual([segment.facts]);
    expect(file!.recordings.client).toHaveLength(1);
  });

  describe("a person's key", () => {
    const kindOf = async (id: CallId): Promise<unknown> => {
      const { kind, facts } = (await world.journal.events(id)).at(-1)!;
      return kind === "key-shown" && facts["kind"];
    };
    const keysOf = (person: PersonId) => world.people.devices(person);

    test("is his own from the first call in which he shows it; a guest's is this call's", async () => {
      const { id, consultant } = await openCall(world);
      const own: End = { side: "consultant", signer: await newSigner(), personId: consultant.id };
      await show(id, own);
      expect(await kindOf(id)).toBe("device");
      expect(await keysOf(consultant.id)).toEqual([
        expect.objectContaining({ ...browser, publicKey: own.signer.publicKey, revokedAt: null }),
      ]);
      await show(id, { side: "client", signer: await newSigner(), personId: null });
      expect(await kindOf(id)).toBe("call");
    });

    test("is shown by who holds it", async () => {
      const { id, consultant } = await openCall(world);
      const { publicKey, sign } = await newSigner();
      const shown = {
        side: "consultant",
        caller: { ...browser, personId: consultant.id },
        publicKey,
        signature: await sign("мой"),
      } as const;
      expect(await world.journal.witness.showKey(id, shown)).toBeNull();
      expect(await keysOf(consultant.id)).toEqual([]);
    });

    test("stays one key however often it comes, and signs as this call's only once he revoked it", async () => {
      const own: End = { side: "consultant", signer: await newSigner(), personId: null };
      const first = await openCall(world);
      const personId = first.consultant.id;
      await show(first.id, { ...own, personId });
      const [device, ...others] = await keysOf(personId);
      expect(others).toEqual([]);
      await world.people.revokeDevice({ personId, deviceId: device!.id });
      const second = await new Browser(world).join((await invite(first.consultant)).token);
      const id = callId.parse(second.body.callId);
      await show(id, { ...own, personId });
      expect(await kindOf(id)).toBe("call");
      expect(await keysOf(personId)).toEqual([expect.objectContaining({ revokedAt: expect.any(Date) })]);
    });

    test("is not kept past the number a person may have; those he has stay his", async () => {
      const { id, consultant } = await openCall(world);
      const enrol = (publicKey: string) =>
        world.database.db.tx((tx) => world.people.enrolDevice(tx, { personId: consultant.id, publicKey }, browser));
      for (let n = 0; n < DEVICES_MAX; n += 1) expect(await enrol(`key ${n}`)).toBe(true);
      expect(await enrol("key 0")).toBe(true);
      await show(id, { side: "consultant", signer: await newSigner(), personId: consultant.id });
      expect(await kindOf(id)).toBe("call");
      expect(await keysOf(consultant.id)).toHaveLength(DEVICES_MAX);
    });
  });
});
