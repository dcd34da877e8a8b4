import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSigned } from "@minuta/contracts/signing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSigning } from "./signing.ts";

let folder: string;
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), "signing-")), "keys")));
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe("the server's signing key", () => {
  test("is made at the first start, for its owner's eyes only, and is the same at the next", async () => {
    const first = await openSigning(folder);
    expect((await stat(join(folder, "signing-0001.pem"))).mode & 0o777).toBe(0o600);
    expect((await openSigning(folder)).publicKey).toBe(first.publicKey);
    expect(await isSigned("минута", { publicKey: first.publicKey, signature: first.sign("минута") })).toBe(true);
    expect(await isSigned("минутa", { publicKey: first.publicKey, signature: first.sign("минута") })).toBe(false);
  });
  test("made by two copies that start at once is one", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => openSigning(folder)));
    expect(new Set(all.map(({ publicKey }) => publicKey)).size).toBe(1);
  });
  test("that others can read is not used", async () => {
    await openSigning(folder);
    await chmod(join(folder, "signing-0001.pem"), 0o640);
    await expect(openSigning(folder)).rejects.toThrow("chmod 600");
  });
  test("gives way to a newer one put beside it, and stays known", async () => {
    const before = await openSigning(folder);
    const newer = join(folder, "signing-0002.pem");
    await writeFile(newer, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const after = await openSigning(folder);
    expect(after.publicKey).not.toBe(before.publicKey);
    expect(after.publicKeys).toEqual([before.publicKey, after.publicKey]);
    expect(await readdir(folder)).toHaveLength(2);
  });
});
