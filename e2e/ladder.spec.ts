/** The ways a call goes when a network lets only some of them through: each is proven by the picture on the other screen and the voices heard. */
import { expect, type Page } from "@playwright/test";
import { answer, control, invite, join, keepTo, phaseIs, shareScreen, signIn } from "./harness/journey.ts";
import type { Product } from "./harness/product.ts";
import { hears, seesChanges } from "./harness/see.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH, type Stage } from "./harness/stage.ts";
import { test } from "./harness/test.ts";

interface Both {
  readonly client: Page;
  readonly consultant: Page;
}

/** Invited, joined, answered. */
async function meet({ client, consultant }: Both, product: Product): Promise<void> {
  await signIn(consultant, product, await product.demo("igor@minuta.example"));
  await client.goto(await invite(consultant, { task: "Не печатается накладная" }));
  await join(client, "Ольга Николаевна");
  await answer(consultant);
}

/** The screen is shown, both speak; all of it arrives, by this way, and the minutes run. */
async function talksBy(way: string, stage: Stage, { client, consultant }: Both): Promise<void> {
  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await seesChanges(stage, [77, 200, 5]);
  await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
  for (const page of [client, consultant]) await expect(page.locator("[data-path]")).toHaveAttribute("data-path", way);
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
}

test("where nothing but the page's own port is reachable, WebRTC goes by TURN on that port", async ({ stage, product, sit }) => {
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const both = { client: left.page, consultant: right.page };
  await meet(both, product);
  await Promise.all([keepTo(both.client, "turn"), keepTo(both.consultant, "turn")]);
  await talksBy("webrtc-relay", stage, both);
});
