import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { isSigned, newKeyPair, signerOf } from "./signing.ts";
import { beginning, hashOfStatement, isWitnessed, objectionTo, placeOf, type Statement, type Witnessed } from "./statement.ts";

const call = "0198c0de-0000-7000-8000-000000000001";
const aKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url);
const aHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const aStatement: fc.Arbitrary<Statement> = fc.record({
  call: fc.constant(call),
  n: fc.constant(1),
  at: fc.date({ noInvalidDate: true, min: new Date("2026-01-01"), max: new Date("2036-01-01") }).map((at) => at.toISOString()),
  provenSeconds: fc.nat(100_000),
  chargedKopecks: fc.nat(1_000_000),
  journal: fc.record({ n: fc.nat(1000), head: aHash }),
  recordings: fc.record({ client: fc.option(aHash), consultant: fc.option(aHash) }),
  keys: fc.record({ client: aKey, consultant: aKey }),
  closing: fc.boolean(),
  before: fc.constant(beginning.hash),
  server: aKey,
});
const seenBy = (of: Statement, observedSeconds: number): Witnessed => ({
  call,
  side: "client",
  publicKey: of.keys.client!,
  otherKey: of.keys.consultant,
  since: beginning,
  last: beginning,
  observedSeconds,
});

describe("an end", () => {
  test("signs what its own clock saw too, and nothing beyond ten seconds and a hundredth more", () => {
    fc.assert(
      fc.property(aStatement, fc.nat(100_000), (said, observed) => {
        const tooMuch = said.provenSeconds - observed > 10 + said.provenSeconds / 100;
        expect(objectionTo(said, seenBy(said, observed))).toBe(tooMuch ? "not-observed" : null);
        expect(isWitnessed(said.provenSeconds, observed)).toBe(!tooMuch);
      }),
    );
  });
  test("answers for nothing that was before it came", () => {
    fc.assert(
      fc.property(aStatement, fc.nat(90_000), (said, before) => {
        const since = { ...beginning, provenSeconds: Math.min(before, said.provenSeconds) };
        const seen = { ...seenBy(said, said.provenSeconds - since.provenSeconds), since, last: since };
        expect(objectionTo(said, seen)).toBeNull();
      }),
    );
  });
  test("signs no other call, no place out of order, and no keys but those that were shown", () => {
    fc.assert(
      fc.property(aStatement, aKey, (said, other) => {
        const seen = seenBy(said, said.provenSeconds);
        expect(objectionTo({ ...said, call: "0198c0de-0000-7000-8000-000000000002" }, seen)).toBe("another-call");
        expect(objectionTo({ ...said, n: 2 }, seen)).toBe("out-of-order");
        expect(objectionTo(said, { ...seen, last: placeOf(said) })).toBe("out-of-order");
        expect(objectionTo({ ...said, keys: { ...said.keys, client: other } }, seen)).toBe("other-keys");
        expect(objectionTo({ ...said, keys: { ...said.keys, consultant: other } }, seen)).toBe("other-keys");
      }),
    );
  });
});

describe("a statement", () => {
  test("that says anything else has another hash", () => {
    fc.assert(
      fc.property(aStatement, aStatement, (one, other) => {
        for (const name of Object.keys(one) as (keyof Statement)[]) {
          if (JSON.stringify(one[name]) === JSON.stringify(other[name])) continue;
          expect(hashOfStatement({ ...one, [name]: other[name] }), name).not.toBe(hashOfStatement(one));
        }
      }),
    );
  });
});

describe("a signature", () => {
  test("holds for its text and key alone, in one spelling", async () => {
    const [own, foreign] = [await signerOf(await newKeyPair()), await signerOf(await newKeyPair())];
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.nat(85), fc.nat(62), async (text, other, at, shift) => {
        const signature = await own.sign(text);
        const by = { publicKey: own.publicKey, signature };
        expect(await isSigned(text, by)).toBe(true);
        expect(await isSigned(other, by)).toBe(other === text);
        expect(await isSigned(text, { ...by, publicKey: foreign.publicKey })).toBe(false);
        const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        const letter = letters[(letters.indexOf(signature[at]!) + 1 + shift) % 64]!;
        expect(await isSigned(text, { ...by, signature: signature.slice(0, at) + letter + signature.slice(at + 1) })).toBe(false);
        expect(await isSigned(text, { ...by, signature: `${signature}=` })).toBe(false);
      }),
      { numRuns: 30 },
    );
    expect(fromBase64url(own.publicKey)).toHaveLength(32);
  });
});
