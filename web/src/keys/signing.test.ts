/** Signatures made by the platform and by script are one and the same. */
import { createPrivateKey, sign as platformSign } from "node:crypto";
import { toBase64url } from "@minuta/contracts/base64url";
import { isSigned, newKeyPair, signerOf, type KeyPair } from "@minuta/contracts/signing";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as script from "./ed25519.ts";
import "./signing-script.ts";

const utf8 = new TextEncoder();
const aSeed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Uint8Array.from(bytes));
/** RFC 8410: what precedes the seed in a private key's DER. */
const PRIVATE_KEY_BEGINS = Buffer.from("302e020100300506032b657004220420", "hex");
const keyOf = (seed: Uint8Array) => createPrivateKey({ key: Buffer.concat([PRIVATE_KEY_BEGINS, seed]), format: "der", type: "pkcs8" });

/** The module as it is on a platform whose WebCrypto has no Ed25519. */
async function withoutEd25519(): Promise<typeof import("@minuta/contracts/signing")> {
  vi.resetModules();
  const refuse = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  const subtle = Object.assign(Object.create(crypto.subtle), { importKey: refuse, generateKey: refuse, sign: refuse, verify: refuse });
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto), subtle });
  await import("./signing-script.ts");
  return import("@minuta/contracts/signing");
}
afterEach(() => void vi.unstubAllGlobals());

describe("Ed25519 by script", () => {
  test("gives the platform's signatures, bit by bit", () => {
    fc.assert(
      fc.property(aSeed, fc.string({ unit: "grapheme" }), (seed, text) => {
        const message = utf8.encode(text);
        expect(Buffer.from(script.sign(message, seed))).toEqual(platformSign(null, message, keyOf(seed)));
      }),
      { numRuns: 50 },
    );
  });

  test("is the first of RFC 8032's examples", () => {
    const seed = Uint8Array.from(Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"));
    expect(Buffer.from(script.publicKeyOf(seed)).toString("hex")).toBe("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    expect(Buffer.from(script.sign(new Uint8Array(), seed)).toString("hex")).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
  });

  test("agrees with the platform on what is no signature", async () => {
    await fc.assert(
      fc.asyncProperty(aSeed, fc.string(), fc.nat(63), fc.nat(7), async (seed, text, at, bit) => {
        const publicKey = Uint8Array.from(script.publicKeyOf(seed));
        const signature = Uint8Array.from(script.sign(utf8.encode(text), seed));
        const changed = signature.with(at, signature[at]! ^ (1 << bit));
        for (const one of [signature, changed]) {
          const platform = await isSigned(text, { publicKey: toBase64url(publicKey), signature: toBase64url(one) });
          expect(platform).toBe(one === signature);
          expect(tried(() => script.verify(utf8.encode(text), { publicKey, signature: one }))).toBe(platform);
        }
      }),
      { numRuns: 30 },
    );
  });
});

const tried = (check: () => boolean): boolean => {
  try {
    return check();
  } catch {
    return false;
  }
};

describe("a browser without Ed25519", () => {
  test("signs what others find signed, and finds signed what others signed", async () => {
    const own = await signerOf(await newKeyPair());
    const others = { publicKey: own.publicKey, signature: await own.sign("минута 7") };
    const there = await withoutEd25519();
    const pair: KeyPair = await there.newKeyPair();
    expect(Object.keys(pair)).toEqual(["seed"]);
    const signer = await there.signerOf(pair);
    const by = { publicKey: signer.publicKey, signature: await signer.sign("минута 8") };
    expect(await there.isSigned("минута 8", by)).toBe(true);
    expect(await there.isSigned("минута 9", by)).toBe(false);
    expect(await there.isSigned("минута 7", others)).toBe(true);
    vi.unstubAllGlobals();
    expect(await isSigned("минута 8", by)).toBe(true);
    // The browser was renewed, and its key with it: it is the same one.
    expect((await signerOf(pair)).publicKey).toBe(signer.publicKey);
  });
});
