/** Recordings over HTTP, on a real database and a real folder: consent, recorders, the chain, uploads that break. */
import { randomUUID } from "node:crypto";
import { hashOfSegment, noSegments } from "@minuta/contracts/recording-chain";
import { PART_BYTES } from "@minuta/contracts/recordings";
import { describe, expect, test } from "vitest";
import { callsWorld, newPerson, talk } from "../calls/testing.ts";
import { film, recorded, RecordingEnd, scenesOf, type Recorded } from "./testing.ts";

const world = callsWorld();
const scenes = scenesOf(world);
const { scene, lastEvent } = scenes;
const { now, kinds } = scenes;

describe("consent", () => {
  test("is each side's own: nothing is recorded until both agreed, and both see it at once", async () => {
    const { client, expert, ...call } = await scene({ agreed: false });
    expect((await client.view()).body.recordings).toMatchObject({
      on: false,
      client: { consent: "unasked" },
      consultant: { consent: "unasked" },
    });
    world.published.length = 0;
    expect((await client.answer(true)).body.recordings).toMatchObject({ on: false, client: { consent: "agreed" } });
    expect(world.published).toContainEqual([`call:${call.id}`, { t: "recordings-changed" }]);
    expect((await expert.view()).body.recordings).toMatchObject({ on: false, client: { consent: "agreed" } });
    expect((await expert.answer(true)).body.recordings).toMatchObject({ on: true });
    expect(await kinds(call)).toEqual(["recording-agreed", "recording-agreed"]);
    expect((await world.journal.events(call.id)).find(({ kind }) => kind === "recording-agreed")).toMatchObject({
      actor: "client",
      facts: { texts: { ru: expect.stringContaining("Вы соглашаетесь на запись") } },
    });
  });

  test("may be refused, and taken back at any time by either side; twice is once", async () => {
    const { client, expert, ...call } = await scene();
    expect((await client.answer(false, "red-stop")).body.recordings).toMatchObject({ on: false, client: { consent: "refused" } });
    expect((await client.answer(false)).status).toBe(200);
    expect((await expert.view()).body.recordings.on).toBe(false);
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-refused", actor: "client", facts: { by: "red-stop" } });
    expect((await kinds(call)).filter((kind) => kind === "recording-refused")).toHaveLength(1);
    expect((await client.answer(true)).body.recordings.on).toBe(true);
  });

  test("is not given for a call that is over, nor by a stranger", async () => {
    const { client, expert, id } = await scene({ agreed: false });
    const stranger = await newPerson(world);
    expect((await new RecordingEnd(stranger.browser, id, "client").answer(true)).status).toBe(404);
    await expert.browser.send("POST", `calls/${id}/end`);
    expect((await client.answer(true)).body.type).toBe("call-not-open");
    expect((await client.answer(false)).status).toBe(200);
  });
});

describe("a recorder", () => {
  test("that begins, fails and stops is seen by both and written down, each once", async () => {
    const { client, expert, ...call } = await scene();
    const take = randomUUID();
    await client.tell(take, "recording");
    await client.tell(take, "recording");
    await client.tell(take, "paused");
    await client.tell(take, "recording");
    expect((await expert.view()).body.recordings.client).toEqual({ consent: "agreed", recorder: "recording", why: null });
    await client.tell(take, "failing", "disk-full");
    expect((await expert.view()).body.recordings.client).toMatchObject({ recorder: "failing", why: "disk-full" });
    await client.tell(take, "recording");
    await client.tell(take, "off");
    expect((await kinds(call)).slice(2)).toEqual(["recording-started", "recording-failed", "recording-started", "recording-stopped"]);
  });

  test("that falls silent in an open call is found failing; after the call it is simply off", async () => {
    const { client, expert, ...call } = await scene();
    const [mine, theirs] = [randomUUID(), randomUUID()];
    await client.tell(mine, "recording");
    await expert.tell(theirs, "recording");
    await world.wait(20);
    await expert.tell(theirs, "recording");
    await world.wait(10);
    await world.recordings.watch();
    await world.recordings.watch();
    expect((await expert.view()).body.recordings).toMatchObject({
      client: { recorder: "failing", why: "silent" },
      consultant: { recorder: "recording" },
    });
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-failed", actor: "server", facts: { why: "silent", side: "client" } });
    await expert.browser.send("POST", `calls/${call.id}/end`);
    await world.wait(60);
    await world.recordings.watch();
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-stopped", facts: { side: "consultant" } });
  });

  test("of one side cannot speak for the other's", async () => {
    const { client, expert } = await scene();
    const take = randomUUID();
    await client.tell(take, "recording");
    expect((await expert.tell(take, "failing", "encoder")).status).toBe(404);
    expect((await expert.view()).body.recordings.client.recorder).toBe("recording");
  });
});

