/** What goes wrong with people, browsers and servers: each is told plainly, nothing is done twice, and no second is charged that was not talked. */
import { expect, type BrowserContext, type Page } from "@playwright/test";
import { callsApi, type CallView } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import { journalApi, type JournalKind, type Protocol } from "@minuta/contracts/journal";
import { ledgerApi } from "@minuta/contracts/ledger";
import { kopecks } from "@minuta/contracts/money";
import { costOfTalk } from "@minuta/contracts/tariff";
import { CARRIER_TERMS } from "./harness/tariff.ts";
import { inBrowser, joinAs, newPerson, signedIn, topUp, type Caller } from "./harness/api.ts";
import { dismissQuestion, stopSharingByBar, type Browser as DeskBrowser } from "./harness/browser.ts";
import {
  answerRecording,
  button,
  control,
  end,
  field,
  freshCode,
  inCall,
  invite,
  isTold,
  join,
  phaseIs,
  readCode,
  say,
  secondsShown,
  shareScreen,
  talkUntil,
  typeCode,
} from "./harness/journey.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

/** A page of the product in a browser of its own, and whoever it belongs to. */
interface Seat {
  readonly page: Page;
  readonly caller: Caller;
}

async function seat(product: Product, page: Page): Promise<Seat> {
  await page.goto(`${product.address}/join`);
  return { page, caller: inBrowser(product, page) };
}

async function consultantSeat(product: Product, context: BrowserContext): Promise<Seat> {
  const at = await seat(product, await context.newPage());
  await signedIn(product, await product.demo("igor@minuta.example"), at.caller);
  return at;
}

/** Both open the page of one new call. */
async function meet(product: Product, consultant: Seat, client: Seat): Promise<CallId> {
  const { token } = await consultant.caller.invite("Проверить закрытие месяца");
  const callId = await joinAs(client.caller, token, "Ольга Николаевна");
  for (const { page } of [consultant, client]) await page.goto(`${product.address}/call/${callId}`);
  return callId;
}

/** Both switch their microphones on: from then on the minutes run. */
async function talk(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) await control(page, "microphoneOn").click();
  for (const page of pages) await phaseIs(page, "live");
}

const protocolOf = async ({ caller }: Seat, callId: CallId): Promise<Protocol> =>
  (await caller.ask(journalApi.protocol, { params: { callId } })).protocol;

async function timesInJournal({ caller }: Seat, callId: CallId, kind: JournalKind): Promise<number> {
  const { events } = await caller.ask(journalApi.events, { params: { callId } });
  return events.filter((event) => event.kind === kind).length;
}

const isNoticed = async (page: Page, key: string): Promise<void> => {
  await expect(page.getByText(ru(`notice.${key}.text`))).toBeVisible();
};

/** Between the last look at the clock and the power cut a moment passes, and the last probe may still count. */
const BLIND_SECONDS = 4;

const lookAs = async (product: Product, callId: CallId): Promise<CallView> => {
  const books = await signedIn(product, await product.demo("igor@minuta.example"));
  return (await books.ask(callsApi.view, { params: { callId } })).call;
};

interface Left {
  readonly callId: CallId;
  /** Seconds on the call's clock just before the power failed. */
  readonly shown: number;
}

/** Two people talk for a while; then the power fails at both desks. */
async function leaveByPowerCut(product: Product, one: DeskBrowser, other: DeskBrowser): Promise<Left> {
  const [consultant, client] = [await seat(product, one.page), await seat(product, other.page)];
  await signedIn(product, await product.demo("igor@minuta.example"), consultant.caller);
  const callId = await meet(product, consultant, client);
  await talk(consultant.page, client.page);
  await talkUntil(consultant.page, 8);
  const shown = await secondsShown(consultant.page);
  await Promise.all([one.powerCut(), other.powerCut()]);
  return { callId, shown };
}

/** Left by the first test, so that its 90 s of grace pass during the others. */
let left: Left | null = null;

test("when the power fails at both ends, time stands at the last that is proven", async ({ stage, product, sit }) => {
  left = await leaveByPowerCut(product, await sit(stage.consultant), await sit(stage.client));
  const { callId, shown } = left;
  await expect.poll(async () => (await lookAs(product, callId)).meter.status, { intervals: [1000] }).toBe("idle");
  const { state, meter } = await lookAs(product, callId);
  expect(state, "they may come back").toBe("open");
  expect(meter.billableSeconds - shown, "seconds beyond the last that was seen").toBeLessThanOrEqual(BLIND_SECONDS);
});

