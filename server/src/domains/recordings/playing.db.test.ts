/** Recordings over HTTP, as they are kept: sealed, found damaged, played by ranges, opened by whom, deleted when. */
import { randomUUID } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PART_BYTES } from "@minuta/contracts/recordings";
import { describe, expect, test } from "vitest";
import { callsWorld, newPerson } from "../calls/testing.ts";
import { contentsOf, film, recorded, RecordingEnd, scenesOf } from "./testing.ts";

const world = callsWorld();
const scenes = scenesOf(world);
const { scene, lastEvent } = scenes;

describe("at rest", () => {
  test("everything is sealed: the store holds no byte of the film in clear, and its files and keys are the product's alone", async () => {
    const { client, ...call } = await scene();
    const one = await scenes.record();
    await scenes.uploaded(client, one);
    await client.file("client", 0);
    const files = await scenes.objectsOf(call);
    expect(files.length).toBeGreaterThan(1);
    for (const file of [...files, join(world.folder, "keys", "recordings.json")]) {
      expect((await stat(file)).mode & 0o077).toBe(0);
      const bytes = await readFile(file);
      for (let at = 0; at + 64 < one.bytes.length; at += 4096) expect(bytes.includes(one.bytes.subarray(at, at + 64))).toBe(false);
    }
  });

  test.each([
    [
      "changed by one bit",
      async (file: string) =>
        writeFile(
          file,
          (await readFile(file)).map((byte, at) => (at === 100 ? byte ^ 4 : byte)),
        ),
    ],
    ["cut short", async (file: string) => writeFile(file, (await readFile(file)).subarray(0, 200))],
    ["gone", async (file: string) => rm(file)],
  ])("a part that is %s is found when it is opened, both are told, and the rest still plays", async (_, harm) => {
    const { client, expert, ...call } = await scene();
    const [first, second] = [await scenes.record(), await scenes.record()];
    await scenes.uploaded(client, first);
    const [file] = await scenes.objectsOf(call);
    await scenes.uploaded(client, second);
    await harm(file!);
    expect((await expert.file("client", 0)).status).toBe(404);
    expect(await lastEvent(call)).toMatchObject({ kind: "recording-damaged", facts: { n: 1, sha256: first.facts.sha256 } });
    expect((await expert.kept()).body.kept.client.segments).toMatchObject([{ state: "damaged" }, { state: "kept" }]);
    const rest = await expert.file("client", 0);
    expect(rest.status).toBe(200);
    expect((await contentsOf(rest.bytes)).pictures).toHaveLength(160);
  });
});

