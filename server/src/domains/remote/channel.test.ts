import { once } from "node:events";
import { closeCodes, noMedia, remotePaths, TAG_BYTES, writeHeader, type EndMedia, type FrameHeader } from "@minuta/contracts/wire";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { bytesOf } from "./inbox.ts";
import { CONTROL_QUEUE_BYTES, PICTURE_QUEUE_BYTES } from "./limits.ts";
import { bothJoined, CALL, Page, startWorld, until, type World } from "./testing.ts";

let world: World;
beforeEach(async () => void (world = await startWorld()));
afterEach(() => world.stop());

const sharing: EndMedia = { ...noMedia, screen: "on", path: "websocket" };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function frame(kind: FrameHeader["kind"], sequence = 0, keyFrame = false): Buffer {
  return Buffer.concat([writeHeader({ kind, keyFrame, pairing: 1, sequence }), Buffer.alloc(TAG_BYTES + 40, sequence)]);
}

describe("meeting", () => {
  test("both ends learn of each other, of the call and of the ICE servers", async () => {
    const client = new Page(world, "client");
    const first = await client.join(sharing);
    expect(first.other).toBeNull();
    expect(first.call.side).toBe("client");
    const port = new URL(world.url).port;
    expect(first.iceServers).toMatchObject([
      { urls: [`turn:127.0.0.1:${port}?transport=tcp`, `turn:203.0.113.9:${port}?transport=tcp`], username: /:client:test$/ },
    ]);
    const consultant = new Page(world, "consultant");
    const second = await consultant.join();
    expect(second.other?.media).toEqual(sharing);
    expect((await client.next("other-joined")).pairing).toBe(second.other?.pairing);
    consultant.say({ t: "bye" });
    await client.next("other-left");
  });

  test("the second tab of the same person takes over and the first is told", async () => {
    const { client, consultant } = await bothJoined(world);
    const again = new Page(world, "consultant");
    const welcome = await again.join();
    expect(await consultant.closed()).toBe(closeCodes.replaced);
    expect((await client.next("other-joined")).pairing).toBe(welcome.other?.pairing);
    expect(client.closeCode).toBeNull();
  });

  test("key messages reach the other end of this meeting and of no other", async () => {
    const { client, consultant } = await bothJoined(world);
    const again = new Page(world, "consultant");
    const { other } = await again.join();
    const pairing = other?.pairing ?? 0;
    client.say({ t: "key-commit", pairing: pairing === 1 ? 2 : pairing - 1, commit: "old" });
    client.say({ t: "key-commit", pairing, commit: "new" });
    expect((await again.next("key-commit")).commit).toBe("new");
    expect(consultant.messages).not.toContainEqual(expect.objectContaining({ t: "key-commit" }));
  });

  test("the number each page shows its person is written down once for each meeting", async () => {
    const [client, consultant] = [new Page(world, "client"), new Page(world, "consultant")];
    await client.join();
    const pairing = (await consultant.join()).other?.pairing ?? 0;
    const shown = { t: "safety-number", pairing, number: "012345" } as const;
    for (const message of [shown, shown, { ...shown, pairing: pairing === 1 ? 2 : pairing - 1 }]) client.say(message);
    consultant.say(shown);
    await until("both numbers", () => (world.journal.includes("consultant safety-number") ? true : null));
    await pause(50);
    expect(world.journal.filter((event) => event === "client safety-number")).toHaveLength(1);
  });

  test("an end that is to try the direct path again gets credentials anew", async () => {
    const { client } = await bothJoined(world);
    client.say({ t: "ice-servers-please" });
    expect((await client.next("ice-servers")).iceServers).toMatchObject([{ username: /:client:test$/ }]);
  });

  test("the payer alone learns what is charged and how many minutes are left", async () => {
    const { client, consultant } = await bothJoined(world);
    expect((await consultant.next("meter")).meter).toMatchObject({ charged: 200n, reserved: 300n, minutesLeft: 7 });
    expect((await client.next("meter")).meter).toMatchObject({ charged: 0n, reserved: 0n, minutesLeft: null });
    world.publish(`call:${CALL}`, { t: "low-balance", minutesLeft: 2 });
    expect((await consultant.next("low-balance")).minutesLeft).toBe(2);
    await pause(100);
    expect(client.messages).not.toContainEqual(expect.objectContaining({ t: "low-balance" }));
  });
});