test("an unknown, a replaced, a used code and a withdrawn link are told for what they are, and lose nothing", async ({
  product,
  visitor,
}) => {
  const consultant = await consultantSeat(product, await visitor());
  await consultant.page.goto(`${product.address}/cabinet/work`);
  const link = await invite(consultant.page, { task: "Сверить остатки" });
  const replaced = await readCode(consultant.page);
  const code = await freshCode(consultant.page);

  const client = await (await visitor()).newPage();
  for (const wrong of ["000 000 000", replaced]) {
    await typeCode(client, product.address, wrong);
    await isTold(client, "code-unknown");
  }
  await typeCode(client, product.address, code);
  await join(client, "Ольга Николаевна");

  const other = await (await visitor()).newPage();
  await typeCode(other, product.address, code);
  await isTold(other, "code-unknown");
  await other.goto(link);
  await isTold(other, "invitation-used");
  await client.goto(link);
  const callId = await inCall(client);
  await end(client);

  await consultant.page.goto(`${product.address}/cabinet/work`);
  const second = await invite(consultant.page, { task: "Передумали" });
  await consultant.page.keyboard.press("Escape");
  await consultant.page.getByRole("button", { name: ru("invitations.withdrawNamed", { name: "Передумали" }) }).click();
  await expect(consultant.page.getByText("Передумали")).toBeHidden();
  await other.goto(second);
  await isTold(other, "invitation-expired");
  expect(callId).not.toBe("");
});

test("a second click on every button does the thing once", async ({ product, visitor }) => {
  const operator = await seat(product, await (await visitor()).newPage());
  await signedIn(product, await product.demo("operator@minuta.example"), operator.caller);
  const consultant = await consultantSeat(product, await visitor());
  const client = await seat(product, await (await visitor()).newPage());

  await operator.page.goto(`${product.address}/operator`);
  await field(operator.page, "field.email").fill("igor@minuta.example");
  await field(operator.page, "topUp.amount").fill("12,34");
  await field(operator.page, "topUp.reason").fill("Двойной щелчок");
  await button(operator.page, "topUp.submit").dblclick();
  await expect(operator.page.getByRole("status").filter({ hasText: "igor@minuta.example" })).toBeVisible();
  const { lines } = await consultant.caller.ask(ledgerApi.statement, { query: {} });
  expect(
    lines.filter(({ amount }) => amount === kopecks(1234)),
    "one top-up",
  ).toHaveLength(1);

  await consultant.page.goto(`${product.address}/cabinet/work`);
  await button(consultant.page, "work.invite").click();
  await field(consultant.page.getByRole("dialog"), "invite.task").fill("Щёлкнуть дважды");
  await button(consultant.page.getByRole("dialog"), "invite.submit").dblclick();
  await expect(consultant.page.getByLabel(ru("invite.link"))).toBeVisible();
  const { invitations } = await consultant.caller.ask(callsApi.invitations, {});
  const made = invitations.filter(({ task }) => task === "Щёлкнуть дважды");
  expect(made, "one invitation").toHaveLength(1);

  await client.page.goto(`${product.address}/join/${made[0]?.token}`);
  await field(client.page, "join.name").fill("Ольга Николаевна");
  await button(client.page, "join.submit").dblclick();
  await inCall(client.page);
  const { calls } = await consultant.caller.ask(callsApi.history, { query: {} });
  const opened = calls.filter(({ task }) => task === "Щёлкнуть дважды");
  expect(opened, "one call").toHaveLength(1);
  const callId = opened[0]?.id;
  if (callId === undefined) throw new Error("no call");

  await control(client.page, "pause").dblclick();
  await phaseIs(client.page, "paused");
  expect([await timesInJournal(client, callId, "paused"), await timesInJournal(client, callId, "resumed")], "paused once").toEqual([1, 0]);
  await control(client.page, "resume").dblclick();
  await expect(control(client.page, "pause")).toBeVisible();
  expect([await timesInJournal(client, callId, "paused"), await timesInJournal(client, callId, "resumed")], "resumed once").toEqual([1, 1]);

  await say(client.page, "Один раз", "dblclick");
  await expect.poll(async () => await timesInJournal(client, callId, "chat"), { message: "one chat line" }).toBe(1);

  await control(client.page, "end").click();
  await button(client.page.getByRole("dialog"), "end.confirm").dblclick();
  await client.page.waitForURL("**/after");
  await field(client.page, "comments.label").fill("Помогли, спасибо");
  await button(client.page, "comments.submit").dblclick();
  await expect(client.page.getByRole("paragraph").filter({ hasText: "Помогли, спасибо" }).first()).toBeVisible();
  expect((await protocolOf(client, callId)).call.comments, "one comment").toHaveLength(1);
  expect(await timesInJournal(client, callId, "ended"), "ended once").toBe(1);
});

