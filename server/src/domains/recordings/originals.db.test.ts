/** Segments handed out as they were hashed, and what anybody who has them and the protocol finds. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkRecordings, type RecordingsCheck } from "@minuta/contracts/check-recordings";
import { protocolFile, type ProtocolFile } from "@minuta/contracts/protocol-file";
import { expect, test } from "vitest";
import { callsWorld, newPerson, talk } from "../calls/testing.ts";
import { RecordingEnd, scenesOf, type Recorded, type Scene } from "./testing.ts";

const world = callsWorld();
const scenes = scenesOf(world);

interface Kept extends Scene {
  readonly films: readonly Recorded[];
}

/** A call of which the client recorded three segments. */
async function recordedCall(): Promise<Kept> {
  const scene = await scenes.scene();
  await talk(world, scene.id, 30);
  const films = [
    await scenes.record({ seconds: 5 }),
    await scenes.record({ seconds: 20, weight: 3000 }),
    await scenes.record({ seconds: 6 }),
  ];
  for (const one of films) await scenes.uploaded(scene.client, one);
  return { ...scene, films };
}

async function protocolOf({ expert, id }: Scene): Promise<{ bytes: Buffer; recordings: ProtocolFile["recordings"] }> {
  const { bytes } = await expert.browser.get(`journal/${id}/protocol.json`);
  return { bytes, recordings: protocolFile.parse(JSON.parse(bytes.toString())).recordings };
}

async function checked(scene: Scene, bytes: Buffer): Promise<RecordingsCheck> {
  const { recordings } = await protocolOf(scene);
  return checkRecordings(recordings, [{ name: "originals.tar", content: new Blob([new Uint8Array(bytes)]) }]);
}

test("every kept segment comes as it was hashed, in one archive whose names say side, order and start", async () => {
  const scene = await recordedCall();
  const { status, headers, bytes } = await scene.expert.originals("client");
  expect(status).toBe(200);
  expect(headers).toMatchObject({ "content-type": "application/x-tar", "content-length": String(bytes.length) });
  expect(headers["content-disposition"]).toContain(`${scene.id}-client-originals.tar`);
  const start = scene.films[0]!.facts.from.toISOString().replaceAll(":", "-");
  expect(bytes.toString("latin1", 0, 100).split("\0")[0]).toBe(`${scene.id}-client/client-0001-${start}.webm`);
  for (const { bytes: film } of scene.films) expect(bytes.includes(film)).toBe(true);
  expect(await checked(scene, bytes)).toEqual({
    sides: { client: { fit: [1, 2, 3], missing: [] }, consultant: { fit: [], missing: [] } },
    foreign: [],
  });
  const second = 512 + Math.ceil(scene.films[0]!.bytes.length / 512) * 512;
  for (const from of [1000, second - 1, second, second + 1, bytes.length - 1024, bytes.length - 1]) {
    const rest = await scene.expert.originals("client", `bytes=${from}-`);
    expect(rest.status).toBe(206);
    expect(rest.bytes.equals(bytes.subarray(from)), `a download that broke off at ${from} goes on`).toBe(true);
  }
});

test("what has not come is not in it, and is told; where nothing is there is no archive", async () => {
  const scene = await recordedCall();
  await scene.client.add(await scenes.record({ seconds: 7 }));
  const { sides } = await checked(scene, (await scene.client.originals("client")).bytes);
  expect(sides.client).toEqual({ fit: [1, 2, 3], missing: [4] });
  expect((await scene.client.originals("consultant")).status).toBe(404);
});

test("a segment that does not lie as it was stored breaks the download off; both are told, and the next one is without it", async () => {
  const scene = await recordedCall();
  const [one] = await scenes.objectsOf(scene);
  await writeFile(one!, "something else");
  await expect(scene.expert.originals("client")).rejects.toThrow();
  const { kind, facts } = (await scenes.lastEvent(scene))!;
  expect([kind, facts["side"]]).toEqual(["recording-damaged", "client"]);
  const { client } = (await checked(scene, (await scene.expert.originals("client")).bytes)).sides;
  expect(client.missing).toEqual([facts["n"]]);
});

test("they are the parties' alone, an arbiter's while he is one, and each download is seen by both", async () => {
  const scene = await recordedCall();
  const judge = await newPerson(world, { name: "Арбитр" });
  const judging = new RecordingEnd(judge.browser, scene.id, "client");
  expect((await judging.originals("client")).status).toBe(404);
  world.arbiters.add(judge.id);
  expect((await judging.originals("client")).status).toBe(200);
  world.arbiters.delete(judge.id);
  expect((await judging.originals("client")).status).toBe(404);
  for (const _ of [1, 2]) await scene.expert.originals("client");
  const accesses = (await scene.client.kept()).body.kept.accesses.map(({ by, what }: { by: string; what: string }) => `${by} ${what}`);
  expect(accesses).toEqual(["consultant downloaded", "arbiter downloaded"]);
});

test("after ninety days there are none", async () => {
  const scene = await recordedCall();
  await world.wait(91 * 86_400);
  await world.recordings.deleteOld();
  expect((await scene.client.originals("client")).status).toBe(404);
});

const VERIFY = fileURLToPath(new URL("../../../../tools/verify.ts", import.meta.url));

/** What the terminal command says, and its exit code. */
const verify = (...given: string[]): Promise<{ code: number; said: string }> =>
  new Promise((ended) =>
    execFile(process.execPath, [VERIFY, ...given], (error, said) => ended({ code: error === null ? 0 : Number(error.code), said })),
  );

test("the terminal command says how many segments fit, which were not given, and fails at a file that is none of them", async () => {
  const scene = await recordedCall();
  await scene.expert.browser.send("POST", `calls/${scene.id}/end`);
  const at = (name: string): string => join(world.folder, name);
  await writeFile(at("protocol.json"), (await protocolOf(scene)).bytes);
  const { bytes } = await scene.expert.originals("client");
  await writeFile(at("originals.tar"), bytes);
  const [first, second] = scene.films;
  await writeFile(at("first.webm"), first!.bytes);
  await writeFile(at("bent.webm"), second!.bytes.with(1000, second!.bytes[1000]! ^ 1));

  const by = ["--key", world.signing.publicKey];
  const alone = await verify(at("protocol.json"), ...by);
  const whole = await verify(at("protocol.json"), ...by, "--recording", at("originals.tar"));
  expect(whole.said).toContain("recording of the client: 3 of 3 segments fit\n");
  expect(whole.code, "as without the recording").toBe(alone.code);
  const one = await verify(at("protocol.json"), ...by, "--recording", at("first.webm"));
  expect(one.said).toContain("recording of the client: 1 of 3 segments fit; not given: 2–3");
  expect(one.code).toBe(alone.code);
  const bent = await verify(at("protocol.json"), ...by, "--recording", at("first.webm"), at("bent.webm"));
  expect(bent.said).toContain("recording of the client: 1 of 3 segments fit; not given: 2–3");
  expect(bent.said).toContain("FAIL bent.webm");
  expect(bent.code).toBe(4);
  await Promise.all(["protocol.json", "originals.tar", "first.webm", "bent.webm"].map((name) => rm(at(name))));
});
