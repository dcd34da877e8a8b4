import fc from "fast-check";
import { expect, test } from "vitest";
import {
  endMessage,
  HEADER_BYTES,
  nonceOf,
  noMedia,
  PROBE_BYTES,
  readFrame,
  TAG_BYTES,
  VOICE_MAX_BYTES,
  writeHeader,
  writeProbe,
  type FrameHeader,
} from "./wire.ts";

const header = fc.record({
  kind: fc.constantFrom("picture", "voice", "signal"),
  keyFrame: fc.boolean(),
  pairing: fc.integer({ min: 0, max: 0xffff_ffff }),
  sequence: fc.maxSafeNat(),
}) satisfies fc.Arbitrary<FrameHeader>;

function frameOf(of: FrameHeader, sealed: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + sealed.length);
  bytes.set(writeHeader(of));
  bytes.set(sealed, HEADER_BYTES);
  return bytes;
}

test("a frame is read as it was written, wherever it lies in memory", () => {
  fc.assert(
    fc.property(header, fc.uint8Array({ minLength: TAG_BYTES, maxLength: 300 }), fc.nat(9), (of, sealed, offset) => {
      const room = new Uint8Array(offset + HEADER_BYTES + sealed.length + 3);
      room.set(frameOf(of, sealed), offset);
      const read = readFrame(room.subarray(offset, offset + HEADER_BYTES + sealed.length));
      expect(read).toEqual({ header: of, sealed });
    }),
  );
});

test("no bytes make the reader throw, and what it reads is written the same again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const read = readFrame(bytes);
      if (read === null) return;
      if ("probe" in read) expect(writeProbe(read.probe, read.number)).toEqual(bytes);
      else expect(frameOf(read.header, read.sealed)).toEqual(bytes);
    }),
  );
});

test("two different frames of one pairing never share a nonce", () => {
  fc.assert(
    fc.property(header, header, (one, other) => {
      const same = one.kind === other.kind && one.sequence === other.sequence;
      expect(nonceOf(one).join() === nonceOf(other).join()).toBe(same);
    }),
  );
});

test("a frame without a whole tag, a voice packet that is too long and a probe of another length are none of ours", () => {
  const of = { kind: "voice", keyFrame: false, pairing: 1, sequence: 0 } as const;
  expect(readFrame(frameOf(of, new Uint8Array(TAG_BYTES - 1)))).toBeNull();
  expect(readFrame(frameOf(of, new Uint8Array(VOICE_MAX_BYTES)))).toBeNull();
  expect(readFrame(new Uint8Array([4, ...new Uint8Array(PROBE_BYTES)]))).toBeNull();
  expect(readFrame(new Uint8Array())).toBeNull();
});

test("an end may say nothing the contract does not know", () => {
  expect(endMessage.safeParse({ t: "hello", media: noMedia }).success).toBe(true);
  expect(endMessage.safeParse({ t: "hello", media: { ...noMedia, screen: "everything" } }).success).toBe(false);
  expect(endMessage.safeParse({ t: "chat", id: "1", text: "no id of its own" }).success).toBe(false);
  expect(endMessage.safeParse({ t: "chat", id: crypto.randomUUID(), text: "   " }).success).toBe(false);
  expect(endMessage.safeParse({ t: "pay" }).success).toBe(false);
});
