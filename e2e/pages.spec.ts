/**
 * Every page, as it looks: no sideways scrolling from a phone to a wide desk, nothing serious found by axe, a picture of each kept in
 * test-results. Language changes the layout and the colour scheme the contrast, so two looks show both values of both.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type BrowserContext, type Page, type TestInfo } from "@playwright/test";
import { callsApi } from "@minuta/contracts/calls";
import type { CatalogueCard } from "@minuta/contracts/catalogue";
import type { CallId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { recordingsApi } from "@minuta/contracts/recordings";
import { ringsApi } from "@minuta/contracts/rings";
import { inBrowser, joinAs, newPerson, signedIn, topUp, type Caller } from "./harness/api.ts";
import { answerRecording, control, end, talkUntil } from "./harness/journey.ts";
import { accept, cardOf, ringAs } from "./harness/market.ts";
import { until } from "./harness/process.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { wordKeys, wordsIn } from "./harness/words.ts";

const widths = [360, 768, 1440] as const;

interface Look {
  readonly locale: "ru" | "en";
  readonly scheme: "light" | "dark";
  /** At which of the widths axe looks too: it is slow, and each page is looked at twice. */
  readonly axeAt: (typeof widths)[number];
}
const looks: readonly Look[] = [
  { locale: "ru", scheme: "light", axeAt: 1440 },
  { locale: "en", scheme: "dark", axeAt: 360 },
];
const HEIGHT = 900;
/** Many pages, each drawn three times and read by axe: it takes a busy machine minutes. */
test.describe.configure({ timeout: 300_000 });
const named = ({ locale, scheme }: Look): string => `${locale}, ${scheme}`;

/** What the person's browser remembers of his taste. */
async function dress(context: BrowserContext, { locale, scheme }: Look): Promise<void> {
  await context.addInitScript(
    `localStorage.setItem("minuta.locale", "${locale}"); localStorage.setItem("minuta.color-scheme", "${scheme}")`,
  );
}

/** A page of the visitor's browser, opened at the product, with his taste. */
async function opened(context: BrowserContext, product: Product, look: Look): Promise<Page> {
  await dress(context, look);
  const page = await context.newPage();
  await page.goto(`${product.address}/join`);
  return page;
}

async function settled(page: Page, inCall: boolean): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  // A call's page is never idle where its channel goes by HTTP.
  if (inCall) await expect(page.locator("[data-phase]").first()).toBeVisible();
  else await page.waitForLoadState("networkidle");
  await page.evaluate("document.fonts.ready.then(() => undefined)");
}

const TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

async function inspect(page: Page, name: string, { look, info }: Inspection): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: HEIGHT });
    const said = await page.evaluate<string>("document.body.innerText");
    expect.soft(said.match(wordKeys), `${name} at ${width}: words, not their keys`).toBeNull();
    // Plots follow a moment after the page.
    await expect
      .configure({ soft: true })
      .poll(async () => await page.evaluate<number>(TOO_WIDE), { message: `${name} at ${width}: no sideways scrolling` })
      .toBe(0);
    await page.screenshot({ path: info.outputPath(`${name}-${width}.png`), fullPage: true, animations: "disabled" });
    if (width !== look.axeAt) continue;
    const { violations } = await new AxeBuilder({ page }).analyze();
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
    expect.soft(found, `${name} at ${width}: axe`).toEqual([]);
  }
}

interface Inspection {
  readonly look: Look;
  readonly info: TestInfo;
}

interface Visit {
  readonly name: string;
  readonly address: string;
  readonly inCall?: boolean;
}

async function inspectAll(page: Page, visits: readonly Visit[], inspection: Inspection): Promise<void> {
  for (const { name, address, inCall = false } of visits) {
    await page.goto(address);
    await settled(page, inCall);
    await inspect(page, name, inspection);
  }
}

const NO_TOKEN = "A".repeat(43);

