import { execFile } from "node:child_process";
import { copyFile, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkArchive, DamagedArchive, readArchive, writeArchive, type Part } from "./archive.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "minuta-archive-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) & 255));
const given: [string, Buffer][] = [
  ["tables/people.person/1", Buffer.from("Анна\n")],
  ["empty", Buffer.alloc(0)],
  ["exactly a block", bytesOf(512, 1)],
  [`files/${"очень-длинная-папка/".repeat(4)}file.bin`, bytesOf(300_000, 2)],
];
async function* partsOf(all: readonly [string, Buffer][]): AsyncGenerator<Part> {
  for (const [name, content] of all) yield { name, size: content.length, mode: 0o600, content: piecesOf(content) };
}
async function* piecesOf(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 1_000) yield content.subarray(at, at + 1_000);
}
async function readAll(file: string): Promise<[string, Buffer][]> {
  const read: [string, Buffer][] = [];
  for await (const { name, content } of readArchive(file)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    read.push([name, Buffer.concat(pieces)]);
  }
  return read;
}
const written = async (name: string): Promise<string> => {
  const file = join(folder, name);
  await writeArchive(file, partsOf(given));
  return file;
};

test("what was written is read back byte for byte", async () => {
  const file = await written("whole");
  await checkArchive(file);
  expect(await readAll(file)).toEqual(given);
});

test("parts that nobody wants are passed over", async () => {
  const names: string[] = [];
  for await (const { name } of readArchive(await written("passed-over"))) names.push(name);
  expect(names).toEqual(given.map(([name]) => name));
});

test("any tar opens it", async () => {
  const { stdout } = await promisify(execFile)("tar", ["xzf", await written("for-tar"), "--to-stdout", given[0]![0]], { encoding: "utf8" });
  expect(stdout).toBe("Анна\n");
});

test("one changed byte is found, wherever it is", async () => {
  const file = await written("to-damage");
  const whole = await readFile(file);
  const damaged = join(folder, "damaged");
  await copyFile(file, damaged);
  const handle = await open(damaged, "r+");
  // Every byte at the beginning (the gzip header, which has no check sum of its own) and of the seal; every hundredth between.
  const places = Array.from(whole.keys()).filter((at) => at < 64 || at > whole.length - 64 || at % 100 === 0);
  for (const at of places) {
    await handle.write(Buffer.from([whole[at]! ^ 1]), 0, 1, at);
    await expect(checkArchive(damaged), `byte ${at}`).rejects.toThrow(DamagedArchive);
    await handle.write(whole.subarray(at, at + 1), 0, 1, at);
  }
  await handle.close();
  await checkArchive(damaged);
});

test("a file cut short, a longer one and something else altogether are found", async () => {
  const file = await written("to-cut");
  const { length } = await readFile(file);
  for (const shorter of [length - 1, length - 58, length >> 1, 10, 0]) {
    const cut = join(folder, `cut-${shorter}`);
    await copyFile(file, cut);
    await truncate(cut, shorter);
    await expect(checkArchive(cut)).rejects.toThrow(DamagedArchive);
  }
  await writeFile(file, "x", { flag: "a" });
  await expect(checkArchive(file)).rejects.toThrow(DamagedArchive);
  await writeFile(file, "no archive at all. ".repeat(100));
  await expect(checkArchive(file)).rejects.toThrow(DamagedArchive);
});

test("a part that turns out shorter than said leaves no file behind", async () => {
  const file = join(folder, "lying");
  async function* lying(): AsyncGenerator<Part> {
    yield { name: "short", size: 10, mode: 0o600, content: piecesOf(Buffer.alloc(9)) };
  }
  await expect(writeArchive(file, lying())).rejects.toThrow("changed while it was copied");
  expect((await readdir(folder)).filter((name) => name.startsWith("lying"))).toEqual([]);
});

test("a file that exists is not replaced", async () => {
  const file = await written("there-already");
  const before = await readFile(file);
  await expect(writeArchive(file, partsOf([]))).rejects.toThrow("exists already");
  expect(await readFile(file)).toEqual(before);
});