describe("the chain of a side", () => {
  test("grows by each segment, in order, and its head is offered to whoever signs it", async () => {
    const { client, expert, id } = await scene();
    const [first, second] = [await scenes.record(), await scenes.record()];
    const told = [await client.add(first), await client.add(second)];
    expect(told.map(({ body }) => body.segment.n)).toEqual([1, 2]);
    const one = hashOfSegment({ callId: id, side: "client", n: 1, before: noSegments.hash }, first.facts);
    const two = hashOfSegment({ callId: id, side: "client", n: 2, before: one }, second.facts);
    expect(await world.recordings.heads(world.database.db, id)).toEqual({ client: { count: 2, hash: two }, consultant: noSegments });
    expect(await world.recordings.segments(world.database.db, id)).toMatchObject([
      { side: "client", n: 1, sha256: first.facts.sha256, state: "told" },
      { side: "client", n: 2, hash: two },
    ]);
    expect(await expert.head()).toEqual(noSegments);
  });

  test("takes the same segment once, however often it is told, and refuses what does not follow", async () => {
    const { client } = await scene();
    const [first, second] = [await scenes.record(), await scenes.record()];
    const head = await client.head();
    expect((await client.add(first, head)).status).toBe(200);
    // A second tab that did not know; the first one's answer was lost.
    expect(await client.add(second, head)).toMatchObject({ status: 409, body: { type: "recording-out-of-order", facts: { count: 1 } } });
    expect((await client.add(first, head)).body.segment.n).toBe(1);
    expect((await client.add(second)).body.segment.n).toBe(2);
    expect(await client.add({ ...first, facts: { ...first.facts, sha256: "0".repeat(64) } })).toMatchObject({ status: 409 });
  });

  test("of two tabs that tell at the same moment has both segments, one after the other", async () => {
    const { client } = await scene();
    const tabs = [await scenes.record(), await scenes.record(), await scenes.record()];
    const tell = async (one: Recorded): Promise<void> => {
      while ((await client.add(one)).status === 409);
    };
    await Promise.all(tabs.map(tell));
    expect((await client.head()).count).toBe(3);
  });

  test("refuses time to which both did not agree, an hour as one segment, the future, and what comes a month late", async () => {
    const { client, expert, id } = await scene();
    const good = await scenes.record();
    await client.answer(false);
    await world.wait(30);
    expect((await client.add(await scenes.record())).body.type).toBe("recording-not-agreed");
    expect((await client.add(good)).status, "agreed to when it was recorded").toBe(200);
    await client.answer(true);
    const at = await now();
    await world.wait(3600);
    expect((await client.add(recorded(await film({ seconds: 1 }), { at, seconds: 3600 }))).body.type).toBe("invalid-input");
    expect((await client.add(recorded(await film({ seconds: 1 }), { at: await now(), seconds: 40 }))).body.type).toBe("invalid-input");
    const late = await scenes.record();
    await expert.browser.send("POST", `calls/${id}/end`);
    await world.wait(31 * 86_400);
    expect((await client.add(late)).body.type).toBe("recording-not-agreed");
  });

  test("says so when counted time was not recorded", async () => {
    const { client, ...call } = await scene();
    const take = randomUUID();
    await talk(world, call.id, 10);
    const first = recorded(await film({ seconds: 10 }), { at: new Date((await now()).getTime() - 10_000), seconds: 10, takeId: take });
    await client.add(first);
    await talk(world, call.id, 20);
    await world.wait(100);
    await client.add(await scenes.record());
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-gap", actor: "client", facts: { side: "client", seconds: 20 } });
  });

  test("says so when recording began late: from the agreement on, not before", async () => {
    const { client, expert, ...call } = await scene({ agreed: false });
    await talk(world, call.id, 30);
    for (const end of [client, expert]) await end.answer(true);
    await talk(world, call.id, 20);
    await client.add(await scenes.record());
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-gap", facts: { side: "client", seconds: 20 } });
    await expert.add(await scenes.record());
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-gap", facts: { side: "consultant", seconds: 20 } });
  });
});