test("of two tabs of one person the later has the call, and the earlier can take it back", async ({ product, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const context = await visitor();
  const client = await seat(product, await context.newPage());
  const callId = await meet(product, consultant, client);
  await phaseIs(client.page, "ready");
  const later = await context.newPage();
  await later.goto(`${product.address}/call/${callId}`);
  await phaseIs(later, "ready");
  await expect(client.page.getByText(ru("gone.replaced.title"))).toBeVisible();
  await button(client.page, "gone.replaced.action").click();
  await phaseIs(client.page, "ready");
  await expect(later.getByText(ru("gone.replaced.title"))).toBeVisible();
  await end(client.page);
  await consultant.page.waitForURL("**/after");
});

test("an empty wallet cannot invite, says how much is missing, and can as soon as there is money", async ({ product, visitor }) => {
  const { page, caller } = await seat(product, await (await visitor()).newPage());
  const { credentials } = await newPerson(product, "Семён Безденежный", caller);
  await page.goto(`${product.address}/cabinet/work`);
  await button(page, "work.invite").click();
  await button(page.getByRole("dialog"), "invite.submit").click();
  await isTold(page, "wallet-empty");
  expect((await caller.ask(callsApi.invitations, {})).invitations).toEqual([]);
  await topUp(product, credentials.email, kopecks(10_000));
  await button(page.getByRole("dialog"), "invite.submit").click();
  await readCode(page);
});

test("a consultant who joins his own link is marked in the protocol", async ({ product, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const self = await consultantSeat(product, await visitor());
  const callId = await meet(product, consultant, self);
  await expect(consultant.page.getByText(ru("notice.own-link.text"))).toBeVisible();
  await end(consultant.page);
  await consultant.page.goto(`${product.address}/call/${callId}/protocol`);
  await expect(consultant.page.getByText(ru("flag.own-link"), { exact: true })).toBeVisible();
});

test("sharing refused and the microphone refused are told, and the call goes on", async ({ stage, product, sit, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const browser = await sit(stage.client, { picksScreen: false, microphone: "ask" });
  const client = await seat(product, browser.page);
  const callId = await meet(product, consultant, client);
  await phaseIs(client.page, "ready");

  await shareScreen(client.page);
  await dismissQuestion(stage.client.screen, async () => await client.page.getByText(ru("notice.sharing-refused.text")).isVisible());
  await control(client.page, "microphoneOn").click();
  await dismissQuestion(stage.client.screen, async () => await client.page.getByText(ru("notice.microphone-refused.text")).isVisible());
  await say(client.page, "Не получается показать");
  await expect.poll(async () => await timesInJournal(consultant, callId, "screen-refused")).toBeGreaterThanOrEqual(1);
  await expect.poll(async () => await timesInJournal(consultant, callId, "microphone-refused")).toBeGreaterThanOrEqual(1);
  await end(client.page);
  const protocol = await protocolOf(consultant, callId);
  expect([protocol.billableSeconds, protocol.charged], "chat alone is not billed").toEqual([0, kopecks(0)]);
});

test("without a microphone the screen is still shown, and the browser's own bar stops it", async ({ stage, product, sit, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const browser = await sit(stage.client, { microphone: "none" });
  const client = await seat(product, browser.page);
  const callId = await meet(product, consultant, client);
  await control(client.page, "microphoneOn").click();
  await isNoticed(client.page, "microphone-missing");

  await shareScreen(client.page);
  await Promise.all([phaseIs(client.page, "live"), phaseIs(consultant.page, "live")]);
  await stopSharingByBar(stage.client.screen);
  await isNoticed(client.page, "sharing-stopped-by-browser");
  await expect(consultant.page.getByText(ru("stage.clientNotSharing.text"))).toBeVisible();
  await phaseIs(consultant.page, "ready");
  expect(await timesInJournal(consultant, callId, "screen-stopped")).toBe(1);
  await end(client.page);
});

test("when the client's power fails, the clock stops and only the time until then is paid", async ({ stage, product, sit, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const browser = await sit(stage.client);
  const callId = await meet(product, consultant, await seat(product, browser.page));
  await talk(consultant.page, browser.page);
  await talkUntil(consultant.page, 8);
  await browser.powerCut();
  await phaseIs(consultant.page, "waiting");
  const shown = await secondsShown(consultant.page);
  await end(consultant.page);
  const { billableSeconds, charged, intervals } = await protocolOf(consultant, callId);
  expect(Math.abs(billableSeconds - shown), "the time that the screen showed when the client was gone").toBeLessThanOrEqual(1);
  expect(charged).toBe(costOfTalk(CARRIER_TERMS, billableSeconds));
  expect(intervals.at(-1)).toMatchObject({ why: "client-away", counted: false });
  await product.proveMoney();
});

/** A crash may cost the seconds since the last lease was written (it is renewed every five) and those in which an end may be silent. */
const CRASH_MAY_COST_SECONDS = 12;

test("when the server is killed in mid-call, both pages come back and the call goes on", async ({ product, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const client = await seat(product, await (await visitor()).newPage());
  const callId = await meet(product, consultant, client);
  await talk(consultant.page, client.page);
  await talkUntil(consultant.page, CRASH_MAY_COST_SECONDS + 4);
  const before = await secondsShown(consultant.page);
  await product.crashAndRestart();
  const counted = async (): Promise<number[]> =>
    (await protocolOf(client, callId)).intervals.filter((interval) => interval.counted).map(({ seconds }) => seconds);
  await expect
    .poll(async () => (await counted())[1] ?? 0, { timeout: 60_000, message: "time counted after the crash" })
    .toBeGreaterThanOrEqual(3);
  for (const { page } of [consultant, client]) await phaseIs(page, "live");
  const shown = await secondsShown(consultant.page);
  await end(client.page);
  const { billableSeconds, provenSeconds, charged } = await protocolOf(consultant, callId);
  expect(billableSeconds).toBe(provenSeconds);
  expect(shown, "the clock showed no second that the crash took").toBeLessThanOrEqual(billableSeconds + 2);
  expect((await counted())[0], "what was written before the crash is not lost").toBeGreaterThanOrEqual(before - CRASH_MAY_COST_SECONDS);
  expect(charged).toBe(costOfTalk(CARRIER_TERMS, billableSeconds));
  await product.proveMoney();
});

test("a call that both ends left is over after the grace, paid to the last second that is proven", async ({ stage, product, sit }) => {
  test.setTimeout(200_000);
  const { callId } = left ?? (await leaveByPowerCut(product, await sit(stage.consultant), await sit(stage.client)));
  await expect.poll(async () => (await lookAs(product, callId)).state, { timeout: 120_000, intervals: [5000] }).toBe("settled");
  const { endReason, meter } = await lookAs(product, callId);
  expect(endReason).toBe("nobody-came-back");
  expect(meter.charged).toBe(costOfTalk(CARRIER_TERMS, meter.billableSeconds));
  await product.proveMoney();
});

test("a page that never begins to record, though both agreed, is told of at both ends", async ({ product, visitor }) => {
  const consultant = await consultantSeat(product, await visitor());
  const browser = await visitor();
  await browser.route("**/recorder.worker*", (route) => route.abort());
  const client = await seat(product, await browser.newPage());
  await meet(product, consultant, client);
  await talk(consultant.page, client.page);
  for (const { page } of [consultant, client]) await answerRecording(page, "agree");
  for (const [{ page }, now] of [
    [consultant, "failsThere"],
    [client, "failsHere"],
  ] as const) {
    await expect(page.getByTestId("recording")).toHaveAttribute("data-recording", now, { timeout: 60_000 });
    await page.getByTestId("recording").click();
    await expect(page.getByText(ru("recording.why.silent"))).toBeVisible();
    await page.keyboard.press("Escape");
  }
  await end(consultant.page);
  await consultant.page.getByRole("link", { name: ru("after.openProtocol") }).click();
  await expect(consultant.page.getByText(ru("journal.kind.recording-failed"))).toBeVisible();
});
