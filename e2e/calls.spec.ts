/** The carrier call, the product's main job: a client's real screen on a consultant's real screen, voice both ways, minutes paid to the kopeck. */
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { callId as callIdSchema } from "@minuta/contracts/ids";
import { journalApi, type Protocol } from "@minuta/contracts/journal";
import type { Wallet } from "@minuta/contracts/ledger";
import { costOfTalk } from "@minuta/contracts/tariff";
import { signedIn, type Caller } from "./harness/api.ts";
import {
  answer,
  answerRecording,
  control,
  end,
  inCall,
  invite,
  join,
  keepTo,
  phaseIs,
  readCode,
  reads,
  say,
  secondsShown,
  shareScreen,
  signIn,
  talkUntil,
  typeCode,
  type Path,
} from "./harness/journey.ts";
import { readMarker } from "./harness/marker.ts";
import { run } from "./harness/process.ts";
import { hears, seesChanges } from "./harness/see.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH, type Stage } from "./harness/stage.ts";
import { CARRIER_TERMS } from "./harness/tariff.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

interface Journey {
  readonly path: Path;
  readonly email: string;
  /** How the client comes in. */
  comeIn(client: Page, consultant: Page, link: string): Promise<void>;
  /** What the call's page says of the way media go. */
  readonly ways: RegExp;
  /** Talk goes on until the call's clock shows so many seconds. */
  readonly talkSeconds: number;
  /** Rubles, as the pages print them. */
  readonly printed: RegExp;
}

const journeys: readonly Journey[] = [
  {
    path: "websocket",
    email: "anna@minuta.example",
    comeIn: async (client, consultant, link) => await typeCode(client, new URL(link).origin, await readCode(consultant)),
    ways: /^websocket$/,
    talkSeconds: 61,
    printed: /2,00\s*₽/,
  },
  {
    path: "webrtc",
    email: "igor@minuta.example",
    comeIn: async (client, _, link) => void (await client.goto(link)),
    ways: /^webrtc-/,
    talkSeconds: 8,
    printed: /1,00\s*₽/,
  },
];

/** Nobody stands between the two: their screens show one number. */
async function numbersAgree(client: Page, consultant: Page): Promise<void> {
  const shown = client.getByTestId("safety-number");
  await expect(shown).toHaveText(/^\d{3} \d{3}$/);
  await expect(consultant.getByTestId("safety-number")).toHaveText((await shown.textContent()) ?? "");
}

/** Everything that may be asked of the picture and the voices once they flow. */
async function seeAndHear(stage: Stage, values: readonly number[]): Promise<void> {
  await seesChanges(stage, values);
  await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
}

/** The consultant points at a place of the client's picture; the client sees the pointer there. */
async function pointerIsSeen(consultant: Page, client: Page): Promise<void> {
  const picture = consultant.getByRole("application");
  const box = await picture.boundingBox();
  if (box === null) throw new Error("no picture to point at");
  await consultant.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.75);
  const pointer = client.getByTestId("pointer");
  await expect(pointer).toBeVisible();
  const shown = await client.getByRole("img", { name: ru("stage.ownScreen") }).boundingBox();
  await expect
    .poll(async () => {
      const place = await pointer.boundingBox();
      return place === null || shown === null ? null : Math.round(((place.x - shown.x) / shown.width) * 10);
    })
    .toBeCloseTo(2, 0);
  await consultant.mouse.move(5, 5);
  await expect(pointer).toBeHidden();
}

async function chatGoesBothWays(consultant: Page, client: Page): Promise<void> {
  await say(client, "Вот здесь не проводится документ");
  await reads(consultant, "Вот здесь не проводится документ");
  await say(consultant, "Вижу, откройте журнал операций");
  await reads(client, "Вижу, откройте журнал операций");
}

/** Whole seconds are told of a stretch, so a pause of the tests has some, however quick the machine is. */
const PAUSE_MS = 2_500;

