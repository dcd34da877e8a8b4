import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import S3rver from "@20minutes/s3rver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectsInFolder, objectsInS3, type Objects } from "./objects.ts";

let folder: string;
let server: S3rver;
let address: string;
const stores: Record<"a folder" | "S3", () => Objects> = {
  "a folder": () => objectsInFolder(join(folder, "here")),
  S3: () => objectsInS3(`http://S3RVER:S3RVER@${address}/recordings?region=us-east-1`),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minuta-objects-"));
  server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: join(folder, "s3"),
    configureBuckets: [{ name: "recordings" }],
  });
  address = `127.0.0.1:${(await server.run()).port}`;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(["a folder", "S3"] as const)("in %s", (where) => {
  test("an object comes back byte for byte, and is gone when it was removed", async () => {
    const objects = stores[where]();
    const bytes = randomBytes(600_000);
    await objects.put("call-1/piece", bytes);
    expect(Buffer.from((await objects.get("call-1/piece"))!).equals(bytes)).toBe(true);
    await objects.remove("call-1/piece");
    expect(await objects.get("call-1/piece")).toBeNull();
    await objects.remove("call-1/piece");
  });

  test("a name that would lead elsewhere is no name", async () => {
    const objects = stores[where]();
    for (const name of ["../piece", "/piece", "a//b", "a/../b", ""]) {
      await expect(objects.put(name, randomBytes(1))).rejects.toThrow(/not the name/);
      await expect(objects.get(name)).rejects.toThrow(/not the name/);
    }
  });
});

test("a folder's files are nobody else's, and none is half there", async () => {
  await stores["a folder"]().put("call-2/piece", randomBytes(10));
  expect(await readdir(join(folder, "here", "call-2"))).toEqual(["piece"]);
  expect((await stat(join(folder, "here", "call-2", "piece"))).mode & 0o777).toBe(0o600);
});

test("S3 that does not know the secret, or has no such bucket, is an error and no silence", async () => {
  const wrong = objectsInS3(`http://S3RVER:wrong@${address}/recordings`);
  await expect(wrong.put("piece", randomBytes(10))).rejects.toThrow(/403/);
  const elsewhere = objectsInS3(`http://S3RVER:S3RVER@${address}/nowhere`);
  await expect(elsewhere.put("piece", randomBytes(10))).rejects.toThrow(/bucket/);
});

test("a disk without room is told as such, and leaves nothing behind", async () => {
  // The system lets the program write files of 100 KiB at most.
  const program = `
    const { objectsInFolder } = await import(${JSON.stringify(new URL("./objects.ts", import.meta.url).href)});
    const objects = objectsInFolder(${JSON.stringify(join(folder, "small"))});
    await objects.put("piece", new Uint8Array(50_000));
    await objects.put("large", new Uint8Array(500_000)).catch((error) => console.log(error.type));`;
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    'ulimit -f 200; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    program,
  ]);
  expect(stdout.trim()).toBe("storage-full");
  expect(await readdir(join(folder, "small"))).toEqual(["piece"]);
});
