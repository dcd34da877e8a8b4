/** The ways of showing a screen that are compared: each opened on the same two X screens, from the same two networks. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { startBrowser, type Browser } from "../../e2e/harness/browser.ts";
import { inCall, invite, join, phaseIs, shareScreen, signIn } from "../../e2e/harness/journey.ts";
import { readMarker } from "../../e2e/harness/marker.ts";
import { start, until, type Running } from "../../e2e/harness/process.ts";
import type { Product } from "../../e2e/harness/product.ts";
import { SCREEN_HEIGHT, SCREEN_WIDTH, type Screen } from "../../e2e/harness/screen.ts";
import { CLIENT_ADDRESS, SERVER_ADDRESS, type Network, type Seat } from "./network.ts";

export interface Ground {
  readonly network: Network;
  /** Heard on every address of this machine. */
  readonly product: Product;
  readonly screens: Readonly<Record<Seat, Screen>>;
}

export interface Opened {
  /** From asking for the page that shows the picture until the marker could be read on the screen. */
  readonly firstPictureMs: number;
  close(): Promise<void>;
}

export type Path = (ground: Ground) => Promise<Opened>;

const FIRST_PICTURE_PATIENCE_MS = 60_000;
const PLACE = { x: 0, y: 0, width: SCREEN_WIDTH, height: SCREEN_HEIGHT };

async function browse({ network, screens }: Ground, seat: Seat): Promise<Browser> {
  return await startBrowser({
    screen: screens[seat],
    place: PLACE,
    microphone: "none",
    picksScreen: true,
    program: network.chromium(seat),
    flags: [
      "--kiosk",
      // The product's cookies and the sharing of screens want a secure origin, which a name of this machine is.
      `--host-resolver-rules=MAP localhost ${SERVER_ADDRESS}`,
      "--disable-features=WebRtcHideLocalIpsWithMdns",
    ],
  });
}

/** Goes to the page that shows the picture and waits for the marker, wherever on the screen it is. */
async function firstPicture({ screens: { consultant } }: Ground, show: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const shown = show();
  const ms = await until(
    "the first picture",
    async () => (readMarker(await consultant.pixels()) === null ? null : performance.now() - began),
    FIRST_PICTURE_PATIENCE_MS,
  );
  await shown;
  return ms;
}

/** Lays the picture over the whole page, pixel for pixel, so that every path is looked at in the same way. */
async function layOut(page: Page, selector: string): Promise<void> {
  await page.evaluate((picked) => {
    const shown = [...document.querySelectorAll<HTMLElement>(picked)].find((one) => getComputedStyle(one).visibility === "visible");
    for (let at: HTMLElement | null = shown ?? null; at !== null && at !== document.body; at = at.parentElement) {
      const lay = { position: "fixed", inset: "0", width: "1280px", height: "720px", margin: "0", padding: "0" };
      Object.assign(at.style, lay, { maxWidth: "none", borderRadius: "0", border: "0", zIndex: "9999" });
    }
  }, selector);
}

const emptied = async (screen: Screen): Promise<void> =>
  void (await until("an empty screen", async () => (readMarker(await screen.pixels()) === null ? true : null)));

