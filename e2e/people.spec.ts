/** Persons: sign-up by e-mail, sign-in, a forgotten password, and sign-ins that end at once. */
import { expect, type Page } from "@playwright/test";
import { newPerson } from "./harness/api.ts";
import { button, field, isTold, signIn } from "./harness/journey.ts";
import type { Credentials, Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

/** Follows the link of the newest letter to that address, from the page where developers read the mail. */
async function followLetter(page: Page, product: Product, to: string): Promise<void> {
  await product.letter(to);
  await page.goto(`${product.address}/dev/mail`);
  const letter = page.locator("section, div, article").filter({ hasText: ru("mail.to", { to }) });
  await letter
    .getByRole("link", { name: /token=/ })
    .first()
    .click();
}

async function tryToSignIn(page: Page, product: Product, { email, password }: Credentials): Promise<void> {
  await page.goto(`${product.address}/sign-in`);
  await field(page, "field.email").fill(email);
  await field(page, "field.password").fill(password);
  await button(page.getByRole("main"), "signIn.submit").click();
}

test("a person signs up, follows the letter, works, leaves and comes back; a wrong password does not let him in", async ({
  product,
  visitor,
}) => {
  const page = await (await visitor()).newPage();
  const credentials = { email: "olga@client.example", password: "соль и перец на столе" };
  await page.goto(`${product.address}/sign-up`);
  await field(page, "field.name").fill("Ольга Новикова");
  await field(page, "field.email").fill(credentials.email);
  await field(page, "field.password").fill(credentials.password);
  await button(page, "signUp.submit").click();
  await expect(page.getByRole("heading", { name: ru("signUp.sentTitle") })).toBeVisible();

  await tryToSignIn(page, product, credentials);
  await isTold(page, "email-not-confirmed");

  await followLetter(page, product, credentials.email);
  await field(page, "field.password").fill(credentials.password);
  await button(page.getByRole("main"), "confirm.submit").click();
  await expect(page.getByRole("heading", { name: ru("confirm.title") })).toBeVisible();
  await page.getByRole("link", { name: ru("confirm.go") }).click();
  await expect(page.getByRole("heading", { name: ru("work.title"), level: 1 })).toBeVisible();

  await page.getByRole("button", { name: ru("header.personMenu", { name: "Ольга Новикова" }) }).click();
  await page.getByRole("menuitem", { name: ru("nav.signOut") }).click();
  await expect(page.getByRole("link", { name: ru("nav.signIn") }).first()).toBeVisible();
  await page.goto(`${product.address}/cabinet`);
  await page.waitForURL("**/sign-in**");

  await tryToSignIn(page, product, { ...credentials, password: "соль и сахар на столе" });
  await isTold(page, "email-or-password-wrong");
  await signIn(page, product, credentials);
});

test("a forgotten password is set anew by a letter that works once; the old one is of no use", async ({ product, visitor }) => {
  const page = await (await visitor()).newPage();
  const { credentials } = await newPerson(product, "Пётр Забывчивый");
  const renewed = { email: credentials.email, password: "новый длинный пароль" };
  await page.goto(`${product.address}/forgot`);
  await field(page, "field.email").fill(credentials.email);
  await button(page, "forgot.submit").click();
  await expect(page.getByRole("heading", { name: ru("signUp.sentTitle") })).toBeVisible();

  const { text } = await product.letter(credentials.email, /Новый пароль/);
  const link = /https?:\/\/\S+\/reset\S+/.exec(text)?.[0] ?? "";
  await page.goto(link);
  await field(page, "field.newPassword").fill(renewed.password);
  await button(page, "reset.submit").click();
  await page.waitForURL("**/cabinet/work**");

  const other = await (await visitor()).newPage();
  await other.goto(link);
  await field(other, "field.newPassword").fill("ещё один длинный пароль");
  await button(other, "reset.submit").click();
  await isTold(other, "token-not-valid");
  await tryToSignIn(other, product, credentials);
  await isTold(other, "email-or-password-wrong");
  await signIn(other, product, renewed);
});

test("a sign-in that is ended from another device stops at once", async ({ product, visitor }) => {
  const { credentials } = await newPerson(product, "Вера Осторожная");
  const [left, right] = [await (await visitor()).newPage(), await (await visitor()).newPage()];
  await signIn(left, product, credentials);
  await signIn(right, product, credentials);
  await left.goto(`${product.address}/cabinet/profile`);
  const others = left.getByRole("button", { name: /^Завершить вход/ });
  // The browser on the right, and the program that confirmed the letter.
  await expect(others).toHaveCount(2);
  for (const remaining of [1, 0]) {
    await others.first().click();
    await expect(others).toHaveCount(remaining);
  }
  await right.reload();
  await right.waitForURL("**/sign-in**");
  await left.reload();
  await expect(left.getByRole("heading", { name: ru("profile.title"), level: 1 }), "one's own sign-in lives on").toBeVisible();
});
