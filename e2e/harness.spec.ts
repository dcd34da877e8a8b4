/** The instrument proves itself on a bare page, without the product: what it says it saw and heard was really there. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";
import { readMarker } from "./harness/marker.ts";
import { hears, hearsNothingOf, seesChanges } from "./harness/see.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH } from "./harness/stage.ts";
import { test } from "./harness/test.ts";

const PAGE = `<!doctype html><meta charset="utf-8"><title>Bare page</title><video autoplay playsinline style="width:900px"></video><button>Start</button>
<script>
  const peer = new RTCPeerConnection();
  const candidates = [];
  peer.onicecandidate = ({ candidate }) => candidate && candidates.push(candidate.toJSON());
  const heard = new MediaStream();
  peer.ontrack = ({ track }) => { heard.addTrack(track); document.querySelector("video").srcObject = heard; };
  const gathered = () => new Promise((done) => peer.iceGatheringState === "complete" ? done() : peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done()));
  const give = async () => { await peer.setLocalDescription(); await gathered(); return peer.localDescription.toJSON(); };
  const bring = async (screen) => {
    const streams = [await navigator.mediaDevices.getUserMedia({ audio: true })];
    if (screen) streams.push(await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 } }));
    for (const stream of streams) for (const track of stream.getTracks()) peer.addTrack(track, stream);
  };
</script>`;

async function servePage(): Promise<{ server: Server; address: string }> {
  const server = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end(PAGE));
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const bound: AddressInfo | string | null = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return { server, address: `http://localhost:${bound.port}/` };
}

async function connect(client: Page, consultant: Page): Promise<void> {
  const click = "document.querySelector('button').onclick";
  await client.evaluate(`void (window.brought = new Promise((done) => ${click} = () => done(bring(true))))`);
  await consultant.evaluate(`void (window.brought = new Promise((done) => ${click} = () => done(bring(false))))`);
  await client.getByRole("button").click();
  await consultant.getByRole("button").click();
  await Promise.all([client.evaluate("window.brought"), consultant.evaluate("window.brought")]);
  const offer: unknown = await client.evaluate("give()");
  const answer: unknown = await consultant.evaluate(`peer.setRemoteDescription(${JSON.stringify(offer)}).then(give)`);
  await client.evaluate(`peer.setRemoteDescription(${JSON.stringify(answer)})`);
}

test("a number on one screen and a tone from one microphone are seen and heard at the other desk, and only when shared", async ({
  stage,
  sit,
}) => {
  const { server, address } = await servePage();
  const [client, consultant] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  try {
    await Promise.all([client.page.goto(address), consultant.page.goto(address)]);
    stage.marker.show(201);
    await expect.poll(async () => readMarker(await stage.client.screen.pixels())).toBe(201);
    expect(readMarker(await stage.consultant.screen.pixels()), "nothing is shared yet").toBeNull();
    await hearsNothingOf(stage.consultant, CLIENT_PITCH);

    await connect(client.page, consultant.page);
    await seesChanges(stage, [7, 130, 255, 64, 19]);
    await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
    await hearsNothingOf(stage.client, CLIENT_PITCH);
  } finally {
    server.close();
  }
});
