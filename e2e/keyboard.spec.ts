/** Whole calls by keyboard alone, on both sides: nothing here ever touches a mouse. */
import { expect, type Locator, type Page } from "@playwright/test";
import { kopecks } from "@minuta/contracts/money";
import { inBrowser, newPerson, signedIn, topUp } from "./harness/api.ts";
import { button, control, field, inCall, phaseIs, talkUntil } from "./harness/journey.ts";
import { cardOf, incoming } from "./harness/market.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

/** More than there are stops on any page. */
const TABS_MAX = 120;

/** Every stop is a question to the browser, so patience. */
test.describe.configure({ timeout: 300_000 });

const isFocused = async (target: Locator): Promise<boolean> =>
  await target.first().evaluate((element) => element === element.ownerDocument.activeElement);

/** Tab by tab to the control, which must then show that it is the one. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target.first()).toBeVisible();
  for (let tabs = 0; tabs < TABS_MAX && !(await isFocused(target)); tabs += 1) await page.keyboard.press("Tab");
  expect(await isFocused(target), `the keyboard reaches ${String(target)}`).toBe(true);
  expect(await target.first().evaluate((element) => element.matches(":focus-visible")), `${String(target)} shows its focus`).toBe(true);
}

async function press(page: Page, target: Locator): Promise<void> {
  await expect(target.first()).toBeEnabled();
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(text);
}

/** Microphones on, some seconds on the line, then one side ends the call. */
async function talk({ ends, other }: { readonly ends: Page; readonly other: Page }): Promise<void> {
  for (const page of [ends, other]) await press(page, control(page, "microphoneOn"));
  await phaseIs(ends, "live");
  await talkUntil(ends, 7);
  await press(ends, control(ends, "end"));
  await press(ends, button(ends.getByRole("dialog"), "end.confirm"));
  await Promise.all([ends, other].map(async (page) => await page.waitForURL("**/after")));
}

async function consultantAtWork(product: Product, page: Page, email: string): Promise<ReturnType<typeof inBrowser>> {
  await page.goto(`${product.address}/join`);
  const caller = await signedIn(product, await product.demo(email), inBrowser(product, page));
  await page.goto(`${product.address}/cabinet/work`);
  return caller;
}

test("a client finds, rings, talks and says it is solved, and the consultant answers, all by keyboard", async ({ product, visitor }) => {
  const person = await product.demo("maria@minuta.example");
  const { credentials } = await newPerson(product, "Клавдия Клавишная");
  await topUp(product, credentials.email, kopecks(20_000));
  const [client, consultant] = [await (await visitor()).newPage(), await (await visitor()).newPage()];
  const caller = await consultantAtWork(product, consultant, person.email);
  await expect.poll(async () => (await cardOf(caller, person)).availability).toBe("free");

  await client.goto(product.address);
  await type(client, client.getByRole("searchbox", { name: ru("catalogue.search") }), person.name);
  await client.waitForURL(/[?&]text=/);
  await press(client, client.getByRole("link", { name: ru("catalogue.callNamed", { name: person.name }) }));
  await client.waitForURL("**/sign-in?**");
  await type(client, field(client, "field.email"), credentials.email);
  await type(client, field(client, "field.password"), credentials.password);
  await client.keyboard.press("Enter");
  await client.waitForURL(/\/c\/[\w-]+\/call/);
  await type(client, client.getByRole("textbox", { name: ru("ringForm.task") }), "Не сходится отпуск");
  await press(client, button(client.getByRole("main"), "ringForm.submit"));
  await client.waitForURL("**/ring/**");

  await press(consultant, button(incoming(consultant), "incoming.accept"));
  expect(await inCall(client)).toBe(await inCall(consultant));
  await talk({ ends: client, other: consultant });
  await press(client, button(client.getByRole("main"), "outcome.solved"));
  await expect(client.getByText(ru("outcome.done.client"))).toBeVisible();
});

test("a consultant invites and a guest joins and shows his screen, all by keyboard", async ({ product, visitor, stage, sit }) => {
  const consultant = await (await visitor()).newPage();
  await consultantAtWork(product, consultant, "igor@minuta.example");
  await press(consultant, button(consultant, "work.invite"));
  const form = consultant.getByRole("dialog");
  await type(consultant, field(form, "invite.task"), "Печать чека");
  await press(consultant, button(form, "invite.submit"));
  const link = await form.getByLabel(ru("invite.link")).inputValue();

  const { page: guest } = await sit(stage.client);
  await guest.goto(link);
  await type(guest, field(guest, "join.name"), "Пётр");
  await press(guest, button(guest, "join.submit"));
  const callId = await inCall(guest);
  await press(consultant, button(consultant, "joined.go"));
  expect(await inCall(consultant)).toBe(callId);
  await press(guest, control(guest, "share"));
  await press(guest, button(guest.getByRole("dialog"), "consent.agree"));
  await expect(guest.locator("[data-phase][data-sharing]")).toHaveAttribute("data-sharing", "on");
  await talk({ ends: consultant, other: guest });
});
