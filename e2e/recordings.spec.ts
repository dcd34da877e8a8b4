/** Recordings as people make and watch them: both agree, both record, nothing hidden is in it, nothing is lost that a crash could spare. */
import { recordingsApi, type KeptRecordings } from "@minuta/contracts/recordings";
import { callId as callIdSchema } from "@minuta/contracts/ids";
import { journalApi } from "@minuta/contracts/journal";
import { expect, type Page } from "@playwright/test";
import { signedIn, type Caller } from "./harness/api.ts";
import type { Browser } from "./harness/browser.ts";
import { answer, answerRecording, button, control, end, invite, join, phaseIs, shareScreen, signIn } from "./harness/journey.ts";
import type { Product } from "./harness/product.ts";
import { seesChanges } from "./harness/see.ts";
import type { Stage } from "./harness/stage.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

const badgeSays = async (page: Page, now: string): Promise<void> =>
  await expect(page.getByTestId("recording")).toHaveAttribute("data-recording", now, { timeout: 45_000 });

interface Met {
  readonly client: Page;
  readonly consultant: Page;
  readonly callId: string;
  readonly books: Caller;
}

/** A client and a consultant in a call, the client's screen shown, both heard. */
async function meet(product: Product, { left, right, email }: { left: Browser; right: Browser; email: string }): Promise<Met> {
  const [client, consultant] = [left.page, right.page];
  const person = await product.demo(email);
  await signIn(consultant, product, person);
  await client.goto(await invite(consultant, { task: "Записать, как проводится документ" }));
  const callId = await join(client, "Ольга Николаевна");
  await answer(consultant);
  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
  return { client, consultant, callId, books: await signedIn(product, person) };
}

const keptOf = async ({ books, callId }: Met): Promise<KeptRecordings> =>
  (await books.ask(recordingsApi.kept, { params: { callId: callIdSchema.parse(callId) } })).kept;

const eventsOf = async ({ books, callId }: Met): Promise<string[]> =>
  (await books.ask(journalApi.events, { params: { callId: callIdSchema.parse(callId) } })).events.map(({ kind }) => kind);

/** Waits until everything that was recorded on this side has come and was found whole. */
async function allKept(met: Met, side: "client" | "consultant"): Promise<KeptRecordings["client"]> {
  await expect
    .poll(async () => (await keptOf(met))[side].segments.map(({ state }) => state), { timeout: 90_000, message: `the ${side}'s segments` })
    .toEqual(expect.arrayContaining(["kept"]));
  await expect.poll(async () => (await keptOf(met))[side].segments.every(({ state }) => state === "kept"), { timeout: 60_000 }).toBe(true);
  return (await keptOf(met))[side];
}

/** Long enough to be in a film of eight pictures a second, and to be found from second to second. */
const LOOK_MS = 4_000;

async function shows(stage: Stage, page: Page, number: number): Promise<void> {
  await seesChanges(stage, [number]);
  await page.waitForTimeout(LOOK_MS);
}

test("both ends record once both agreed, and everything recorded is kept by the server, whatever was hidden or paused meanwhile", async ({
  stage,
  product,
  sit,
}, info) => {
  test.setTimeout(300_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { left, right, email: "anna@minuta.example" });
  const { client, consultant } = met;
  await Promise.all([badgeSays(client, "unasked"), badgeSays(consultant, "unasked")]);
  await shows(stage, client, 13);
  await answerRecording(client, "agree");
  await badgeSays(client, "waiting");
  expect((await keptOf(met)).client.segments).toEqual([]);
  await answerRecording(consultant, "agree");
  await Promise.all([badgeSays(client, "recording"), badgeSays(consultant, "recording")]);
  await consultant.screenshot({ path: info.outputPath("recording.png") });

  await shows(stage, client, 42);
  await control(client, "blank").click();
  await expect(consultant.getByText(ru("stage.clientBlanked.title"))).toBeVisible();
  stage.marker.show(99);
  await client.waitForTimeout(LOOK_MS);
  stage.marker.show(43);
  await client.waitForTimeout(1000);
  await control(client, "unblank").first().click();
  await shows(stage, client, 77);
  await control(consultant, "pause").click();
  await Promise.all([badgeSays(client, "paused"), badgeSays(consultant, "paused")]);
  stage.marker.show(111);
  await client.waitForTimeout(LOOK_MS);
  stage.marker.show(78);
  await client.waitForTimeout(1000);
  await control(consultant, "resume").click();
  await Promise.all([badgeSays(client, "recording"), badgeSays(consultant, "recording")]);
  // A screen that somebody else's pause hid waits for its owner.
  await control(client, "unblank").first().click();
  await shows(stage, client, 200);
  await end(consultant);
  await client.waitForURL("**/after");
  for (const side of ["client", "consultant"] as const) await allKept(met, side);
  await expect(client.getByTestId("pending-uploads")).toBeHidden({ timeout: 30_000 });
  // The end of a call ends its recordings: whether a page still says so depends on how quickly it leaves.
  const kinds = await eventsOf(met);
  expect(kinds.filter((kind) => kind === "recording-agreed")).toHaveLength(2);
  expect(kinds.filter((kind) => kind === "recording-started").length).toBeGreaterThanOrEqual(2);
});

test("refusing is an answer: nothing is recorded, both know it, and the red stop takes a consent back", async ({ stage, product, sit }) => {
  test.setTimeout(180_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { left, right, email: "igor@minuta.example" });
  const { client, consultant } = met;
  await answerRecording(consultant, "agree");
  await answerRecording(client, "refuse");
  await Promise.all([badgeSays(client, "refusedHere"), badgeSays(consultant, "refusedThere")]);
  await client.getByTestId("recording").click();
  await button(client.getByRole("dialog"), "recording.agree").click();
  await Promise.all([badgeSays(client, "recording"), badgeSays(consultant, "recording")]);
  await client.keyboard.press("Escape");
  await client
    .getByRole("button", { name: ru("controls.stop") })
    .last()
    .click();
  await Promise.all([badgeSays(client, "refusedHere"), badgeSays(consultant, "refusedThere")]);
  await end(consultant);
});
