/** The ways a call goes when a network lets only some of them through: each is proven by the picture on the other screen and the voices heard. */
import { writeFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { signedIn, signInCookie } from "./harness/api.ts";
import { startFirefox } from "./harness/firefox.ts";
import { answer, control, end, invite, join, keepTo, phaseIs, shareScreen, signIn } from "./harness/journey.ts";
import type { Product } from "./harness/product.ts";
import { startProxy } from "./harness/proxy.ts";
import { hears, seesChanges } from "./harness/see.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH, type Stage } from "./harness/stage.ts";
import { test } from "./harness/test.ts";

interface Both {
  readonly client: Page;
  readonly consultant: Page;
}

/** Invited, joined, answered; the client comes to this address. */
async function meet({ client, consultant }: Both, product: Product, address: string): Promise<void> {
  await signIn(consultant, product, await product.demo("igor@minuta.example"));
  const link = new URL(await invite(consultant, { task: "Не печатается накладная" }));
  await client.goto(link.href.replace(link.origin, address));
  await join(client, "Ольга Николаевна");
  await answer(consultant);
}

/** The screen is shown, both speak, all of it arrives, and the minutes run. */
async function talk(stage: Stage, { client, consultant }: Both): Promise<void> {
  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await seesChanges(stage, [77, 200, 5]);
  await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
}

const goesBy = async (page: Page, way: string): Promise<void> => {
  await expect(page.locator("[data-path]")).toHaveAttribute("data-path", way, { timeout: 60_000 });
};

/** A dead connection is found by its silence within seconds; a busy machine takes its time. */
const FOUND_WITHIN_MS = 30_000;

test("a connection that dies without a word is replaced: picture, voices and clock come back by themselves", async ({
  stage,
  product,
  sit,
}) => {
  test.setTimeout(300_000);
  const proxy = await startProxy(product.address, { refusesSockets: false, holdsBack: false });
  try {
    const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
    const both = { client: left.page, consultant: right.page };
    await meet(both, product, proxy.address);
    await Promise.all([keepTo(both.client, "websocket"), keepTo(both.consultant, "websocket")]);
    await talk(stage, both);
    const shown = both.client.getByTestId("safety-number");
    const before = await shown.innerText();
    proxy.forget();
    // Another connection has other keys.
    await expect(shown).toHaveText(new RegExp(String.raw`^(?!${before})\d{3}\s\d{3}$`), { timeout: FOUND_WITHIN_MS });
    await seesChanges(stage, [42, 111]);
    await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
    await Promise.all([phaseIs(both.client, "live"), phaseIs(both.consultant, "live")]);
    await expect(both.consultant.getByTestId("safety-number")).toHaveText(await shown.innerText());
    await end(both.consultant);
  } finally {
    await proxy.close();
  }
});

test("where nothing but the page's own port is reachable, WebRTC goes by TURN on that port", async ({ stage, product, sit }) => {
  test.setTimeout(420_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const both = { client: left.page, consultant: right.page };
  await meet(both, product, product.address);
  await Promise.all([keepTo(both.client, "turn"), keepTo(both.consultant, "turn")]);
  await talk(stage, both);
  for (const page of [both.client, both.consultant]) await goesBy(page, "webrtc-relay");
  await end(both.consultant);
});

test("a browser that lends no frames of its screen shows it straight all the same, by a picture of WebRTC's own", async ({
  stage,
  product,
  sit,
}) => {
  test.setTimeout(300_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const both = { client: left.page, consultant: right.page };
  await both.client.addInitScript(() => void Reflect.deleteProperty(globalThis, "MediaStreamTrackProcessor"));
  await meet(both, product, product.address);
  await talk(stage, both);
  for (const page of [both.client, both.consultant]) await goesBy(page, "webrtc-direct");
  await seesChanges(stage, [42, 111]);
  await end(both.consultant);
});

test("a consultant with Firefox sees what the client's Chromium shows, from the first moment and straight", async ({
  stage,
  product,
  sit,
  visitor,
}, info) => {
  test.setTimeout(300_000);
  const { page: client } = await sit(stage.client);
  const books = await (await visitor()).newPage();
  const person = await product.demo("igor@minuta.example");
  await signIn(books, product, person);
  await client.goto(await invite(books, { task: "Не печатается накладная" }));
  const callId = await join(client, "Ольга Николаевна");
  const firefox = await startFirefox(stage.consultant.screen);
  try {
    const caller = await signedIn(product, person);
    await firefox.page.browserContext().setCookie(signInCookie(product, (await caller.signIn()) ?? ""));
    await firefox.page.goto(`${product.address}/call/${callId}`);
    await shareScreen(client);
    await seesChanges(stage, [77, 200]);
    await firefox.page.waitForSelector("[data-path^=webrtc]");
    await seesChanges(stage, [5, 130, 42]);
    await phaseIs(client, "live");
    const shown = await firefox.page.$$eval("main canvas, main video", (all) =>
      all.filter((one) => getComputedStyle(one).visibility === "visible").map(({ tagName }) => tagName),
    );
    expect(shown, "the client's own pictures, decoded by the page, and not WebRTC's").toEqual(["CANVAS"]);
    await writeFile(info.outputPath("firefox.png"), await firefox.page.screenshot());
    await end(client);
  } finally {
    await firefox.close();
  }
});

const proxies = [
  { what: "refuses WebSockets", holdsBack: false, way: "http-stream" },
  { what: "refuses WebSockets and holds answers back whole", holdsBack: true, way: "http-poll" },
];

for (const { what, holdsBack, way } of proxies) {
  test(`the client's proxy ${what}: the call goes on over HTTP, and by a WebSocket when it relents`, async ({ stage, product, sit }) => {
    test.setTimeout(420_000);
    const proxy = await startProxy(product.address, { refusesSockets: true, holdsBack });
    try {
      const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
      const both = { client: left.page, consultant: right.page };
      await meet(both, product, proxy.address);
      await Promise.all([keepTo(both.client, "websocket"), keepTo(both.consultant, "websocket")]);
      await goesBy(both.client, way);
      await talk(stage, both);
      await goesBy(both.client, way);
      await goesBy(both.consultant, "websocket");
      proxy.relent();
      await goesBy(both.client, "websocket");
      await seesChanges(stage, [42, 111]);
      await end(both.consultant);
    } finally {
      await proxy.close();
    }
  });
}
