import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { KEY_BYTES, seal, unseal } from "./seal.ts";

test("what is sealed opens only whole, unchanged and under its own name", () => {
  const key = randomBytes(KEY_BYTES);
  const sealed = seal(key, "piece-1", Buffer.from("a picture"));
  expect(unseal(key, "piece-1", sealed)?.toString()).toBe("a picture");
  expect(unseal(key, "piece-2", sealed)).toBeNull();
  for (let at = 0; at < sealed.length; at += 1) {
    const bent = Buffer.from(sealed);
    bent[at]! ^= 1;
    expect(unseal(key, "piece-1", bent)).toBeNull();
    expect(unseal(key, "piece-1", sealed.subarray(0, at))).toBeNull();
  }
});
