import { otherSide, type Side } from "@minuta/contracts/ids";
import { expect, test } from "vitest";
import type { EndMessage } from "@minuta/contracts/wire";
import { makeKey, type OwnKey } from "../keys.ts";
import { KeyMeeting, type Met } from "./meeting.ts";

const meeting = { callId: "018f0000-0000-7000-8000-000000000001", pairing: 7 } as const;
const prints: Record<Side, string> = { client: "certificate-of-the-client", consultant: "certificate-of-the-consultant" };

type KeyMessage = Extract<EndMessage, { t: "key-commit" | "key-reveal" }>;

interface End {
  readonly keys: KeyMeeting;
  readonly met: Promise<Met>;
}

/** An end as its page makes it; what it says goes to `server`. */
function end(side: Side, server: (message: KeyMessage) => void): End {
  let tell: (met: Met) => void = () => {};
  const met = new Promise<Met>((resolve) => (tell = resolve));
  const keys = new KeyMeeting({ ...meeting, side }, Promise.resolve(prints[side]), { tell: server, met: tell });
  return { keys, met };
}

/** Both ends through a server that passes on what `change` makes of each message. */
async function meet(change: (from: Side, message: KeyMessage) => KeyMessage): Promise<Record<Side, Met>> {
  const ends: Partial<Record<Side, End>> = {};
  const pass = (from: Side) => (message: KeyMessage) => void ends[otherSide(from)]?.keys.hear(change(from, message));
  const client = (ends.client = end("client", pass("client")));
  const consultant = (ends.consultant = end("consultant", pass("consultant")));
  return { client: await client.met, consultant: await consultant.met };
}

const commitOf = ({ commit }: OwnKey): KeyMessage => ({ t: "key-commit", pairing: 7, commit });
const revealOf = ({ publicKey, nonce, fingerprint }: OwnKey): KeyMessage => ({
  t: "key-reveal",
  pairing: 7,
  publicKey,
  nonce,
  fingerprint,
});

test("both screens show the same six digits when the server passes on what it was given", async () => {
  const { client, consultant } = await meet((_, message) => message);
  expect(client.safetyNumber).toMatch(/^\d{6}$/);
  expect(consultant.safetyNumber).toBe(client.safetyNumber);
  expect([client.otherFingerprint, consultant.otherFingerprint]).toEqual([prints.consultant, prints.client]);
});

test("every meeting shows another number", async () => {
  const met = await Promise.all(Array.from({ length: 8 }, async () => (await meet((_, message) => message)).client.safetyNumber));
  expect(new Set(met).size).toBeGreaterThan(6);
});

test("a server that puts its own keys between the two makes the screens differ", async () => {
  let same = 0;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const wrong = {
      client: await makeKey({ ...meeting, side: "client" }, prints.client),
      consultant: await makeKey({ ...meeting, side: "consultant" }, prints.consultant),
    };
    const { client, consultant } = await meet((from, { t }) => (t === "key-commit" ? commitOf(wrong[from]) : revealOf(wrong[from])));
    if (client.safetyNumber === consultant.safetyNumber) same += 1;
  }
  expect(same).toBe(0);
});

test("a server that puts its own WebRTC certificate into the exchange gets no keys with an honest end's commitment", async () => {
  const forged = await Promise.race([
    meet((_, message) => (message.t === "key-reveal" ? { ...message, fingerprint: "certificate-of-the-server" } : message)),
    new Promise<null>((resolve) => setTimeout(() => resolve(null), 300)),
  ]);
  expect(forged).toBeNull();
});