describe("playing", () => {
  test("is one file of all segments, in their own time, every picture once, by ranges", async () => {
    const { client, expert } = await scene();
    const takeId = randomUUID();
    const first = await scenes.record({}, takeId);
    await world.wait(40);
    const second = await scenes.record({ seconds: 10 }, takeId);
    // Uploaded in the wrong order, as after a crash.
    for (const one of [second, first]) await scenes.uploaded(client, one);
    expect((await expert.kept()).body.kept.client.files).toMatchObject([
      { index: 0, segments: 2, picture: { codec: "vp8", width: 1280, height: 720 } },
    ]);
    const whole = await expert.file("client", 0);
    expect(whole.headers).toMatchObject({
      "content-type": "video/webm",
      "accept-ranges": "bytes",
      "content-length": String(whole.bytes.length),
    });
    const { pictures, voice, codec, seconds } = await contentsOf(whole.bytes);
    expect(codec).toBe("vp8");
    expect(seconds).toBeCloseTo(70, 0);
    expect(pictures).toHaveLength(240);
    expect(pictures.filter((at) => at > 19.9 && at < 59.9)).toEqual([]);
    expect(pictures.find((at) => at >= 59.9)).toBeCloseTo(60, 2);
    expect(voice).toHaveLength(1500);
    const middle = await expert.file("client", 0, { range: "bytes=1000-1999" });
    expect(middle.status).toBe(206);
    expect(middle.headers["content-range"]).toBe(`bytes 1000-1999/${whole.bytes.length}`);
    expect(middle.bytes.equals(whole.bytes.subarray(1000, 2000))).toBe(true);
    const tail = await expert.file("client", 0, { range: "bytes=-10" });
    expect(tail.bytes.equals(whole.bytes.subarray(-10))).toBe(true);
    expect((await expert.file("client", 0, { range: `bytes=${whole.bytes.length}-` })).status).toBe(416);
    expect((await expert.file("client", 1)).status).toBe(404);
  });

  test("of a recorder that finished late ends when it was stopped; only until the next one's first picture and voice its last ones are shown", async () => {
    const { client } = await scene();
    const at = await scenes.now();
    await world.wait(60);
    const first = recorded(await film({ seconds: 22 }), { at, seconds: 20 });
    const second = recorded(await film({ seconds: 12, late: 0.5 }), { at: new Date(at.getTime() + 20_000), seconds: 10 });
    const afterPause = recorded(await film({ seconds: 5, late: 1 }), { at: new Date(at.getTime() + 40_000), seconds: 5 });
    for (const one of [first, second, afterPause]) await scenes.uploaded(client, one);
    const { pictures, voice } = await contentsOf((await client.file("client", 0)).bytes);
    const spans = (of: number[], [from, to]: [number, number]) => of.filter((moment) => moment > from - 0.01 && moment < to).length;
    expect(spans(pictures, [0, 20.49])).toBe(20.5 * 8);
    expect(spans(voice, [0, 20.49])).toBe(20.5 * 50);
    expect(spans(pictures, [20.5, 30.01])).toBe(9.5 * 8 + 1);
    expect(spans(pictures, [30.01, 40.99])).toBe(0);
    expect(spans(pictures, [41, 45.01])).toBe(4 * 8 + 1);
    expect(pictures).toHaveLength(164 + 77 + 33);
  });

  test("leaves no picture out where recorders overlap: the next one is drawn upon it", async () => {
    const { client } = await scene();
    const at = await scenes.now();
    await world.wait(30);
    const first = recorded(await film({ seconds: 10 }), { at, seconds: 10 });
    const second = recorded(await film({ seconds: 10 }), { at: new Date(at.getTime() + 9_700), seconds: 10 });
    for (const one of [first, second]) await scenes.uploaded(client, one);
    const { pictures, voice, seconds } = await contentsOf((await client.file("client", 0)).bytes);
    expect(pictures).toHaveLength(160);
    expect(pictures).toEqual([...new Set(pictures)].toSorted((one, other) => one - other));
    expect(voice.length).toBeLessThan(1000 - 14);
    expect(seconds).toBeCloseTo(19.7, 0);
  });

  test("of more than fits into a piece comes out as it went in, over the borders of pieces too", async () => {
    const { client } = await scene();
    await scenes.uploaded(client, await scenes.record({ seconds: 40, weight: 5000 }));
    await scenes.uploaded(client, await scenes.record({ seconds: 40, weight: 5000 }));
    const whole = await client.file("client", 0);
    expect(whole.bytes.length).toBeGreaterThan(10 * PART_BYTES);
    expect((await contentsOf(whole.bytes)).pictures).toHaveLength(640);
    const border = await client.file("client", 0, { range: `bytes=${PART_BYTES - 5}-${PART_BYTES + 4}` });
    expect(border.bytes.equals(whole.bytes.subarray(PART_BYTES - 5, PART_BYTES + 5))).toBe(true);
  });

  test("makes another file where the picture changed its kind; voices alone stand in either", async () => {
    const { client } = await scene();
    for (const codec of [null, "av1", null, "vp8"] as const) await scenes.uploaded(client, await scenes.record({ seconds: 5, codec }));
    expect((await client.kept()).body.kept.client.files).toMatchObject([
      { segments: 3, picture: { codec: "av1" } },
      { segments: 1, picture: { codec: "vp8" } },
    ]);
    expect((await contentsOf((await client.file("client", 0)).bytes)).voice).toHaveLength(750);
  });

  test("is the parties' alone; an arbiter's while he is one; and each opening is seen by both", async () => {
    const { client, expert, id } = await scene();
    await scenes.uploaded(client, await scenes.record());
    const stranger = await newPerson(world);
    const judge = await newPerson(world, { name: "Арбитр" });
    const strange = new RecordingEnd(stranger.browser, id, "client");
    const judging = new RecordingEnd(judge.browser, id, "client");
    for (const end of [strange, judging]) {
      expect((await end.kept()).status).toBe(404);
      expect((await end.file("client", 0)).status).toBe(404);
    }
    world.arbiters.add(judge.id);
    expect((await judging.file("client", 0)).status).toBe(200);
    expect((await judging.answer(true)).status, "he opens, he does not take part").toBe(404);
    world.arbiters.delete(judge.id);
    await expert.file("client", 0, { range: "bytes=100-200" });
    await expert.file("client", 0);
    const saved = await client.file("client", 0, { as: "download" });
    expect(saved.headers["content-disposition"]).toMatch(/^attachment; .*\.webm$/);
    const accesses = (await client.kept()).body.kept.accesses.map(({ by, what }: { by: string; what: string }) => `${by} ${what}`);
    expect(accesses).toEqual(["client downloaded", "consultant played", "arbiter played"]);
    expect((await expert.kept()).body.kept.accesses).toHaveLength(3);
  });
});

describe("after ninety days", () => {
  test("files and their key are gone, hashes and the log stay; a held call keeps them until it is released", async () => {
    const [held, other] = [await scene(), await scene()];
    for (const { client } of [held, other]) {
      await scenes.uploaded(client, await scenes.record());
      await client.file("client", 0);
    }
    await world.database.db.tx((tx) => world.recordings.hold(tx, held.id, "dispute"));
    expect((await held.client.kept()).body.kept).toMatchObject({ held: true, deletedAt: null });
    expect((await other.client.kept()).body.kept.held).toBe(false);
    await world.wait(89 * 86_400);
    await world.recordings.deleteOld();
    expect(await scenes.objectsOf(other)).not.toEqual([]);
    await world.wait(2 * 86_400);
    await world.recordings.deleteOld();
    expect(await scenes.objectsOf(other)).toEqual([]);
    expect(await scenes.objectsOf(held)).not.toEqual([]);
    const { client } = (await other.client.kept()).body.kept;
    expect(client).toMatchObject({ files: [], head: { count: 1 }, segments: [{ state: "deleted", n: 1 }] });
    expect(await lastEvent(other)).toMatchObject({
      kind: "recording-deleted",
      actor: "server",
      facts: { segments: 1, hash: client.head.hash },
    });
    expect((await other.client.file("client", 0)).status).toBe(404);
    await world.database.db.tx((tx) => world.recordings.release(tx, held.id, "dispute"));
    await world.recordings.deleteOld();
    expect(await scenes.objectsOf(held)).toEqual([]);
  });
});

test("what was told of a segment cannot be changed or removed, even by hand", async () => {
  const { client } = await scene();
  await client.add(await scenes.record());
  for (const statement of [
    "update recordings.segment set sha256 = repeat('0', 64)",
    "delete from recordings.segment",
    "update recordings.consent set agreed = true",
    "delete from recordings.access",
  ])
    await expect(world.database.db.pool.query(statement)).rejects.toThrow(/evidence/);
});
