/** The same recordings where the store is a bucket of something that speaks S3. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { afterAll, expect, test } from "vitest";
import { objectsInS3 } from "#platform/objects";
import { callsWorld } from "../calls/testing.ts";
import { contentsOf, scenesOf } from "./testing.ts";

let stop: () => Promise<void>;
let bucket: string;
const world = callsWorld({
  recordingsIn: async (folder) => {
    bucket = join(folder, "s3", "recordings");
    const directory = join(folder, "s3");
    const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory, configureBuckets: [{ name: "recordings" }] });
    const { port } = await server.run();
    stop = () => server.close();
    return objectsInS3(`http://S3RVER:S3RVER@127.0.0.1:${port}/recordings`);
  },
});
const scenes = scenesOf(world);
afterAll(() => stop());

test("a call's recording is uploaded to it, sealed, plays from it, and is gone from it after ninety days", async () => {
  const { client, expert, id } = await scenes.scene();
  const one = await scenes.record({ seconds: 20, weight: 5000 });
  await scenes.uploaded(client, one);
  const kept = await readdir(join(bucket, id));
  expect(kept.length).toBeGreaterThan(1);
  const film = await expert.file("client", 0);
  expect(film.status).toBe(200);
  expect((await contentsOf(film.bytes)).pictures).toHaveLength(160);
  await world.wait(91 * 86_400);
  await world.recordings.deleteOld();
  expect(await readdir(join(bucket, id)).catch(() => [])).toEqual([]);
  expect((await expert.file("client", 0)).status).toBe(404);
});
