/** Recordings over HTTP, on a real database and a real folder: consent, recorders, the chain, uploads that break. */
import { randomUUID } from "node:crypto";
import { checkProtocol } from "@minuta/contracts/check-protocol";
import type { CallId } from "@minuta/contracts/ids";
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

  test("that a page never began, though both agreed, is found failing by both, once; it may begin later", async () => {
    const { client, expert, ...call } = await scene();
    const theirs = randomUUID();
    await expert.tell(theirs, "recording");
    await world.wait(25);
    await expert.tell(theirs, "recording");
    world.published.length = 0;
    for (const _ of ["as queued", "again"]) await world.recordings.jobs["recordings.find_unrecorded"]({ callId: call.id });
    expect(world.published).toContainEqual([`call:${call.id}`, { t: "recordings-changed" }]);
    expect((await expert.view()).body.recordings).toMatchObject({
      client: { recorder: "failing", why: "silent" },
      consultant: { recorder: "recording" },
    });
    const failures = (await world.journal.events(call.id)).filter(({ kind }) => kind === "recording-failed");
    expect(failures).toMatchObject([{ actor: "server", facts: { side: "client", why: "silent" } }]);
    await world.wait(1);
    await client.tell(randomUUID(), "recording");
    expect((await expert.view()).body.recordings.client).toMatchObject({ recorder: "recording" });
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-started", actor: "client" });
  });

  test("that stopped while both agree is looked after the same; with a refusal, or after the call, it is at rest", async () => {
    const { client, expert, ...call } = await scene();
    const waiting = async () =>
      (await world.database.db.pool.query("select from graphile_worker.jobs where key = $1", [`recordings.find_unrecorded:${call.id}`]))
        .rowCount;
    await world.database.db.pool.query("delete from graphile_worker._private_jobs");
    const [mine, theirs] = [randomUUID(), randomUUID()];
    for (const [end, take] of [
      [client, mine],
      [expert, theirs],
    ] as const)
      await end.tell(take, "recording");
    expect(await waiting()).toBe(0);
    await client.tell(mine, "off");
    expect(await waiting()).toBe(1);
    await client.answer(false);
    await world.recordings.jobs["recordings.find_unrecorded"]({ callId: call.id });
    expect(await kinds(call)).not.toContain("recording-failed");
    await client.answer(true);
    await expert.browser.send("POST", `calls/${call.id}/end`);
    await world.recordings.jobs["recordings.find_unrecorded"]({ callId: call.id });
    expect(await kinds(call)).not.toContain("recording-failed");
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

describe("what is missing when a call has been over for three days", () => {
  const judge = ({ id }: { id: string }) => world.recordings.jobs["recordings.note_missing"]({ callId: id });
  const threeDays = 72 * 3600;
  const end = ({ expert, id }: { expert: RecordingEnd; id: string }) => expert.browser.send("POST", `calls/${id}/end`);
  const told = async ({ id }: { id: CallId }, kind: string) => (await world.journal.events(id)).filter((event) => event.kind === kind);

  test("is an event of both: a tail that was never recorded, a side that recorded nothing, a segment that never came; each once", async () => {
    const call = await scene();
    await talk(world, call.id, 20);
    const first = recorded(await film({ seconds: 20 }), { at: new Date((await now()).getTime() - 20_000), seconds: 20 });
    await call.client.add(first);
    await talk(world, call.id, 30);
    await end(call);
    const endedAt = await now();
    world.published.length = 0;
    await judge(call);
    await world.wait(threeDays - 1);
    await judge(call);
    expect(await told(call, "recording-gap"), "it may still come").toEqual([]);
    await world.wait(1);
    for (const _ of ["as queued", "again"]) await judge(call);
    expect(world.published).toContainEqual([`call:${call.id}`, { t: "recordings-changed" }]);
    expect(await told(call, "recording-gap")).toMatchObject([
      { actor: "server", facts: { side: "client", from: first.facts.to.toISOString(), to: endedAt.toISOString(), seconds: 30 } },
      { actor: "server", facts: { side: "consultant", seconds: 50 } },
    ]);
    expect(await told(call, "recording-missing")).toMatchObject([
      { actor: "server", facts: { side: "client", segments: 1, numbers: "1" } },
    ]);
  });

  test("is nothing where all was recorded and came, or where one side refused", async () => {
    const [whole, refused] = [await scene(), await scene({ agreed: false })];
    for (const call of [whole, refused]) {
      const at = await now();
      await talk(world, call.id, 20);
      const ends = call === whole ? [call.client, call.expert] : [];
      for (const one of ends) await scenes.uploaded(one, recorded(await film({ seconds: 20 }), { at, seconds: 20 }));
      await end(call);
    }
    await refused.client.answer(false);
    await world.wait(threeDays);
    for (const call of [whole, refused]) {
      await judge(call);
      for (const kind of ["recording-gap", "recording-missing"]) expect(await told(call, kind)).toEqual([]);
    }
  });

  test("may come all the same: it is taken, kept, and tells no gap a second time; the protocol states it anew", async () => {
    const call = await scene();
    const at = await now();
    await talk(world, call.id, 60);
    await end(call);
    await world.wait(threeDays);
    await judge(call);
    const late = recorded(await film({ seconds: 20 }), { at: new Date(at.getTime() + 30_000), seconds: 20 });
    await scenes.uploaded(call.client, late);
    expect(await told(call, "recording-gap")).toHaveLength(2);
    const { bytes } = await call.expert.browser.get(`journal/${call.id}/protocol.json`);
    const { checks, file } = await checkProtocol(bytes, { server: [world.signing.publicKey] });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(file?.recordings.client).toMatchObject([{ segmentId: late.facts.segmentId }]);
  });

  test("is looked for by itself, three days after the end, however long the call was", async () => {
    const call = await scene();
    const key = `recordings.note_missing:${call.id}`;
    const hours = async () => {
      const { rows } = await world.database.db.pool.query(
        "select round(extract(epoch from run_at - now()) / 3600)::int as hours from graphile_worker.jobs where key = $1",
        [key],
      );
      return rows.map((row) => row.hours);
    };
    expect(await hours()).toEqual([72]);
    await talk(world, call.id, 10);
    await world.wait(80 * 3600);
    await judge(call);
    expect(await hours(), "the call goes on").toEqual([72]);
    await end(call);
    await world.wait(70 * 3600);
    await judge(call);
    expect(await hours()).toEqual([2]);
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
