/** The marketplace call: a client finds a consultant, rings, is helped on his real screen, says it is solved; 10 % to the platform, 90 % to the consultant. */
import { expect, type BrowserContext, type Page } from "@playwright/test";
import { callsApi, type CallView } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import { journalApi, type Protocol } from "@minuta/contracts/journal";
import { kopecks, percentRoundingDown, type Kopecks } from "@minuta/contracts/money";
import { costOfTalk } from "@minuta/contracts/tariff";
import { inBrowser, newPerson, signedIn, topUp, type Caller } from "./harness/api.ts";
import {
  button,
  control,
  end,
  inCall,
  isTold,
  phaseIs,
  reads,
  say,
  secondsShown,
  shareScreen,
  signIn,
  talkUntil,
} from "./harness/journey.ts";
import {
  accept,
  cardOf,
  describe,
  findInCatalogue,
  incoming,
  ring,
  ringAs,
  saySolved,
  signInOnTheWay,
  wishToCall,
  type Need,
} from "./harness/market.ts";
import type { DemoPerson, Product } from "./harness/product.ts";
import { hears, seesChanges } from "./harness/see.ts";
import { CLIENT_PITCH, CONSULTANT_PITCH } from "./harness/stage.ts";
import { CARRIER_TERMS } from "./harness/tariff.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

const need: Need = {
  task: "Не закрывается месяц: остаток на счёте 20",
  configuration: "Бухгалтерия предприятия, ред. 3.0",
  release: "3.0.150.22",
};

/** The consultant's price under the pulse of the tariff as it is sold. */
const costAt = (pricePerMinute: Kopecks, seconds: number): Kopecks => costOfTalk({ ...CARRIER_TERMS, pricePerMinute }, seconds);

const viewOf = async (caller: Caller, callId: CallId): Promise<CallView> => (await caller.ask(callsApi.view, { params: { callId } })).call;
const protocolOf = async (caller: Caller, callId: CallId): Promise<Protocol> =>
  (await caller.ask(journalApi.protocol, { params: { callId } })).protocol;

/** What the consultant must know before he answers stands in the dialog, and what he will earn a minute. */
async function seesWhatRings(consultant: Page, client: DemoPerson, price: RegExp): Promise<void> {
  const dialog = incoming(consultant);
  for (const said of [client.name, need.task, need.configuration, need.release]) await expect(dialog).toContainText(said);
  await expect(dialog).toContainText(price);
}

/** The shares, to the kopeck. */
const sharesOf = (charged: Kopecks): { fee: Kopecks; earned: Kopecks } => {
  const earned = percentRoundingDown(charged, 90n);
  return { fee: kopecks(charged - earned), earned };
};

test("a client finds a consultant, is helped on his own screen and says it is solved: 90 % of the minutes are the consultant's", async ({
  stage,
  product,
  sit,
}) => {
  test.setTimeout(180_000);
  const [anna, olga] = [await product.demo("anna@minuta.example"), await product.demo("olga@minuta.example")];
  await topUp(product, olga.email, kopecks(100_000));
  const [earner, payer] = [await signedIn(product, anna), await signedIn(product, olga)];
  const { pricePerMinute } = await cardOf(earner, anna);
  const [earnerBefore, payerBefore] = [await earner.wallet(), await payer.wallet()];
  const [left, right] = await Promise.all([sit(stage.client), sit(stage.consultant)]);
  const [client, consultant] = [left.page, right.page];

  await signIn(consultant, product, anna);
  await wishToCall(await findInCatalogue(client, product.address, anna), anna);
  await signInOnTheWay(client, olga);
  await describe(client, need);
  await ring(client);
  await seesWhatRings(consultant, olga, /45\s*₽/);
  const callId = await accept(consultant);
  expect(await inCall(client)).toBe(callId);

  await shareScreen(client);
  await control(client, "microphoneOn").click();
  await control(consultant, "microphoneOn").click();
  await seesChanges(stage, [44, 213, 6]);
  await Promise.all([hears(stage.consultant, CLIENT_PITCH), hears(stage.client, CONSULTANT_PITCH)]);
  await Promise.all([phaseIs(client, "live"), phaseIs(consultant, "live")]);
  await say(consultant, "Закройте сначала подразделение");
  await reads(client, "Закройте сначала подразделение");
  await talkUntil(client, 8);
  await end(client);
  await consultant.waitForURL("**/after");

  const { charged, billableSeconds } = await protocolOf(payer, callId);
  const { fee, earned } = sharesOf(charged);
  expect(charged).toBe(costAt(pricePerMinute, billableSeconds));
  expect(charged, "at least the first minute").toBeGreaterThanOrEqual(pricePerMinute);
  expect((await viewOf(payer, callId)).outcome, "until the client's word").toMatchObject({ state: "waiting", fee, earned });
  expect(await payer.wallet()).toMatchObject({ held: payerBefore.held + charged, balance: payerBefore.balance - charged });
  expect((await earner.wallet()).earned, "nothing is earned before the word").toBe(earnerBefore.earned);

  await saySolved(client);
  expect((await viewOf(earner, callId)).outcome).toMatchObject({ state: "settled", by: "client", fee, earned });
  expect(await payer.wallet()).toMatchObject({ held: payerBefore.held, balance: payerBefore.balance - charged });
  expect((await earner.wallet()).earned).toBe(earnerBefore.earned + earned);
  await expect(consultant.getByText(ru("outcome.doneFor.client"))).toBeVisible();
  await product.proveMoney();
});

