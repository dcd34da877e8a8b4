/** Recordings as people make and watch them: both agree, both record, nothing hidden is in it, nothing is lost that a crash could spare. */
import { partsOf, recordingsApi, type KeptRecordings, type SegmentFacts } from "@minuta/contracts/recordings";
import { callId as callIdSchema, type Side } from "@minuta/contracts/ids";
import { journalApi, type JournalEvent } from "@minuta/contracts/journal";
import { readFile, writeFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { signedIn, signInCookie, type Caller } from "./harness/api.ts";
import { isWatched, numbersIn, type Film, type Shown } from "./harness/film.ts";
import { startFirefox } from "./harness/firefox.ts";
import { answer, answerRecording, button, control, end, invite, join, phaseIs, shareScreen, signIn } from "./harness/journey.ts";
import type { Marker } from "./harness/marker.ts";
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

interface Meeting {
  readonly client: Page;
  readonly consultant: Page;
  /** Of the consultant, who is one of the demo's. */
  readonly email: string;
  readonly shows: boolean;
}

/** A client and a consultant in a call, both heard; `shows`: the client's screen is seen. */
async function meet(product: Product, { client, consultant, email, shows }: Meeting): Promise<Met> {
  const person = await product.demo(email);
  await signIn(consultant, product, person);
  await client.goto(await invite(consultant, { task: "Записать, как проводится документ" }));
  const callId = await join(client, "Ольга Николаевна");
  await answer(consultant);
  if (shows) await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
  return { client, consultant, callId, books: await signedIn(product, person) };
}

/** Both agree to be recorded, and both record. */
async function bothRecord({ client, consultant }: Met): Promise<void> {
  for (const page of [client, consultant]) await answerRecording(page, "agree");
  await Promise.all([badgeSays(client, "recording"), badgeSays(consultant, "recording")]);
}

const keptOf = async ({ books, callId }: Met): Promise<KeptRecordings> =>
  (await books.ask(recordingsApi.kept, { params: { callId: callIdSchema.parse(callId) } })).kept;

const eventsOf = async ({ books, callId }: Met): Promise<readonly JournalEvent[]> =>
  (await books.ask(journalApi.events, { params: { callId: callIdSchema.parse(callId) } })).events;

/** Waits until everything that was recorded on this side, at least until then, has come and was found whole. */
async function allKept(met: Met, side: Side, until = 0): Promise<KeptRecordings[Side]> {
  await expect(async () => {
    const { segments } = (await keptOf(met))[side];
    const told = segments.map(({ state, from, to }) => `${state} ${from.toISOString()} ${to.toISOString()}`).join("\n");
    const far = Math.max(...segments.map(({ to }) => to.getTime()));
    expect(far, `so far goes what the ${side} told of until ${new Date(until).toISOString()}:\n${told}`).toBeGreaterThanOrEqual(until);
    expect(segments.map(({ state }) => state)).toEqual(segments.map(() => "kept"));
  }).toPass({ timeout: 150_000, intervals: [500] });
  return (await keptOf(met))[side];
}

async function openRecordings(page: Page, kept: KeptRecordings): Promise<void> {
  await page.getByRole("link", { name: ru("recording.open") }).click();
  await expect(page.locator("video")).toHaveCount(kept.client.files.length + kept.consultant.files.length);
}

/** Every number in the films of this side, on a page where all of them are. */
async function numbersOf(page: Page, side: Side, kept: KeptRecordings): Promise<Set<number>> {
  const numbers = new Set<number>();
  for (const { index } of kept[side].files) for (const number of await numbersIn(page, `/files/${side}/${index}?`)) numbers.add(number);
  return numbers;
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
  const met = await meet(product, { client: left.page, consultant: right.page, email: "anna@minuta.example", shows: true });
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
  const last = Date.now();
  await end(consultant);
  await client.waitForURL("**/after");
  for (const side of ["client", "consultant"] as const) await allKept(met, side, last);
  await expect(client.getByTestId("pending-uploads")).toBeHidden({ timeout: 30_000 });
  // The end of a call ends its recordings: whether a page still says so depends on how quickly it leaves.
  const kinds = (await eventsOf(met)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "recording-agreed")).toHaveLength(2);
  expect(kinds.filter((kind) => kind === "recording-started").length).toBeGreaterThanOrEqual(2);
  const kept = await keptOf(met);
  await openRecordings(consultant, kept);
  for (const side of ["client", "consultant"] as const) {
    const numbers = await numbersOf(consultant, side, kept);
    for (const shown of [42, 77, 200]) expect(numbers, `what was shown is in the ${side}'s recording`).toContain(shown);
    for (const hidden of [99, 111]) expect(numbers, "what was hidden or in a pause is not").not.toContain(hidden);
  }
});