describe("the relay", () => {
  test("passes voice, signals and pictures as they are", async () => {
    const { client, consultant } = await bothJoined(world);
    client.control.send(frame("voice", 1));
    client.control.send(frame("signal", 2));
    await until("two frames", () => (consultant.frames.length === 2 ? true : null));
    expect(consultant.frames).toEqual([frame("voice", 1), frame("signal", 2)]);
    await pause(50);
    client.media?.send(frame("picture", 3, true));
    await until("the picture", () => (consultant.pictures.length === 1 ? true : null));
    expect(consultant.pictures[0]).toEqual(frame("picture", 3, true));
  });

  test("passes no media while the call is paused, and signals still", async () => {
    const { client, consultant } = await bothJoined(world);
    world.setCall({ status: "paused" });
    await client.next("call");
    await consultant.next("call");
    client.media?.send(frame("picture", 1, true));
    client.control.send(frame("voice", 1));
    client.control.send(frame("signal", 1));
    await until("the signal", () => (consultant.frames.length === 1 ? true : null));
    await pause(100);
    expect(consultant.frames).toEqual([frame("signal", 1)]);
    expect(consultant.pictures).toEqual([]);
    world.setCall({ status: "live" });
    await client.next("call");
    await consultant.next("call");
    client.control.send(frame("voice", 2));
    await until("voice after the pause", () => (consultant.frames.length === 2 ? true : null));
  });

  test("asks for a key frame when pictures were lost for want of a receiver", async () => {
    const { client, consultant } = await bothJoined(world);
    const late = new Page(world, "consultant");
    const welcome = await late.greet();
    expect(await consultant.closed()).toBe(closeCodes.replaced);
    client.media?.send(frame("picture", 1, true));
    await pause(100);
    client.messages.length = 0;
    await late.openMedia(welcome.mediaTicket);
    await client.next("key-frame-please");
    client.media?.send(frame("picture", 2));
    await client.next("key-frame-please");
    client.media?.send(frame("picture", 3, true));
    await until("the key frame", () => (late.pictures.length > 0 ? true : null));
    expect(late.pictures, "what follows a lost picture is not passed").toEqual([frame("picture", 3, true)]);
  });
});

describe("a receiver that never reads", () => {
  /** Sends what `send` sends until `bytes` have gone, and answers the most the server kept meanwhile. */
  async function mostKept(send: () => number, bytes: number): Promise<number> {
    let [sent, most] = [0, 0];
    while (sent < bytes) {
      sent += send();
      await pause(2);
      most = Math.max(most, world.keptBytes());
    }
    await pause(300);
    return Math.max(most, world.keptBytes());
  }

  test("of pictures makes the server keep a second of them and not a picture more", async () => {
    const { client, consultant } = await bothJoined(world);
    await pause(50);
    consultant.media?.pause();
    let n = 0;
    const picture = (): number => {
      const bytes = Buffer.concat([frame("picture", n, n % 20 === 0), Buffer.alloc(100_000)]);
      n += 1;
      client.media?.send(bytes);
      return bytes.length;
    };
    const kept = await mostKept(picture, 11_500_000);
    expect(kept, "more came than the system's own buffers hold").toBeGreaterThan(PICTURE_QUEUE_BYTES / 2);
    expect(kept).toBeLessThan(PICTURE_QUEUE_BYTES + 200_000);
    expect(client.closeCode).toBeNull();
    consultant.media?.resume();
    await client.next("key-frame-please");
  }, 20_000);

  test("of voice and signals makes the server keep little voice, and is dropped for signals it does not take", async () => {
    const { client, consultant } = await bothJoined(world);
    consultant.control.pause();
    let n = 0;
    const signal = (): number => {
      const bytes = Buffer.concat([frame("signal", n++), Buffer.alloc(60_000)]);
      client.control.send(bytes);
      return bytes.length;
    };
    const kept = await mostKept(signal, 24_000_000);
    expect(kept).toBeLessThan(CONTROL_QUEUE_BYTES + 200_000);
    await client.next("other-left");
  }, 20_000);
});

describe("what must not pass", () => {
  test("strangers, a socket that does not say hello, and a ticket nobody was given", async () => {
    expect(await new Page(world, "stranger").closed()).toBe(closeCodes.notAllowed);
    expect(await new Page(world, "client", remotePaths.control.replace(":callId", CALL.replace("1", "2"))).closed()).toBe(
      closeCodes.notAllowed,
    );
    expect(await new Page(world, "client", remotePaths.control.replace(":callId", "nonsense")).closed()).toBe(closeCodes.notAllowed);
    const rude = new Page(world, "client");
    await rude.opened();
    rude.say({ t: "beat", n: 1 });
    expect(await rude.closed()).toBe(closeCodes.badMessage);
    const { client } = await bothJoined(world);
    const socket = await client.openMedia("a".repeat(32));
    const [code] = await once(socket, "close");
    expect(code).toBe(closeCodes.notAllowed);
  });

  test("another site's page", async () => {
    const socket = new WebSocket(world.url + remotePaths.control.replace(":callId", CALL), {
      headers: { origin: "https://evil.example", cookie: "as=client" },
    });
    socket.on("error", () => {});
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
  });

  test.each([
    ["text that is no message", (page: Page) => page.control.send("{")],
    ["bytes that are no frame", (page: Page) => page.control.send(Buffer.from([9, 9, 9]))],
    ["pictures on the control channel", (page: Page) => page.control.send(frame("picture"))],
  ])("%s closes the socket and leaves the other end alone", async (_what, send) => {
    const { client, consultant } = await bothJoined(world);
    send(client);
    expect(await client.closed()).toBe(closeCodes.badMessage);
    await consultant.next("other-left");
    expect(consultant.closeCode).toBeNull();
  });

  test("more messages than a person can mean", async () => {
    const { client } = await bothJoined(world);
    for (let n = 0; n < 200; n += 1) client.say({ t: "beat", n });
    expect(await client.closed()).toBe(closeCodes.tooMuch);
  });
});