/** The product; `path`: kept to that one, or as people have it. */
export function ours(path: "websocket" | "webrtc-direct"): Path {
  return async (ground) => {
    const { product, screens } = ground;
    const [client, consultant] = await Promise.all([browse(ground, "client"), browse(ground, "consultant")]);
    const close = async (): Promise<void> => void (await Promise.all([client.close(), consultant.close()]));
    try {
      await signIn(consultant.page, product, await product.demo("anna@minuta.example"));
      const link = await invite(consultant.page, { task: "lab" });
      await client.page.goto(link);
      const callId = await join(client.page, "Lab");
      const search = path === "websocket" ? "?path=websocket" : "";
      const address = `${product.address}/call/${callId}${search}`;
      await client.page.goto(address);
      await shareScreen(client.page);
      await emptied(screens.consultant);
      const firstPictureMs = await firstPicture(ground, async () => await consultant.page.goto(address));
      await inCall(consultant.page);
      await phaseIs(consultant.page, "live");
      await consultant.page.locator(`[data-path=${path}]`).waitFor({ state: "attached", timeout: 20_000 });
      await sleep(2500);
      await layOut(consultant.page, "main canvas, main video");
      return { firstPictureMs, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
}

const BARE_PAGE = `<!doctype html><title>bare</title><body style="margin:0"><script>
const pc = new RTCPeerConnection();
const gathered = () => new Promise((done) => pc.iceGatheringState === "complete" ? done() :
  pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done()));
async function share() {
  const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 } })).getVideoTracks();
  track.contentHint = "detail";
  window.track = track;
}
async function offer() {
  pc.addTransceiver(track, { direction: "sendonly", sendEncodings: [{ maxBitrate: 6_000_000 }] });
  await pc.setLocalDescription();
  await gathered();
  return pc.localDescription.sdp;
}
async function answer(sdp) {
  const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  video.style.cssText = "display:block;width:1280px;height:720px";
  document.body.append(video);
  pc.ontrack = ({ track }) => (video.srcObject = new MediaStream([track]));
  await pc.setRemoteDescription({ type: "offer", sdp });
  await pc.setLocalDescription();
  await gathered();
  return pc.localDescription.sdp;
}
const accept = (sdp) => pc.setRemoteDescription({ type: "answer", sdp });
</script>`;

/** What a few lines of WebRTC give: Chromium's own choice of codec, `detail` for the screen, both ends in reach of each other. */
export const bareWebrtc: Path = async (ground) => {
  const pages = createServer((_, reply) => reply.setHeader("content-type", "text/html").end(BARE_PAGE));
  pages.listen(0, SERVER_ADDRESS);
  await once(pages, "listening");
  const address = `http://localhost:${(pages.address() as AddressInfo).port}/`;
  const [client, consultant] = await Promise.all([browse(ground, "client"), browse(ground, "consultant")]);
  const close = async (): Promise<void> => {
    await Promise.all([client.close(), consultant.close()]);
    pages.close();
  };
  try {
    await client.page.goto(address);
    await client.page.evaluate("share()");
    await emptied(ground.screens.consultant);
    const firstPictureMs = await firstPicture(ground, async () => {
      const offer: string = await client.page.evaluate("offer()");
      await consultant.page.goto(address);
      const answer: string = await consultant.page.evaluate(`answer(${JSON.stringify(offer)})`);
      await client.page.evaluate(`accept(${JSON.stringify(answer)})`);
    });
    await sleep(2500);
    return { firstPictureMs, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Debian's noVNC in front of x11vnc, at the client's desk; `tuned`: x11vnc in a hurry. */
export function novnc(tuned: boolean): Path {
  return async (ground) => {
    const { network, screens } = ground;
    const hurry = tuned ? ["-wait", "5", "-defer", "5", "-nowait_bog", "-nap"] : [];
    const programs: Running[] = [];
    const launch = async (command: string, args: readonly string[], says: string): Promise<void> => {
      const [program, all] = network.inSeat("client", command, args);
      const running = start(program, all, { env: screens.client.env });
      programs.push(running);
      await until(command, () => {
        if (running.child.exitCode !== null) throw new Error(`${command} ended: ${running.output()}`);
        return running.output().includes(says) ? true : null;
      });
    };
    // No names are known in the lab's networks; x11vnc would ask for them in vain.
    const vnc = [
      "-nolookup",
      "-display",
      screens.client.display,
      "-forever",
      "-nopw",
      "-shared",
      "-rfbport",
      "5900",
      "-localhost",
      ...hurry,
    ];
    await launch("x11vnc", vnc, "PORT=5900");
    await launch("websockify", ["--web", "/usr/share/novnc", `${CLIENT_ADDRESS}:6080`, "localhost:5900"], "proxying from");
    const consultant = await browse(ground, "consultant");
    const close = async (): Promise<void> => {
      await consultant.close();
      for (const program of programs.toReversed()) await program.stop();
    };
    try {
      await emptied(screens.consultant);
      const address = `http://${CLIENT_ADDRESS}:6080/vnc.html?autoconnect=true&resize=off`;
      const firstPictureMs = await firstPicture(ground, async () => await consultant.page.goto(address));
      await sleep(2500);
      await layOut(consultant.page, "canvas");
      return { firstPictureMs, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
}
