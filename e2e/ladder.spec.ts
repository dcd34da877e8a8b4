/** The ways a call goes when a network lets only some of them through: each is proven by the picture on the other screen and the voices heard. */
import { expect, type Page } from "@playwright/test";
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