/** A page of a browser without a screen, and its person signed in. */
interface Seat {
  readonly page: Page;
  readonly caller: Caller;
  readonly email: string;
}

async function seat(product: Product, context: BrowserContext, email: string): Promise<Seat> {
  const page = await context.newPage();
  await page.goto(`${product.address}/join`);
  const caller = await signedIn(product, await product.demo(email), inBrowser(product, page));
  return { page, caller, email };
}

/** The consultant is at his work, and the catalogue shows him free. */
async function atWork(product: Product, context: BrowserContext, email: string): Promise<Seat & { readonly person: DemoPerson }> {
  const [at, person] = [await seat(product, context, email), await product.demo(email)];
  await at.page.goto(`${product.address}/cabinet/work`);
  await expect.poll(async () => (await cardOf(at.caller, person)).availability).toBe("free");
  return { ...at, person };
}

async function onForm(product: Product, { page }: Seat, slug: string): Promise<void> {
  await page.goto(`${product.address}/c/${slug}/call`);
  await page.getByRole("textbox", { name: ru("ringForm.task") }).fill("Сверить НДС за квартал");
}

test("of two clients who ring one consultant at the same moment one rings and the other is told; a refusal is told too", async ({
  product,
  visitor,
}) => {
  const { page: consultant, caller, person } = await atWork(product, await visitor(), "maria@minuta.example");
  const card = await cardOf(caller, person);
  const clients = [
    await seat(product, await visitor(), "olga@minuta.example"),
    await seat(product, await visitor(), "sergey@minuta.example"),
  ];
  for (const client of clients) {
    await topUp(product, client.email, kopecks(50_000));
    await onForm(product, client, card.slug);
  }
  await Promise.all(clients.map(async ({ page }) => await button(page.getByRole("main"), "ringForm.submit").click()));
  const rings = ({ page }: Seat): boolean => page.url().includes("/ring/");
  await expect.poll(() => clients.filter(rings).length, { message: "one rings" }).toBe(1);
  const [ringing, refused] = [clients.find(rings), clients.find((client) => !rings(client))];
  if (ringing === undefined || refused === undefined) throw new Error("of two one rings");
  await isTold(refused.page, "consultant-not-free");
  await expect(incoming(consultant)).toHaveCount(1);

  await button(incoming(consultant), "incoming.decline").click();
  await expect(ringing.page.getByRole("heading", { name: ru("ring.over.declined.title", { name: person.name }) })).toBeVisible();
  await expect(incoming(consultant)).toBeHidden();
  await ringing.page.getByRole("link", { name: ru("ring.again") }).click();
  await expect(ringing.page.getByRole("textbox", { name: ru("ringForm.task") }), "the task is typed once").toHaveValue(
    "Сверить НДС за квартал",
  );
  await ring(ringing.page);
  await button(ringing.page, "ring.cancel").click();
  await expect(ringing.page.getByRole("heading", { name: ru("ring.over.cancelled.title") })).toBeVisible();
  await expect(incoming(consultant)).toBeHidden();
});

test("a wallet that runs empty in mid-call pauses the call; topped up by the operator, the call goes on by itself", async ({
  product,
  visitor,
}) => {
  test.setTimeout(180_000);
  const consultant = await atWork(product, await visitor(), "igor@minuta.example");
  const card = await cardOf(consultant.caller, consultant.person);
  const page = await (await visitor()).newPage();
  await page.goto(`${product.address}/join`);
  const { credentials, caller } = await newPerson(product, "Пётр Первоминуткин", inBrowser(product, page));
  await signedIn(product, credentials, caller);
  await topUp(product, credentials.email, card.pricePerMinute);

  const callId = await ringAs(caller, card, "Хватит ровно на минуту");
  await accept(consultant.page);
  await page.goto(`${product.address}/call/${callId}`);
  for (const side of [page, consultant.page]) await control(side, "microphoneOn").click();
  await phaseIs(page, "live");
  await expect(page.getByText(ru("topUpPause.title"))).toBeVisible({ timeout: 90_000 });
  await expect(consultant.page.getByText(ru("topUpPause.other"))).toBeVisible();
  const shown = await secondsShown(page);
  expect(shown, "what was paid for is talked to the end").toBe(60);
  expect(await caller.wallet()).toMatchObject({ balance: 0n, held: card.pricePerMinute });

  await topUp(product, credentials.email, kopecks(card.pricePerMinute * 2n));
  await Promise.all([phaseIs(page, "live"), phaseIs(consultant.page, "live")]);
  await talkUntil(page, shown + 4);
  await end(page);
  const { charged, billableSeconds } = await protocolOf(caller, callId);
  expect(charged).toBe(costAt(card.pricePerMinute, billableSeconds));
  expect(charged, "the second minute was paid from the top-up").toBe(card.pricePerMinute * 2n);
  expect(await caller.wallet()).toMatchObject({ balance: card.pricePerMinute, held: charged, reserved: 0n });
  await product.proveMoney();
});
