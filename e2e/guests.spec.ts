/** A client without an account, after the call: his private link, his word, his e-mail; the consultant's client book. */
import { expect } from "@playwright/test";
import { callsApi } from "@minuta/contracts/calls";
import { callId as callIdSchema } from "@minuta/contracts/ids";
import { inBrowser, signedIn } from "./harness/api.ts";
import { button, field, inCall, isTold, phaseIs } from "./harness/journey.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

test("a guest returns by his private link, confirms his e-mail and comments; the consultant reads it in the protocol and in his client book", async ({
  product,
  visitor,
}) => {
  const consultant = await (await visitor()).newPage();
  await consultant.goto(`${product.address}/join`);
  const caller = await signedIn(product, await product.demo("anna@minuta.example"), inBrowser(product, consultant));
  const { token } = await caller.invite("Настроить обмен с банком");

  const guest = await (await visitor()).newPage();
  await guest.goto(`${product.address}/join/${token}`);
  await field(guest, "join.name").fill("Фёдор Михайлович");
  await button(guest, "join.submit").click();
  const callId = callIdSchema.parse(await inCall(guest));
  await phaseIs(guest, "waiting");
  await caller.ask(callsApi.end, { params: { callId } });
  await guest.waitForURL("**/after");
  const link = await guest.getByLabel(ru("privateLink.label")).inputValue();

  const later = await (await visitor()).newPage();
  await later.goto(`${product.address}/call/${callId}/after`);
  await isTold(later, "not-found");
  await later.goto(link);
  await later.waitForURL("**/after");
  await field(later, "field.email").fill("fyodor@client.example");
  await button(later, "guestEmail.ask").click();
  const { text } = await product.letter("fyodor@client.example");
  await later.getByLabel(ru("guestEmail.code", { email: "fyodor@client.example" })).fill(/\b\d{6}\b/.exec(text)?.[0] ?? "");
  await button(later, "guestEmail.confirm").click();
  await expect(later.getByText(ru("guestEmail.confirmed", { email: "fyodor@client.example" }))).toBeVisible();
  await field(later, "comments.label").fill("Обмен работает, выписка загрузилась");
  await button(later, "comments.submit").click();
  await expect(later.getByText("Обмен работает, выписка загрузилась").first()).toBeVisible();

  await consultant.goto(`${product.address}/call/${callId}/protocol`);
  await expect(consultant.getByText("Обмен работает, выписка загрузилась").first()).toBeVisible();
  await expect(consultant.getByText(ru("card.identified"), { exact: true })).toBeVisible();
  await consultant.goto(`${product.address}/cabinet/work`);
  await expect(consultant.getByRole("main")).toContainText("Фёдор Михайлович");
});