/** A pause stops the picture; the clock stands until the call goes on. */
async function pauseStopsAll(stage: Stage, consultant: Page, client: Page): Promise<void> {
  await control(consultant, "pause").click();
  await Promise.all([phaseIs(consultant, "paused"), phaseIs(client, "paused")]);
  await expect.poll(async () => readMarker(await stage.consultant.screen.pixels()), { message: "the picture during a pause" }).toBeNull();
  await chatGoesBothWays(consultant, client);
  // What was proven of the seconds before the pause may still be under way on a busy machine.
  await consultant.waitForTimeout(PAUSE_MS);
  const before = await secondsShown(consultant);
  // The pause must last for a while to show that its seconds are not counted; the protocol tells how long it was.
  await consultant.waitForTimeout(PAUSE_MS);
  expect(await secondsShown(consultant)).toBe(before);
  await expect(control(client, "resume"), "only who paused goes on").toBeDisabled();
  await control(consultant, "resume").click();
  await Promise.all([phaseIs(consultant, "live"), phaseIs(client, "live")]);
  // What the client sees of himself says so too: his screen waits for his own click.
  await control(client, "unblank").click();
  await expect(client.locator("[data-phase][data-sharing]")).toHaveAttribute("data-sharing", "on");
}

async function protocolOf(caller: Caller, callId: string): Promise<Protocol> {
  return (await caller.ask(journalApi.protocol, { params: { callId: callIdSchema.parse(callId) } })).protocol;
}

/** The minutes, the charge and the wallets agree with each other and with the tariff. */
function moneyIsRight(protocol: Protocol, before: Wallet, after: Wallet): void {
  const counted = protocol.intervals.filter((interval) => interval.counted).reduce((sum, { seconds }) => sum + seconds, 0);
  expect(Math.abs(protocol.provenSeconds - counted), "proven seconds are the counted intervals, rounded once").toBeLessThanOrEqual(
    protocol.intervals.length,
  );
  expect(protocol.billableSeconds).toBe(protocol.provenSeconds);
  expect(protocol.charged).toBe(costOfTalk(CARRIER_TERMS, protocol.billableSeconds));
  expect(before.balance - after.balance).toBe(protocol.charged);
  expect(after.reserved).toBe(before.reserved);
  expect(after.held).toBe(before.held);
}

/** The PDF that the page offers, as text. */
async function savedPdf(page: Page, folder: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: ru("protocol.pdf") }).click()]);
  const file = `${folder}/protocol.pdf`;
  await download.saveAs(file);
  expect((await readFile(file)).subarray(0, 5).toString("latin1")).toBe("%PDF-");
  return await run("pdftotext", ["-layout", file, "-"]);
}

