/** A call of the lab: two people with real browsers, each behind his gateway; what is seen of it by pixels and heard of it by ear. */
import { writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Page } from "@playwright/test";
import { CHROMIUM, type Browser, type BrowserWishes } from "../../e2e/harness/browser.ts";
import { answer, button, control, invite, join, signIn } from "../../e2e/harness/journey.ts";
import { readMarker } from "../../e2e/harness/marker.ts";
import { until } from "../../e2e/harness/process.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH, type Desk, type Stage } from "../../e2e/harness/stage.ts";
import { soundsIn } from "../../e2e/harness/tone.ts";
import type { Condition } from "./conditions.ts";
import { PROXY_ADDRESS } from "./lay.ts";
import type { LabProduct } from "./product.ts";
import { ADDRESS, SERVER_NAME, type Role, type Spaces } from "./spaces.ts";
import type { Watch } from "./watch.ts";

export interface Lab {
  readonly spaces: Spaces;
  readonly stage: Stage;
  readonly product: LabProduct;
  /** For files of the lab's own. */
  readonly folder: string;
}

export interface Call {
  readonly id: string;
  readonly client: Page;
  readonly consultant: Page;
  /** Both go, as a power cut would have it. */
  leave(): Promise<void>;
}

const CONSULTANT = "anna@minuta.example";
/** A busy machine takes its time; what is measured is not the clicks. */
const ACTION_PATIENCE_MS = 90_000;
const PICTURE_WITHIN_MS = 45_000;
const FURTHER_NUMBERS = 5;
const LISTENING_SECONDS = 1.5;
const HEARD_WITHIN_MS = 30_000;

/** Which way media go, as that page says. */
export const pathOf = async (page: Page): Promise<string> => (await page.locator("[data-path]").getAttribute("data-path")) ?? "none";

