import { established, noMedia, PROBE_FRESH_MS, RELAY_SILENT_MS, type EndMedia } from "@minuta/contracts/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastProven, onTheLine } from "./presence.ts";

const media = (changes: Partial<EndMedia>): EndMedia => ({ ...noMedia, ...changes });
const receiving = (receives: Partial<EndMedia["receives"]>): Partial<EndMedia> => ({
  receives: { screen: false, voice: false, ...receives },
});

describe("voice or screen is established", () => {
  test("by a shared screen only when the consultant really sees it", () => {
    expect(established({ client: media({ screen: "on" }), consultant: media({}) })).toBe(false);
    expect(established({ client: media({ screen: "on" }), consultant: media(receiving({ screen: true })) })).toBe(true);
  });
  test("by a picture that is blanked for a moment", () => {
    expect(established({ client: media({ screen: "blanked" }), consultant: media(receiving({ screen: true })) })).toBe(true);
  });
  test("by one voice that the other hears", () => {
    expect(established({ client: media({ microphone: "on" }), consultant: media(receiving({ voice: true })) })).toBe(true);
    expect(established({ client: media(receiving({ voice: true })), consultant: media({ microphone: "on" }) })).toBe(true);
    expect(established({ client: media({ microphone: "muted" }), consultant: media(receiving({ voice: true })) })).toBe(false);
  });
  test("by chat alone never", () => {
    expect(established({ client: media({}), consultant: media({}) })).toBe(false);
  });
});

describe("on the line", () => {
  const now = 1_000_000;
  const here = { connected: true, heardAt: now - 500, relayed: false, answeredAt: now - 900 };

  test("a still screen counts as long as probes come back", () => {
    expect(onTheLine(here, true, now)).toBe(true);
    expect(onTheLine({ ...here, answeredAt: now - PROBE_FRESH_MS }, true, now)).toBe(true);
  });
  test("a dead media path does not count, whatever the channel says", () => {
    expect(onTheLine({ ...here, answeredAt: now - PROBE_FRESH_MS - 1 }, true, now)).toBe(false);
    expect(onTheLine({ ...here, answeredAt: null }, true, now)).toBe(false);
  });
  test("a silent channel does not count, whatever the media path says", () => {
    expect(onTheLine({ ...here, heardAt: now - PROBE_FRESH_MS - 1 }, true, now)).toBe(false);
    expect(onTheLine({ ...here, connected: false }, true, now)).toBe(false);
  });
  test("whose voice and pictures come through the server, and nothing came of him, is cut off sooner", () => {
    const relayed = { ...here, relayed: true };
    expect(onTheLine({ ...relayed, heardAt: now - RELAY_SILENT_MS }, true, now)).toBe(true);
    expect(onTheLine({ ...relayed, heardAt: now - RELAY_SILENT_MS - 1 }, true, now)).toBe(false);
    expect(onTheLine({ ...here, heardAt: now - RELAY_SILENT_MS - 1 }, true, now)).toBe(true);
  });
  test("without voice and screen nobody is on the line", () => {
    expect(onTheLine(here, false, now)).toBe(false);
  });
});

test("what is counted never goes past the last proof, nor before the beginning", () => {
  const instant = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(instant, instant, fc.option(instant), (since, heardAt, answeredAt) => {
      const at = lastProven({ connected: true, heardAt, relayed: true, answeredAt }, since);
      expect(at).toBeGreaterThanOrEqual(since);
      if (at > since) expect(at).toBeLessThanOrEqual(Math.min(heardAt, answeredAt ?? since));
    }),
  );
});
