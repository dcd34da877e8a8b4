/** What a client of the catalogue and the consultant he rings do, in the words of their pages. */
import { expect, type Locator, type Page } from "@playwright/test";
import { ringsApi } from "@minuta/contracts/rings";
import { RING_CONSENT_VERSION } from "@minuta/contracts/consent";
import { callId, type CallId } from "@minuta/contracts/ids";
import { catalogueApi, type CatalogueCard } from "@minuta/contracts/catalogue";
import type { Caller } from "./api.ts";
import { button, field, inCall } from "./journey.ts";
import type { Credentials, DemoPerson } from "./product.ts";
import { ru } from "./words.ts";

export interface Need {
  readonly task: string;
  /** As the list of the form names it. */
  readonly configuration: string;
  readonly release: string;
}

/** Finds the consultant's card in the catalogue, by search, and waits until he can be called. */
export async function findInCatalogue(page: Page, address: string, { name }: Pick<DemoPerson, "name">): Promise<Locator> {
  await page.goto(address);
  await page.getByRole("searchbox", { name: ru("catalogue.search") }).fill(name);
  await page.waitForURL(/[?&]text=/);
  const card = page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(card).toHaveAttribute("data-availability", "free");
  return card;
}

/** From the found card to the form of the call. */
export async function wishToCall(card: Locator, { name }: Pick<DemoPerson, "name">): Promise<void> {
  await card.getByRole("link", { name: ru("catalogue.callNamed", { name }) }).click();
  await card.page().waitForURL(/\/(c\/[\w-]+\/call|sign-in)/);
}

/** On the sign-in page that stands between a stranger and what he wanted: signs in and is where he was going. */
export async function signInOnTheWay(page: Page, { email, password }: Credentials): Promise<void> {
  await page.waitForURL("**/sign-in?**");
  await field(page, "field.email").fill(email);
  await field(page, "field.password").fill(password);
  await button(page.getByRole("main"), "signIn.submit").click();
  await page.waitForURL(/\/c\/[\w-]+\/call/);
}

/** Fills the form of the call. */
export async function describe(page: Page, { task, configuration, release }: Need): Promise<void> {
  await page.getByRole("textbox", { name: ru("ringForm.task") }).fill(task);
  await page.getByLabel(ru("ringForm.configuration")).first().fill(configuration);
  await page.getByRole("option", { name: configuration, exact: true }).first().click();
  await page.getByRole("textbox", { name: ru("ringForm.release") }).fill(release);
}

/** Presses "call" in the form; it rings when the page of the ring stands. */
export async function ring(page: Page): Promise<void> {
  await button(page.getByRole("main"), "ringForm.submit").click();
  await page.waitForURL("**/ring/**");
}

/** What rings at the consultant, over whatever page he has open. */
export const incoming = (page: Page): Locator => page.getByRole("dialog").filter({ hasText: ru("incoming.title") });

/** Takes the call that rings. */
export async function accept(page: Page): Promise<CallId> {
  await button(incoming(page), "incoming.accept").click();
  return callId.parse(await inCall(page));
}

/** The client's word after the call. */
export async function saySolved(page: Page): Promise<void> {
  await button(page.getByRole("main"), "outcome.solved").click();
  await expect(page.getByText(ru("outcome.done.client"))).toBeVisible();
}

/** The card of the consultant as the catalogue has it; refuses (throws) when there is none. */
export async function cardOf(caller: Caller, { name }: Pick<DemoPerson, "name">): Promise<CatalogueCard> {
  const { cards } = await caller.ask(catalogueApi.list, { query: { text: name } });
  const card = cards.find((found) => found.name === name);
  if (card === undefined) throw new Error(`no card of ${name}`);
  return card;
}

/** The same as the form does, without its page. Refuses (throws) with the problem's body. */
export async function ringAs(client: Caller, { personId, pricePerMinute }: CatalogueCard, task: string): Promise<CallId> {
  const body = {
    consultantId: personId,
    task,
    configuration: null,
    release: null,
    consent: RING_CONSENT_VERSION,
    pricePerMinute: Number(pricePerMinute),
  };
  return (await client.ask(ringsApi.ring, { body })).ring.callId;
}