/** Both open their browsers and come into one call, microphones on, nothing shown yet. */
export async function meet(lab: Lab, condition: Condition): Promise<Call> {
  const { client: left, consultant: right } = lab.stage;
  const opened = await Promise.allSettled([
    left.openBrowser({ ...(await networkOf(lab, "client")), ...proxyOf(condition) }),
    right.openBrowser(await networkOf(lab, "consultant")),
  ]);
  const browsers = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const close = async (): Promise<void> => void (await Promise.all(browsers.map((browser) => browser.close())));
  try {
    const [client, consultant] = browsers;
    if (client === undefined || consultant === undefined) throw new Error(`no two browsers: ${JSON.stringify(opened)}`);
    return await comeTogether(lab, { condition, client, consultant, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Opened {
  readonly condition: Condition;
  readonly client: Browser;
  readonly consultant: Browser;
  close(): Promise<void>;
}

async function comeTogether(
  lab: Lab,
  { condition, client: { page: client }, consultant: { page: consultant }, close }: Opened,
): Promise<Call> {
  for (const page of [client, consultant]) {
    page.setDefaultTimeout(ACTION_PATIENCE_MS);
    await page.addInitScript({ content: KEEP_CONNECTIONS });
  }
  await comeToWork(consultant, lab.product, `https://${SERVER_NAME}`);
  const link = new URL(await invite(consultant, { task: "Закрыть месяц" }));
  if (condition.noNames === true) link.hostname = ADDRESS.server;
  await client.goto(link.href);
  const id = await join(client, "Пётр");
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  return { id, client, consultant, leave: close };
}

/** Puts a page's WebRTC connections where the lab finds them: the product does not say by whose TURN they go. */
const KEEP_CONNECTIONS = `globalThis.labConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      labConnections.push(this);
    }
  };`;

/** Both ends of the pair of candidates that each connection which stands has chosen. */
const CHOSEN = `Promise.all(labConnections.filter(({ connectionState }) => connectionState === "connected").map(async (connection) => {
  const reports = new Map(await connection.getStats());
  const transport = [...reports.values()].find(({ type }) => type === "transport");
  const pair = reports.get(transport?.selectedCandidatePairId);
  const [own, other] = [reports.get(pair?.localCandidateId), reports.get(pair?.remoteCandidateId)];
  return { type: own?.candidateType, own: own?.address, other: other?.address };
}))`;

/** Refuses (throws) unless the media of both go by a relay of this address, to a relay of this address. */
export async function goesBy({ client, consultant }: Call, relay: string): Promise<void> {
  for (const page of [client, consultant]) {
    const chosen: unknown = await page.evaluate(CHOSEN);
    if (!isDeepStrictEqual(chosen, [{ type: "relay", own: relay, other: relay }]))
      throw new Error(`control: the call does not go by ${relay}: ${JSON.stringify(chosen)}`);
  }
}

/** A browser that runs in the namespace of this role, and trusts the lab's authorities. */
async function networkOf({ spaces, product, folder }: Lab, role: Role): Promise<Partial<BrowserWishes>> {
  const program = joinPath(folder, `browser-of-${role}`);
  await writeFile(program, `#!/bin/sh\nexec ${spaces.entrance(role).join(" ")} ${CHROMIUM} "$@"\n`, { mode: 0o755 });
  const trusted = [product.certificate.trust, product.proxyCertificate.trust].join(",");
  return { program, flags: [`--ignore-certificate-errors-spki-list=${trusted}`] };
}

function proxyOf({ proxy }: Condition): Partial<BrowserWishes> {
  if (proxy === undefined) return {};
  const [username, password] = proxy.password?.split(":") ?? [];
  const known = username === undefined || password === undefined ? {} : { username, password };
  return { proxy: { server: `http://${PROXY_ADDRESS}`, ...known } };
}

const signedIn = new WeakMap<LabProduct, Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>>();

/** A consultant signs in once; his other browsers go on with it, for sign-ins are limited. */
async function comeToWork(page: Page, product: LabProduct, address: string): Promise<void> {
  const cookies = signedIn.get(product);
  if (cookies === undefined) {
    await signIn(page, { address }, product.credentials(CONSULTANT));
    signedIn.set(product, await page.context().cookies());
    return;
  }
  await page.context().addCookies(cookies);
  await page.goto(`${address}/cabinet/work`);
}

/** Before it is shared nothing is seen (that control must fail); then from the click that agrees to the first number on the other screen. */
export async function firstPicture(stage: Stage, call: Call, watching: Watch): Promise<{ ms: number; path: string }> {
  const { client } = call;
  if (readMarker(await stage.consultant.screen.pixels()) !== null) throw new Error("control: a picture was seen before it was shared");
  await control(client, "share").click();
  const agree = button(client.getByRole("dialog"), "consent.agree");
  await agree.waitFor();
  const began = performance.now();
  await agree.click();
  const seenAt = await until("the first number on the consultant's screen", () => watching.seenAt[0], PICTURE_WITHIN_MS);
  const path = await pathOf(client);
  await until("further numbers", () => watching.seenAt[FURTHER_NUMBERS], PICTURE_WITHIN_MS);
  return { ms: Math.round(seenAt - began), path };
}

/** Each hears the other's pitch, and not his own. */
export async function soundBothWays({ client, consultant }: Stage): Promise<void> {
  const hears = async (desk: Desk, pitch: number, own: number): Promise<void> => {
    await until(
      `a tone of ${pitch} Hz`,
      async () => {
        const sound = await desk.ear.listen(LISTENING_SECONDS);
        if (soundsIn(sound, own)) throw new Error(`control: ${own} Hz came back to who sounded it`);
        return soundsIn(sound, pitch) ? true : null;
      },
      HEARD_WITHIN_MS,
    );
  };
  await Promise.all([hears(consultant, CLIENT_PITCH, CONSULTANT_PITCH), hears(client, CONSULTANT_PITCH, CLIENT_PITCH)]);
}
