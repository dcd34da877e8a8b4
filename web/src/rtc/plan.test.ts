import { noMedia } from "@minuta/contracts/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDirect, planOf, type Known } from "./plan.ts";

const sharing = { ...noMedia, screen: "on", microphone: "on" } as const;
const talking: Known = {
  connected: true,
  other: sharing,
  otherBefore: null,
  directUsable: false,
  directKind: "webrtc-direct",
  relayKind: "websocket",
  onlyPath: null,
  paused: false,
  screen: true,
  microphone: true,
  justBegan: false,
};

describe("from the first second", () => {
  test("picture and voice go over the relay", () => {
    expect(planOf(talking)).toMatchObject({
      path: "websocket",
      relay: { picture: true, voice: true },
      direct: { picture: false, voice: false },
    });
  });
  test("nothing goes anywhere while the other one is not there", () => {
    expect(planOf({ ...talking, other: null })).toMatchObject({ path: null, otherSharing: "off", relay: { picture: false, voice: false } });
  });
});

describe("when the direct path has proven itself", () => {
  const direct: Known = { ...talking, directUsable: true };
  test("both go over it, and the picture over both for a moment", () => {
    expect(planOf({ ...direct, justBegan: true })).toMatchObject({
      path: "webrtc-direct",
      relay: { picture: true, voice: false },
      direct: { picture: true, voice: true },
    });
    expect(planOf(direct)).toMatchObject({
      relay: { picture: false, voice: false },
      direct: { picture: true, voice: true },
      pictureDue: true,
    });
  });
  test("a lost channel to the server changes nothing for those who talk", () => {
    const plan = planOf({ ...direct, connected: false, other: null, otherBefore: sharing });
    expect(plan).toMatchObject({
      path: "webrtc-direct",
      otherSharing: "on",
      otherMicrophone: true,
      direct: { picture: true, voice: true },
    });
  });
  test("a picture that is blanked is not waited for", () => {
    expect(planOf({ ...direct, other: { ...sharing, screen: "blanked" } })).toMatchObject({ otherSharing: "blanked", pictureDue: false });
  });
});

test("a test that keeps to WebRTC never uses the relay, and one that keeps to the relay has no direct path to use", () => {
  expect(planOf({ ...talking, onlyPath: "webrtc" })).toMatchObject({ path: null, relay: { picture: false, voice: false } });
  expect(planOf({ ...talking, onlyPath: "webrtc", directUsable: true, justBegan: true }).relay.picture).toBe(false);
});

const known = fc.record({
  connected: fc.boolean(),
  other: fc.constantFrom(null, noMedia, sharing),
  otherBefore: fc.constantFrom(null, sharing),
  directUsable: fc.boolean(),
  directKind: fc.constantFrom("webrtc-direct", "webrtc-relay"),
  relayKind: fc.constantFrom("websocket", "http-stream", "http-poll"),
  onlyPath: fc.constantFrom(null, "websocket", "webrtc", "turn"),
  paused: fc.boolean(),
  screen: fc.boolean(),
  microphone: fc.boolean(),
  justBegan: fc.boolean(),
}) satisfies fc.Arbitrary<Known>;
const nothing = { picture: false, voice: false };

test("in a pause nothing is sent, and never what is blanked or muted", () => {
  fc.assert(
    fc.property(known, (of) => {
      expect(planOf({ ...of, paused: true })).toMatchObject({ relay: nothing, direct: nothing });
      const { relay, direct } = planOf({ ...of, screen: false });
      expect(relay.picture || direct.picture).toBe(false);
      const muted = planOf({ ...of, microphone: false });
      expect(muted.relay.voice || muted.direct.voice).toBe(false);
    }),
  );
});

test("nothing is sent twice but for the first pictures, and nothing over a direct path that is not in use", () => {
  fc.assert(
    fc.property(known, (of) => {
      const { relay, direct, path } = planOf(of);
      expect(relay.voice && direct.voice).toBe(false);
      if (relay.picture && direct.picture) expect(of.justBegan).toBe(true);
      if (!isDirect(path)) expect(direct).toEqual(nothing);
    }),
  );
});