describe("chat", () => {
  test("is kept once, told to both, and shown again to whoever comes later", async () => {
    const { client, consultant } = await bothJoined(world);
    const line = { t: "chat", id: crypto.randomUUID(), text: " Здравствуйте " } as const;
    client.say(line);
    expect((await consultant.next("chat")).line).toMatchObject({ from: "client", text: "Здравствуйте" });
    await client.next("chat");
    client.say(line);
    await client.next("chat");
    expect(world.journal.filter((event) => event === "client chat")).toHaveLength(1);
    const again = new Page(world, "consultant");
    expect((await again.join()).chat.map(({ text }) => text)).toEqual(["Здравствуйте"]);
  });
});

describe("the check before a call", () => {
  test("says back what anybody says, a few short words and no more", async () => {
    const page = new WebSocket(world.url + remotePaths.check, { headers: { origin: world.url.replace("ws", "http") } });
    const heard: string[] = [];
    page.on("message", (data) => heard.push(bytesOf(data).toString("utf8")));
    await once(page, "open");
    page.send("0");
    await until("the echo", () => (heard.length === 1 ? true : null));
    expect(heard).toEqual(["0"]);
    const closed = once(page, "close");
    page.send("x".repeat(1000));
    await closed;
    expect(heard).toEqual(["0"]);
  });
});

describe("the end", () => {
  test("of the call closes both for good, and nobody comes in again", async () => {
    const { client, consultant } = await bothJoined(world);
    world.setCall({ state: "ended" });
    expect((await client.next("call")).call.state).toBe("ended");
    expect([await client.closed(), await consultant.closed()]).toEqual([closeCodes.callOver, closeCodes.callOver]);
    const late = new Page(world, "client");
    await late.opened();
    late.control.send(JSON.stringify({ t: "hello", media: noMedia }));
    expect(await late.closed()).toBe(closeCodes.callOver);
  });

  test("of the sign-in closes that person's sockets and nobody else's", async () => {
    const { client, consultant } = await bothJoined(world);
    const live = new Page(world, "consultant", remotePaths.live);
    await live.opened();
    await until("the page to be known", () => (world.openPages.size === 1 ? true : null));
    world.endSignIn();
    expect([await consultant.closed(), await live.closed()]).toEqual([closeCodes.signedOut, closeCodes.signedOut]);
    expect(client.closeCode).toBeNull();
    await until("the page to be gone", () => (world.openPages.size === 0 ? true : null));
  });

  test("of this copy's right to assert presence sends both ends elsewhere", async () => {
    const { client, consultant } = await bothJoined(world);
    world.fence();
    expect([await client.closed(), await consultant.closed()]).toEqual([1012, 1012]);
    const again = new Page(world, "client");
    await again.join();
  });

  test("red stop is written down and told", async () => {
    const { client, consultant } = await bothJoined(world);
    client.say({ t: "red-stop" });
    await consultant.next("other-red-stop");
    expect(world.journal).toContain("client stopped-in-red");
  });
});

describe("the live channel", () => {
  test("tells a signed-in person what concerns him, and strangers nothing", async () => {
    const live = new WebSocket(world.url + remotePaths.live, {
      headers: { origin: world.url.replace("ws", "http"), cookie: "as=consultant" },
    });
    await once(live, "open");
    await until("the page to be known", () => (world.openPages.size === 1 ? true : null));
    const person = "018f0000-0000-7000-8000-0000000000aa";
    world.publish(`person:${person}`, { t: "unheard-of" });
    world.publish(`person:${person}`, { t: "wallet-changed" });
    const [data] = await once(live, "message");
    expect(JSON.parse(String(data))).toEqual({ t: "wallet-changed" });
    expect(await new Page(world, "client", remotePaths.live).closed()).toBe(closeCodes.notAllowed);
  });
});
