/** A catalogue that one page does not hold. */
import { expect } from "@playwright/test";
import { catalogueApi } from "@minuta/contracts/catalogue";
import { kopecks } from "@minuta/contracts/money";
import { newPerson, stranger } from "./harness/api.ts";
import { button } from "./harness/journey.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";

/** As many as the page asks for at once. */
const PAGE_SIZE = 24;
/** One address may sign up ten times an hour. */
const FROM_ONE_ADDRESS = 9;

/** A consultant with a published card, made as people make theirs. */
async function newConsultant(product: Product, n: number): Promise<void> {
  const from = `127.0.0.${10 + Math.floor(n / FROM_ONE_ADDRESS)}`;
  const { caller } = await newPerson(product, `Консультант ${String(n).padStart(2, "0")}`, stranger(product, from));
  const card = { configurations: ["retail3"], areas: [], pricePerMinute: kopecks(3000 + n), text: "Розница и кассы.", published: true };
  await caller.ask(catalogueApi.change, { body: { ...card, pricePerMinute: Number(card.pricePerMinute) } });
}

test("more consultants than a page holds come page by page, each once", async ({ product, visitor }) => {
  test.setTimeout(300_000);
  const numbers = Array.from({ length: PAGE_SIZE + 2 }, (_, n) => n);
  for (const n of numbers) await newConsultant(product, n);
  const page = await (await visitor()).newPage();
  await page.goto(`${product.address}/?configuration=retail3`);
  const cards = page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name: /^Консультант \d\d$/ }) });
  await expect(cards).toHaveCount(PAGE_SIZE);
  await button(page.getByRole("main"), "action.more").click();
  await expect(cards).toHaveCount(numbers.length);
  await expect(button(page.getByRole("main"), "action.more")).toHaveCount(0);
  const names = await cards.getByRole("link", { name: /^Консультант \d\d$/ }).allTextContents();
  expect(names.toSorted()).toEqual(numbers.map((n) => `Консультант ${String(n).padStart(2, "0")}`));
});