for (const look of looks) {
  test(`pages that anyone may open look right (${named(look)})`, async ({ product, visitor }, info) => {
    const page = await opened(await visitor(), product, look);
    const at = (path: string): string => product.address + path;
    const visits = [
      { name: "landing", address: at("/") },
      { name: "join-code", address: at("/join") },
      { name: "sign-in", address: at("/sign-in") },
      { name: "sign-up", address: at("/sign-up") },
      { name: "forgot", address: at("/forgot") },
      { name: "reset", address: at(`/reset?token=${NO_TOKEN}`) },
      { name: "confirm", address: at(`/confirm?token=${NO_TOKEN}`) },
      { name: "join-failed", address: at(`/join/${NO_TOKEN}`) },
      { name: "mail", address: at("/dev/mail") },
      { name: "verify", address: at("/verify") },
      { name: "not-found", address: at("/no-such-page") },
    ];
    await inspectAll(page, visits, { look, info });
  });

  test(`pages of a new person, empty as they are, look right (${named(look)})`, async ({ product, visitor }, info) => {
    const page = await opened(await visitor(), product, look);
    await newPerson(product, "Светлана Новенькая", inBrowser(product, page));
    const at = (path: string): string => product.address + path;
    const visits = [
      { name: "work-empty", address: at("/cabinet/work") },
      { name: "cabinet-empty", address: at("/cabinet") },
      { name: "statement-empty", address: at("/cabinet?tab=statement") },
      { name: "profile", address: at("/cabinet/profile") },
      { name: "report-empty", address: at("/cabinet/report") },
    ];
    await inspectAll(page, visits, { look, info });
  });

  test(`pages of the operator look right (${named(look)})`, async ({ product, visitor }, info) => {
    const page = await opened(await visitor(), product, look);
    await signedIn(product, await product.demo("operator@minuta.example"), inBrowser(product, page));
    await inspectAll(page, [{ name: "operator", address: `${product.address}/operator` }], { look, info });
  });

  test(`pages of a call, while it runs and after it, look right (${named(look)})`, async ({ product, visitor }, info) => {
    const [left, right] = [await opened(await visitor(), product, look), await opened(await visitor(), product, look)];
    const consultant = await signedIn(product, await product.demo("igor@minuta.example"), inBrowser(product, left));
    const { token } = await consultant.invite("Не сходится ведомость по складу за октябрь");
    const at = (path: string): string => product.address + path;
    await inspectAll(right, [{ name: "join", address: at(`/join/${token}`) }], { look, info });
    const work = [
      { name: "work", address: at("/cabinet/work") },
      { name: "work-invite", address: at("/cabinet/work?invitation=new") },
    ];
    await inspectAll(left, work, { look, info });

    const callId = await joinAs(inBrowser(product, right), token, "Ольга Николаевна");
    await inspectAll(left, [{ name: "call-consultant", address: at(`/call/${callId}`), inCall: true }], { look, info });
    await inspectAll(right, [{ name: "call-client", address: at(`/call/${callId}`), inCall: true }], { look, info });
    await inspectRecordingBadge([left, right], { look, info });
    await consultant.ask(callsApi.end, { params: { callId } });
    const afterwards = (side: string): Visit[] => [
      { name: `after-${side}`, address: at(`/call/${callId}/after`) },
      { name: `protocol-${side}`, address: at(`/call/${callId}/protocol`) },
    ];
    await inspectAll(left, [...afterwards("consultant"), { name: "cabinet", address: at("/cabinet") }], { look, info });
    await inspectAll(right, afterwards("client"), { look, info });
  });
}

/** Both agree to the recording; what the badge then says, and what it says when it is asked. */
async function inspectRecordingBadge([page, other]: readonly [Page, Page], inspection: Inspection): Promise<void> {
  const words = wordsIn(inspection.look.locale);
  for (const one of [page, other]) await one.getByRole("button", { name: words("recording.ask.agree"), exact: true }).click();
  await expect(page.getByTestId("recording")).toHaveAttribute("data-recording", "recording");
  await page.getByTestId("recording").click();
  await expect(page.getByRole("button", { name: words("recording.stop") })).toBeVisible();
  await inspect(page, "recording-badge", inspection);
}