test("refusing is an answer: nothing is recorded, both know it, and the red stop takes a consent back", async ({ stage, product, sit }) => {
  test.setTimeout(180_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { client: left.page, consultant: right.page, email: "igor@minuta.example", shows: true });
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

/** Shows another number each second until it is stopped; which ones were there when, by this machine's clock in ms. */
function showSeconds(marker: Marker): { shown: readonly Shown[]; stop(): void } {
  const shown: Shown[] = [];
  const next = (): void => {
    shown.push({ number: shown.length, at: Date.now() });
    marker.show(shown.length - 1);
  };
  next();
  const timer = setInterval(next, 1000);
  return { shown, stop: () => clearInterval(timer) };
}

/** Two segments of each side. */
const FILM_MS = 40_000;
/** Both pages are back by then, and something is recorded of what they show. */
const AFTER_CRASH_MS = 12_000;
/** In a page: of the screen that is shared next a script gets no frame, while WebRTC does. */
const screenGivesNoFrames = (): void => {
  const Real = MediaStreamTrackProcessor;
  globalThis.MediaStreamTrackProcessor = new Proxy(Real, {
    construct() {
      globalThis.MediaStreamTrackProcessor = Real;
      return { readable: new ReadableStream() };
    },
  });
};

test("a screen that gives a script no frames costs the film its picture, no word, and never goes unsaid", async ({
  stage,
  product,
  sit,
}) => {
  test.setTimeout(240_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { client: left.page, consultant: right.page, email: "anna@minuta.example", shows: true });
  const { client, consultant } = met;
  await bothRecord(met);
  await shows(stage, client, 42);
  await control(client, "stopSharing").click();
  await client.evaluate(screenGivesNoFrames);
  await control(client, "share").click();
  await Promise.all([badgeSays(client, "failsHere"), badgeSays(consultant, "failsThere")]);
  const dark = Date.now();
  await control(client, "stopSharing").click();
  await control(client, "share").click();
  await Promise.all([badgeSays(client, "recording"), badgeSays(consultant, "recording")]);
  await shows(stage, client, 77);
  const last = Date.now();
  await end(consultant);
  await client.waitForURL("**/after");
  for (const side of ["client", "consultant"] as const) await allKept(met, side, last);
  const kept = await keptOf(met);
  const without = kept.client.segments.find(({ from, to }) => from.getTime() < dark && dark < to.getTime());
  expect(without, "the voices are recorded meanwhile").toBeDefined();
  await openRecordings(consultant, kept);
  expect([...(await numbersOf(consultant, "client", kept))]).toEqual(expect.arrayContaining([42, 77]));
});

test("uploads go on where they stopped when the server was killed amid them", async ({ stage, product, sit }) => {
  test.setTimeout(360_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { client: left.page, consultant: right.page, email: "anna@minuta.example", shows: true });
  const { client, consultant } = met;
  const told: SegmentFacts[] = [];
  const sent: { part: string; at: number }[] = [];
  client.on("request", (asked) => {
    if (asked.url().endsWith("/segments")) told.push(recordingsApi.add.body.parse(asked.postDataJSON()).segment);
    if (asked.url().includes("/parts/")) sent.push({ part: asked.url(), at: Date.now() });
  });
  await bothRecord(met);
  const { stop } = showSeconds(stage.marker);
  const firstPart = await client.waitForResponse((reply) => reply.url().includes("/parts/0") && reply.ok(), { timeout: 90_000 });
  const crashed = Date.now();
  await product.crashAndRestart();
  await client.waitForTimeout(AFTER_CRASH_MS);
  const last = Date.now();
  await end(consultant);
  await client.waitForURL("**/after");
  stop();
  for (const side of ["client", "consultant"] as const) await allKept(met, side, last);
  expect((await keptOf(met)).client.segments[0]).toMatchObject({ ...told[0], state: "kept" });
  const parts = sent.filter(({ part }) => part.includes(told[0]!.segmentId));
  expect(new Set(parts.filter(({ at }) => at > crashed).map(({ part }) => part)).size, "parts that came after the crash").toBe(
    partsOf(told[0]!.bytes) - 1,
  );
  expect(parts.filter(({ part }) => part === firstPart.url())).toHaveLength(1);
});

test("a recorded call is watched at any second in Chromium, in Firefox and from a file", async ({ stage, product, sit, visitor }, info) => {
  test.setTimeout(300_000);
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const met = await meet(product, { client: left.page, consultant: right.page, email: "anna@minuta.example", shows: true });
  const { client, consultant, callId } = met;
  await bothRecord(met);
  const { shown, stop } = showSeconds(stage.marker);
  await client.waitForTimeout(FILM_MS);
  const last = Date.now();
  await end(consultant);
  await client.waitForURL("**/after");
  stop();
  for (const side of ["client", "consultant"] as const) await allKept(met, side, last);
  const kept = await keptOf(met);

  const at = (second: number): number => shown[0]!.at + second * 1000 + 500;
  const atTheEnd = last - 2_000;
  const filmOf = (side: Side, looks: readonly number[]): Film => {
    const { from, to } = kept[side].files[0]!;
    return { path: `/files/${side}/0?`, from: from.getTime(), seconds: (to.getTime() - from.getTime()) / 1000, looks };
  };
  const own = filmOf("client", [at(2), at(26), atTheEnd, at(11)]);
  const others = filmOf("consultant", [at(3), atTheEnd, at(17)]);
  await openRecordings(consultant, kept);
  for (const film of [own, others]) await isWatched(consultant, film, shown);

  const firefox = await startFirefox();
  try {
    await firefox.page.browserContext().setCookie(signInCookie(product, (await met.books.signIn()) ?? ""));
    await firefox.page.goto(`${product.address}/call/${callId}/recordings`);
    await firefox.page.waitForSelector("video");
    for (const film of [own, others]) await isWatched(firefox.page, film, shown);
    await writeFile(info.outputPath("firefox.png"), await firefox.page.screenshot({ fullPage: true }));
  } finally {
    await firefox.close();
  }

  const link = consultant.getByRole("link", { name: ru("recording.download") }).first();
  const [download] = await Promise.all([consultant.waitForEvent("download"), link.click()]);
  const path = info.outputPath(download.suggestedFilename());
  await download.saveAs(path);
  const elsewhere = await (await visitor()).newPage();
  const asData = `data:video/webm;base64,${(await readFile(path)).toString("base64")}`;
  await elsewhere.setContent(`<video src="${asData}"></video>`);
  await isWatched(elsewhere, { ...own, path: "data:video/webm" }, shown);
  const { accesses } = await keptOf(met);
  expect(accesses.map(({ by, what, side }) => `${by} ${what} ${side}`).toSorted()).toEqual([
    "consultant downloaded client",
    "consultant played client",
    "consultant played consultant",
  ]);
});

/** A recorder hands over what it has every two seconds; a busy machine is a little later. */
const LOST_SECONDS_MAX = 4;
/** Long enough for several tries to record on a full disk. */
const FULL_DISK_MS = 12_000;

/** The client's page opens in another tab of the same browser, and is heard there. */
async function comesBack({ client }: Met, tab: Page): Promise<void> {
  await tab.goto(client.url());
  await control(tab, "microphoneOn").click();
  await badgeSays(tab, "recording");
}

/** The page's browser has no room for anything the product would keep; answers what makes room. */
async function fillBrowser(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  return async () => void (await devtools.send("Storage.overrideQuotaForOrigin", { origin }));
}

test("a recording goes on in another tab and after a page that died, and both see at once when a disk is full: what was recorded is kept, what was not is a gap", async ({
  product,
  visitor,
}) => {
  test.setTimeout(360_000);
  const ofClient = await visitor();
  const [client, consultant] = [await ofClient.newPage(), await (await visitor()).newPage()];
  const met = await meet(product, { client, consultant, email: "igor@minuta.example", shows: false });
  await bothRecord(met);
  await client.waitForTimeout(LOOK_MS);

  const later = await ofClient.newPage();
  await comesBack(met, later);
  await expect(client.getByText(ru("gone.replaced.title"))).toBeVisible();
  await badgeSays(consultant, "recording");
  await later.waitForTimeout(LOOK_MS);

  const devtools = await ofClient.newCDPSession(later);
  const died = later.waitForEvent("crash");
  const diedAt = Date.now();
  // Nobody is left to answer it.
  void devtools.send("Page.crash").catch(() => undefined);
  await died;
  const last = await ofClient.newPage();
  await comesBack(met, last);
  await expect
    .poll(async () => (await keptOf(met)).client.segments.map(({ cut, state }) => [cut, state]), { timeout: 60_000 })
    .toEqual([
      [false, "kept"],
      [true, "kept"],
    ]);
  const cut = (await keptOf(met)).client.segments[1]!;
  expect((diedAt - cut.to.getTime()) / 1000, "what the dead page took with it").toBeLessThanOrEqual(LOST_SECONDS_MAX);

  const makeRoom = await fillBrowser(last);
  await Promise.all([badgeSays(last, "failsHere"), badgeSays(consultant, "failsThere")]);
  await consultant.getByTestId("recording").click();
  await expect(consultant.getByText(ru("recording.why.disk-full"))).toBeVisible();
  await last.waitForTimeout(FULL_DISK_MS);
  await Promise.all([badgeSays(last, "failsHere"), badgeSays(consultant, "failsThere")]);
  await makeRoom();
  await Promise.all([badgeSays(last, "recording"), badgeSays(consultant, "recording")]);
  const failures = (await eventsOf(met)).filter(({ kind }) => kind === "recording-failed");
  expect(failures, "one full disk is one failure").toMatchObject([{ facts: { side: "client", why: "disk-full" } }]);
  await last.waitForTimeout(LOOK_MS);

  await product.diskIsFull(true);
  await end(consultant);
  await last.waitForURL("**/after");
  const waits = (page: Page) => page.getByTestId("pending-uploads");
  for (const page of [last, consultant]) await expect(waits(page)).toBeVisible();
  await expect.poll(async () => (await keptOf(met)).client.segments.at(-1)?.state).toBe("told");
  await product.diskIsFull(false);
  for (const page of [last, consultant]) await expect(waits(page)).toBeHidden({ timeout: 60_000 });
  for (const side of ["client", "consultant"] as const) await allKept(met, side);

  const { segments } = (await keptOf(met)).client;
  expect(new Set(segments.map(({ takeId }) => takeId)).size, "recorders of the client's three pages").toBe(3);
  const inOrder = segments.toSorted((one, other) => one.from.getTime() - other.from.getTime());
  const overlaps = inOrder.slice(1).map(({ from }, index) => (inOrder[index]!.to.getTime() - from.getTime()) / 1000);
  expect(Math.max(...overlaps), "no time is recorded by two").toBeLessThanOrEqual(1);
  const gaps = (await eventsOf(met)).filter(
    ({ kind, facts }) => kind === "recording-gap" && Number(facts["seconds"]) >= FULL_DISK_MS / 1000,
  );
  expect(gaps, "the time of the full disk").toMatchObject([{ facts: { side: "client" } }]);
  for (const page of [last, consultant]) {
    await page.getByRole("link", { name: ru("after.openProtocol") }).click();
    await expect(page.getByText(ru("journal.kind.recording-gap")).first()).toBeVisible();
  }
});
