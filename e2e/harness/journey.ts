/** What people do in the product, in the words of its pages. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Credentials, Product } from "./product.ts";
import { ru } from "./words.ts";

/** Which way media must go; people never choose, tests and labs may. */
export type Path = "websocket" | "webrtc" | "turn";

export const button = (within: Page | Locator, key: string): Locator => within.getByRole("button", { name: ru(key), exact: true });
export const control = (page: Page, key: string): Locator => button(page.getByRole("toolbar"), `controls.${key}`);

/** The field whose label begins so; labels of required fields end in a star. */
export const field = (within: Page | Locator, key: string): Locator => within.getByLabel(new RegExp(`^${ru(key)}( \\*)?$`));

/** The refusal the page shows, by its type: what a person reads there is asserted to be that refusal's words. */
export async function isTold(page: Page, problem: string): Promise<void> {
  const alert = page.getByRole("alert").filter({ hasText: ru(`problem.${problem}.title`) });
  await expect(alert).toBeVisible();
}

export async function signIn(page: Page, product: Pick<Product, "address">, { email, password }: Credentials): Promise<void> {
  await page.goto(`${product.address}/sign-in`);
  await field(page, "field.email").fill(email);
  await field(page, "field.password").fill(password);
  await button(page.getByRole("main"), "signIn.submit").click();
  await page.waitForURL("**/cabinet/work**");
}

export interface InvitationWishes {
  readonly task: string;
  readonly configuration?: string;
  /** Rubles a minute. */
  readonly ownRate?: string;
}

/** On the work page: invites a client and reads the link from the screen. */
export async function invite(page: Page, { task, configuration, ownRate }: InvitationWishes): Promise<string> {
  await button(page, "work.invite").click();
  const form = page.getByRole("dialog");
  await field(form, "invite.task").fill(task);
  if (configuration !== undefined) await field(form, "invite.configuration").fill(configuration);
  if (ownRate !== undefined) await field(form, "invite.ownRate").fill(ownRate);
  await button(form, "invite.submit").click();
  return await page.getByRole("dialog").getByLabel(ru("invite.link")).inputValue();
}

/** On the screen of an invitation: the nine digits, as they would be read aloud. */
export async function readCode(page: Page): Promise<string> {
  const code = page.getByTestId("join-code");
  await expect(code).toHaveText(/^\d{3}\s\d{3}\s\d{3}$/);
  return (await code.textContent()) ?? "";
}

/** Asks for another code in place of the one on the screen. */
export async function freshCode(page: Page): Promise<string> {
  const before = await readCode(page);
  await button(page.getByRole("dialog"), "invite.newCode").click();
  await expect(page.getByTestId("join-code")).not.toHaveText(before);
  return await readCode(page);
}

/** On the join page of an invitation: gives a name, agrees, and comes into the call. Returns the call's id. */
export async function join(page: Page, name: string): Promise<string> {
  await field(page, "join.name").fill(name);
  await button(page, "join.submit").click();
  return await inCall(page);
}

/** Types the code as it was heard. */
export async function typeCode(page: Page, address: string, code: string): Promise<void> {
  await page.goto(`${address}/join`);
  await field(page, "code.label").fill(code);
  await button(page, "code.submit").click();
}

/** Waits until the page is in a call and returns its id. */
export async function inCall(page: Page): Promise<string> {
  await page.waitForURL(/\/call\/[\w-]{36}(\?|$)/);
  const id = /\/call\/([\w-]{36})/.exec(page.url())?.[1];
  if (id === undefined) throw new Error(`no call at ${page.url()}`);
  return id;
}

/** The consultant is told that the client came, and goes to him. */
export async function answer(page: Page): Promise<string> {
  await button(page, "joined.go").click();
  return await inCall(page);
}

/** Opens the call's page again so that media keeps to one path. */
export async function keepTo(page: Page, path: Path): Promise<void> {
  const address = new URL(page.url());
  address.searchParams.set("path", path);
  await page.goto(address.href);
}

/** Answers whether to record; until then the question takes some of the picture's place. */
export async function answerRecording(page: Page, answer: "agree" | "refuse"): Promise<void> {
  await button(page, `recording.ask.${answer}`).click();
  await expect(button(page, `recording.ask.${answer}`)).toBeHidden();
}

/** The client shows his screen: the button, the consent, the browser's question (which answers itself). */
export async function shareScreen(page: Page): Promise<void> {
  await control(page, "share").click();
  await button(page.getByRole("dialog"), "consent.agree").click();
}

/** The call as its page says it is: `live`, `paused`, `waiting`… */
export const phaseIs = async (page: Page, phase: string): Promise<void> => {
  await expect(page.locator("[data-phase][data-sharing]")).toHaveAttribute("data-phase", phase, { timeout: 40_000 });
};

/** Seconds on the call's clock, as the page shows them. */
export async function secondsShown(page: Page): Promise<number> {
  const shown = await page.getByTestId("meter-time").textContent();
  const parts = (shown ?? "").split(":").map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

/** Waits until the call's clock has come so far. */
export async function talkUntil(page: Page, seconds: number): Promise<void> {
  await expect
    .poll(async () => await secondsShown(page), { timeout: seconds * 1000 + 60_000, message: "the call's clock" })
    .toBeGreaterThanOrEqual(seconds);
}

export async function say(page: Page, text: string, way: "click" | "dblclick" = "click"): Promise<void> {
  const chat = page.getByRole("complementary", { name: ru("chat.title") });
  if (!(await chat.isVisible())) await page.getByRole("toolbar").getByRole("button", { expanded: false }).click();
  await chat.getByLabel(ru("chat.message")).fill(text);
  await button(chat, "chat.send")[way]();
}

export async function reads(page: Page, text: string): Promise<void> {
  const chat = page.getByRole("complementary", { name: ru("chat.title") });
  if (!(await chat.isVisible())) await page.getByRole("toolbar").getByRole("button", { expanded: false }).click();
  await expect(chat.getByRole("log")).toContainText(text);
}

/** Ends the call and waits for the page that follows it. */
export async function end(page: Page): Promise<void> {
  await control(page, "end").click();
  await button(page.getByRole("dialog"), "end.confirm").click();
  await page.waitForURL("**/after");
}