/** A call from the catalogue, recorded, long enough to cost something. */
async function marketCall(product: Product, contexts: readonly [BrowserContext, BrowserContext]): Promise<CallId> {
  const [consultant, client] = [await contexts[0].newPage(), await contexts[1].newPage()];
  for (const page of [consultant, client]) await page.goto(`${product.address}/join`);
  const [maria, olga] = [await product.demo("maria@minuta.example"), await product.demo("olga@minuta.example")];
  const earner = await signedIn(product, maria, inBrowser(product, consultant));
  const payer = await signedIn(product, olga, inBrowser(product, client));
  await topUp(product, olga.email, kopecks(50_000));
  await consultant.goto(`${product.address}/cabinet/work`);
  await expect.poll(async () => (await cardOf(earner, maria)).availability).toBe("free");
  // That her page of the test before is gone may be noticed only now: then she is free again a moment later.
  const ring = async (): Promise<CallId> => await ringAs(payer, await cardOf(payer, maria), "Пересчитать отпускные за октябрь");
  const notYet = (error: unknown): null => {
    if (String(error).includes("consultant-not-free")) return null;
    throw error;
  };
  const callId = await until("a ring", () => ring().catch(notYet), 20_000);
  await accept(consultant);
  await client.goto(`${product.address}/call/${callId}`);
  for (const page of [consultant, client]) await control(page, "microphoneOn").click();
  for (const page of [consultant, client]) await answerRecording(page, "agree");
  for (const page of [consultant, client]) await expect(page.getByTestId("recording")).toHaveAttribute("data-recording", "recording");
  await talkUntil(client, 7);
  await end(client);
  const haveFilms = async (): Promise<boolean> => {
    const { kept } = await payer.ask(recordingsApi.kept, { params: { callId } });
    return kept.client.files.length > 0 && kept.consultant.files.length > 0;
  };
  await expect.poll(haveFilms, { timeout: 60_000, message: "what both recorded" }).toBe(true);
  await contexts[0].close();
  await contexts[1].close();
  return callId;
}

for (const look of looks) {
  test(`pages of the marketplace look right on both sides (${named(look)})`, async ({ product, visitor }, info) => {
    // A dozen pages, each in three widths, beside a whole call of other browsers.
    test.setTimeout(540_000);
    const callId = await marketCall(product, [await visitor(), await visitor()]);
    const [maria, olga] = [await product.demo("maria@minuta.example"), await product.demo("olga@minuta.example")];
    const [left, right] = [await opened(await visitor(), product, look), await opened(await visitor(), product, look)];
    await signedIn(product, maria, inBrowser(product, left));
    const payer = await signedIn(product, olga, inBrowser(product, right));
    const card = await cardOf(payer, maria);
    // One look sees it wait for the client's word, the other sees it settled.
    if (look.locale === "en") await payer.ask(ringsApi.solved, { params: { callId } });
    const at = (path: string): string => product.address + path;
    const asClient = [
      { name: "consultant", address: at(`/c/${card.slug}`) },
      { name: "ring-form", address: at(`/c/${card.slug}/call`) },
      { name: "after-market-client", address: at(`/call/${callId}/after`) },
      { name: "statistics-client", address: at("/cabinet?tab=statistics&side=client") },
      { name: "recordings", address: at(`/call/${callId}/recordings`) },
      { name: "report-client", address: at("/cabinet/report?side=client") },
      { name: "statement", address: at("/cabinet?tab=statement") },
    ];
    await inspectAll(right, asClient, { look, info });
    await right.locator("details > summary").first().click();
    await inspect(right, "statement-detail", { look, info });
    const asConsultant = [
      { name: "after-market-consultant", address: at(`/call/${callId}/after`) },
      { name: "earnings", address: at("/cabinet?tab=earnings") },
      { name: "statistics-consultant", address: at("/cabinet?tab=statistics") },
      { name: "report-consultant", address: at("/cabinet/report") },
      { name: "card-editor", address: at("/cabinet/work?card=edit") },
      { name: "work-with-card", address: at("/cabinet/work") },
    ];
    await inspectAll(left, asConsultant, { look, info });
    await left.goto(at(`/call/${callId}/recordings`));
    await settled(left, false);
    for (const summary of await left.locator("details > summary").all()) await summary.click();
    await inspect(left, "recordings-detail", { look, info });
    await inspectRing({ left, right, payer, card }, look, info);
  });
}

interface Ringing {
  readonly left: Page;
  readonly right: Page;
  readonly payer: Caller;
  readonly card: CatalogueCard;
}

/** Rings twice: a ring lasts less than both sides' pages take to be looked at. */
async function inspectRing({ left, right, payer, card }: Ringing, look: Look, info: TestInfo): Promise<void> {
  for (const side of ["client", "consultant"]) {
    await expect.poll(async () => (await cardOf(payer, card)).availability).toBe("free");
    const ringing = await ringAs(payer, card, "Больничный за прошлый год");
    if (side === "client") {
      await inspectAll(right, [{ name: "ring", address: `${new URL(right.url()).origin}/ring/${ringing}` }], { look, info });
    } else {
      await expect(left.getByTestId("incoming-ring").getByRole("dialog")).toBeVisible();
      await inspect(left, "incoming", { look, info });
    }
    await payer.ask(ringsApi.cancel, { params: { callId: ringing } });
  }
}