describe("an upload", () => {
  test("that breaks goes on with what is missing, in any order, and ends checked against the hash", async () => {
    const { client } = await scene();
    const long = await scenes.record({ seconds: 40, weight: 2000 });
    expect(long.bytes.length).toBeGreaterThan(2 * PART_BYTES);
    await client.add(long);
    expect((await client.part(long, 2)).body).toEqual({ state: "told", missing: [0, 1] });
    expect((await client.part(long, 2)).body, "again changes nothing").toEqual({ state: "told", missing: [0, 1] });
    expect((await client.missing(long.facts.segmentId)).body).toEqual({ state: "told", missing: [0, 1] });
    await client.part(long, 1);
    expect((await client.part(long, 0)).body).toEqual({ state: "kept", missing: [] });
    expect((await client.part(long, 0)).body).toEqual({ state: "kept", missing: [] });
  });

  test("of the same parts at the same moment from two tabs is one upload", async () => {
    const { client, ...call } = await scene();
    const one = await scenes.record();
    await client.add(one);
    await Promise.all(Array.from({ length: 5 }, () => client.part(one, 0)));
    expect((await client.missing(one.facts.segmentId)).body).toEqual({ state: "kept", missing: [] });
    expect(await scenes.objectsOf(call)).toHaveLength(1);
  });

  test("of other bytes than were hashed is found damaged by both, and may be sent again", async () => {
    const { client, expert, ...call } = await scene();
    const one = await scenes.record();
    await client.add(one);
    const bent = { ...one, bytes: one.bytes.map((byte, at) => (at === 1000 ? byte ^ 1 : byte)) };
    expect((await client.part(bent, 0)).body).toEqual({ state: "damaged", missing: [0] });
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-damaged", actor: "server", facts: { side: "client", n: 1 } });
    expect((await expert.kept()).body.kept.client).toMatchObject({ segments: [{ state: "damaged" }], files: [] });
    expect(await scenes.objectsOf(call)).toEqual([]);
    expect((await client.upload(one)).body.state).toBe("kept");
  });

  test("of something that is no recording is damaged, whatever its hash", async () => {
    const { client } = await scene();
    const at = await now();
    await world.wait(5);
    const junk = recorded(Buffer.from("not a film".repeat(500)), { at, seconds: 5 });
    await client.add(junk);
    expect((await client.upload(junk)).body.state).toBe("damaged");
  });

  test("takes parts of the right length only, and of one's own side only", async () => {
    const { client, expert } = await scene();
    const one = await scenes.record();
    await client.add(one);
    expect((await client.part({ ...one, bytes: one.bytes.slice(1) }, 0)).body.type).toBe("invalid-input");
    expect((await client.part(one, 1)).body.type).toBe("invalid-input");
    expect((await expert.part(one, 0)).status).toBe(404);
    const path = `recordings/${client.callId}/segments/${one.facts.segmentId}/parts/0`;
    expect((await client.browser.send("PUT", path, Buffer.alloc(PART_BYTES + 1))).status).toBe(400);
  });
});
