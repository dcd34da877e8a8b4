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
  directLane: false,
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
      pictures: "relay",
      relayVoice: true,
      tracks: { screen: false, voice: false },
    });
  });
  test("nothing goes anywhere while the other one is not there", () => {
    expect(planOf({ ...talking, other: null })).toMatchObject({ path: null, otherSharing: "off", pictures: null, relayVoice: false });
  });
});

describe("when the direct path has proven itself", () => {
  const direct: Known = { ...talking, directUsable: true };
  test("both go over it, the worker's pictures at once", () => {
    for (const justBegan of [true, false])
      expect(planOf({ ...direct, directLane: true, justBegan })).toMatchObject({
        path: "webrtc-direct",
        pictures: "direct",
        relayVoice: false,
        tracks: { screen: false, voice: true },
        pictureDue: true,
      });
  });
  test("where WebRTC makes the picture, it goes over the relay as well for a moment", () => {
    const tracks = { screen: true, voice: true };
    expect(planOf({ ...direct, justBegan: true })).toMatchObject({ pictures: "relay", relayVoice: false, tracks });
    expect(planOf(direct)).toMatchObject({ pictures: null, relayVoice: false, tracks, pictureDue: true });
  });
  test("a lost channel to the server changes nothing for those who talk", () => {
    const plan = planOf({ ...direct, connected: false, other: null, otherBefore: sharing });
    expect(plan).toMatchObject({
      path: "webrtc-direct",
      otherSharing: "on",
      otherMicrophone: true,
      tracks: { screen: true, voice: true },
    });
  });
  test("a picture that is blanked is not waited for", () => {
    expect(planOf({ ...direct, other: { ...sharing, screen: "blanked" } })).toMatchObject({ otherSharing: "blanked", pictureDue: false });
  });
});

test("a test that keeps to WebRTC never uses the relay, and one that keeps to the relay has no direct path to use", () => {
  expect(planOf({ ...talking, onlyPath: "webrtc" })).toMatchObject({ path: null, pictures: null, relayVoice: false });
  expect(planOf({ ...talking, onlyPath: "webrtc", directUsable: true, justBegan: true }).pictures).toBe(null);
});

const known = fc.record({
  connected: fc.boolean(),
  other: fc.constantFrom(null, noMedia, sharing),
  otherBefore: fc.constantFrom(null, sharing),
  directUsable: fc.boolean(),
  directKind: fc.constantFrom("webrtc-direct", "webrtc-relay"),
  directLane: fc.boolean(),
  relayKind: fc.constantFrom("websocket", "http-stream", "http-poll"),
  onlyPath: fc.constantFrom(null, "websocket", "webrtc", "turn"),
  paused: fc.boolean(),
  screen: fc.boolean(),
  microphone: fc.boolean(),
  justBegan: fc.boolean(),
}) satisfies fc.Arbitrary<Known>;
const nothing = { screen: false, voice: false };

test("in a pause nothing is sent, and never what is blanked or muted", () => {
  fc.assert(
    fc.property(known, (of) => {
      expect(planOf({ ...of, paused: true })).toMatchObject({ pictures: null, relayVoice: false, tracks: nothing });
      expect(planOf({ ...of, screen: false })).toMatchObject({ pictures: null, tracks: { screen: false } });
      expect(planOf({ ...of, microphone: false })).toMatchObject({ relayVoice: false, tracks: { voice: false } });
    }),
  );
});

test("nothing is sent twice but for the first pictures, and nothing over a direct path that is not in use", () => {
  fc.assert(
    fc.property(known, (of) => {
      const { pictures, relayVoice, tracks, path } = planOf(of);
      expect(relayVoice && tracks.voice).toBe(false);
      if (pictures !== null && tracks.screen) expect(of).toMatchObject({ justBegan: true, directLane: false });
      if (isDirect(path)) return;
      expect(tracks).toEqual(nothing);
      expect(pictures).not.toBe("direct");
    }),
  );
});
