/** Whom the server takes to be on the line, by what their pages send it. */
import { noMedia, writeProbe, type EndMedia } from "@minuta/contracts/wire";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bothJoined, startWorld, until, type Page, type World } from "./testing.ts";

let world: World;
beforeEach(async () => void (world = await startWorld()));
afterEach(() => world.stop());

const sharing: EndMedia = { ...noMedia, screen: "on", path: "websocket" };
const watching: EndMedia = { ...noMedia, path: "websocket", receives: { screen: true, voice: false } };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Probes each way and their answers, as both engines send them every second. */
async function probe({ client, consultant }: { client: Page; consultant: Page }, number: bigint): Promise<void> {
  for (const [from, to] of [
    [client, consultant],
    [consultant, client],
  ] as const) {
    const before = to.pictures.length;
    from.media?.send(writeProbe("probe", number));
    await until("the probe at the other end", () => (to.pictures.length > before ? true : null));
    to.media?.send(writeProbe("answer", number));
  }
}

describe("evidence", () => {
  test("both are on the line once probes came back both ways and the screen is really seen", async () => {
    const pages = await bothJoined(world, { client: sharing, consultant: { ...watching, receives: { screen: false, voice: false } } });
    await probe(pages, 1n);
    await pause(400);
    expect(world.evidence).toEqual([]);
    pages.consultant.say({ t: "media", media: watching });
    await until("both ends on the line", () => (world.evidence.length === 2 ? true : null));
    expect(world.evidence.map(({ what }) => what).toSorted()).toEqual(["begin client", "begin consultant"]);
    expect(world.journal).toContain("server on-the-line");
  });

  test("an end whose probes are not answered any more leaves the line at the last answer", async () => {
    const pages = await bothJoined(world, { client: sharing, consultant: watching });
    await probe(pages, 1n);
    await until("both ends on the line", () => (world.evidence.length === 2 ? true : null));
    const answeredBy = Date.now();
    const beats = setInterval(() => [pages.client, pages.consultant].forEach((page) => page.say({ t: "beat", n: 1 })), 500);
    await until("both ends off the line", () => (world.evidence.length === 4 ? true : null)).finally(() => clearInterval(beats));
    for (const { what, at } of world.evidence.slice(2)) {
      expect(what).toMatch(/^end/);
      expect(at.getTime()).toBeLessThanOrEqual(answeredBy);
    }
  }, 10_000);

  test("answers to probes that nobody sent prove nobody", async () => {
    const { client, consultant } = await bothJoined(world, { client: sharing, consultant: watching });
    for (const { media } of [client, consultant]) media?.send(writeProbe("answer", 1n));
    await until("the answers at the other end", () => (client.pictures.length + consultant.pictures.length === 2 ? true : null));
    await pause(400);
    expect(world.evidence).toEqual([]);
  });

  test("a page that closes ends the time of both", async () => {
    const pages = await bothJoined(world, { client: sharing, consultant: watching });
    await probe(pages, 1n);
    await until("both ends on the line", () => (world.evidence.length === 2 ? true : null));
    pages.client.control.terminate();
    await until("both ends off the line", () => (world.evidence.length === 4 ? true : null));
    expect(world.journal).toContain("client end-disconnected");
  });

  test("over WebRTC the answers an end tells of prove the other one, those the relay sees prove nobody", async () => {
    const direct = { path: "webrtc-direct" } as const;
    const pages = await bothJoined(world, { client: { ...sharing, ...direct }, consultant: { ...watching, ...direct } });
    await probe(pages, 1n);
    await pause(400);
    expect(world.evidence).toEqual([]);
    pages.consultant.say({ t: "probe-back", n: 0 });
    await until("the client on the line", () => (world.evidence.length === 1 ? true : null));
    expect(world.evidence[0]?.what).toBe("begin client");
    pages.client.say({ t: "probe-back", n: 0 });
    await until("the consultant on the line", () => (world.evidence.length === 2 ? true : null));
  });

  test("a path over WebRTC that is given up ends the time of both at its last answers, and the relay's own answers begin it anew", async () => {
    const direct = { path: "webrtc-direct" } as const;
    const pages = await bothJoined(world, { client: { ...sharing, ...direct }, consultant: { ...watching, ...direct } });
    const answer = (n: number): void => [pages.client, pages.consultant].forEach((page) => page.say({ t: "probe-back", n }));
    answer(0);
    await until("both ends on the line", () => (world.evidence.length === 2 ? true : null));
    await pause(300);
    const answeredFrom = Date.now();
    answer(1);
    await pause(300);
    const answeredBy = Date.now();
    await pause(300);
    pages.client.say({ t: "media", media: sharing });
    pages.consultant.say({ t: "media", media: watching });
    await until("both ends off the line", () => (world.evidence.length === 4 ? true : null));
    for (const { what, at } of world.evidence.slice(2)) {
      expect(what).toMatch(/^end/);
      expect(at.getTime()).toBeGreaterThanOrEqual(answeredFrom);
      expect(at.getTime()).toBeLessThanOrEqual(answeredBy);
    }
    await probe(pages, 1n);
    await until("both ends on the line again", () => (world.evidence.length === 6 ? true : null));
  });
});