for (const journey of journeys) {
  test(`a carrier call over ${journey.path}: the screen is seen, voices are heard, the started minutes are paid`, async ({
    stage,
    product,
    sit,
  }, info) => {
    test.setTimeout(240_000);
    const person = await product.demo(journey.email);
    const books = await signedIn(product, person);
    const before = await books.wallet();
    const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
    const [client, consultant] = [left.page, right.page];
    await signIn(consultant, product, person);
    const link = await invite(consultant, {
      task: "Не проводится документ реализации",
      configuration: "1С:Бухгалтерия предприятия 3.0",
      ownRate: "20",
    });
    await journey.comeIn(client, consultant, link);
    await expect(client.getByRole("main")).toContainText(person.name);
    const callId = await join(client, "Ольга Николаевна");
    expect(await answer(consultant)).toBe(callId);
    await Promise.all([keepTo(client, journey.path), keepTo(consultant, journey.path)]);
    await Promise.all([client, consultant].map((page) => answerRecording(page, "refuse")));

    await shareScreen(client);
    await control(client, "microphoneOn").click();
    await control(consultant, "microphoneOn").click();
    await seeAndHear(stage, [201, 7, 130, 255, 64]);
    await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
    for (const page of [client, consultant]) await expect(page.locator("[data-path]")).toHaveAttribute("data-path", journey.ways);
    await numbersAgree(client, consultant);
    await pointerIsSeen(consultant, client);
    await pauseStopsAll(stage, consultant, client);
    await seesChanges(stage, [33]);

    await consultant.reload();
    await seesChanges(stage, [90, 17]);
    await client.reload();
    await inCall(client);
    await shareScreen(client);
    await control(client, "microphoneOn").click();
    await seesChanges(stage, [181, 5]);
    await hears(stage.consultant, CLIENT_PITCH);
    await reads(client, "Вижу, откройте журнал операций");
    await talkUntil(consultant, journey.talkSeconds);

    await end(consultant);
    await client.waitForURL("**/after");
    const protocol = await protocolOf(books, callId);
    await expect.poll(async () => (await books.wallet()).held).toBe(before.held);
    moneyIsRight(protocol, before, await books.wallet());
    await product.proveMoney();
    expect(
      protocol.intervals.some(({ why, counted, seconds }) => why === "paused" && !counted && seconds > 0),
      "the pause is in the protocol",
    ).toBe(true);

    await expect(consultant.getByRole("main")).toContainText(journey.printed);
    await expect(client.getByRole("main")).toContainText(ru("after.freeWithRate"));
    await consultant.getByRole("link", { name: ru("after.openProtocol") }).click();
    await expect(consultant.getByRole("heading", { level: 1 })).toContainText(protocol.number);
    await expect(consultant.getByRole("main")).toContainText(journey.printed);
    const pdf = await savedPdf(consultant, info.outputDir);
    for (const said of [protocol.number, person.name, "Ольга Николаевна", "Не проводится документ реализации"]) expect(pdf).toContain(said);
    const { events } = await books.ask(journalApi.events, { params: { callId: callIdSchema.parse(callId) } });
    expect(
      events.some(({ hash }) => pdf.includes(hash)),
      "the printed head is of this journal",
    ).toBe(true);
    expect(pdf).toMatch(journey.printed);
    const numbersOf = (side: string): unknown[] =>
      events.filter(({ actor, kind }) => actor === side && kind === "safety-number").map(({ facts }) => facts["number"]);
    expect(numbersOf("client").length).toBeGreaterThan(1);
    expect(numbersOf("consultant")).toEqual(expect.arrayContaining([numbersOf("client").at(-1)]));
  });
}

/** Whether the consultant's screen shows the marker, whatever number it is. */
const seesMarker = (stage: Stage) => async (): Promise<boolean> => readMarker(await stage.consultant.screen.pixels()) !== null;

test("the client hides his screen while he types a password, and stops everything with two presses of Escape", async ({
  stage,
  product,
  sit,
}) => {
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const [client, consultant] = [left.page, right.page];
  await signIn(consultant, product, await product.demo("igor@minuta.example"));
  await client.goto(await invite(consultant, { task: "Войти в банк-клиент" }));
  await join(client, "Ольга Николаевна");
  await answer(consultant);
  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await seesChanges(stage, [12, 243]);

  await control(client, "blank").click();
  await expect.poll(seesMarker(stage), { message: "hidden" }).toBe(false);
  await expect(consultant.getByText(ru("stage.clientBlanked.title"))).toBeVisible();
  stage.marker.show(99);
  await control(client, "unblank").first().click();
  await seesChanges(stage, [99, 100]);

  await stage.client.screen.xdotool("key", "--delay", "100", "Escape", "Escape");
  await expect.poll(seesMarker(stage), { message: "stopped" }).toBe(false);
  await expect(control(client, "share")).toBeVisible();
  await expect(control(client, "microphoneOn")).toBeVisible();
  await expect(consultant.getByText(ru("stage.clientNotSharing.text"))).toBeVisible();
  await end(consultant);
});
