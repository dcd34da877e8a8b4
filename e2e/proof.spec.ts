/** What both sides can prove afterwards: minutes signed by three, and a file anybody checks. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { checkProtocol } from "@minuta/contracts/check-protocol";
import { answer, control, end, invite, join, phaseIs, signIn, talkUntil } from "./harness/journey.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

/** The call's protocol as a file, from the page that offers it. */
async function savedFile(page: Page, path: string): Promise<Buffer> {
  await page.getByRole("link", { name: ru("after.openProtocol") }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: ru("protocol.file") }).click()]);
  await download.saveAs(path);
  return readFile(path);
}

/** Drops the file on `/verify` and waits for its word. */
async function isJudged(page: Page, path: string, verdict: string): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles(path);
  await expect(page.locator("[data-verdict]")).toHaveAttribute("data-verdict", verdict);
}

test("a minute of talk is signed by the server and both browsers; the file is checked without network, and a changed byte is found", async ({
  product,
  visitor,
}, info) => {
  test.setTimeout(240_000);
  const [client, consultant] = [await (await visitor()).newPage(), await (await visitor()).newPage()];
  await signIn(consultant, product, await product.demo("anna@minuta.example"));
  await client.goto(await invite(consultant, { task: "Не проводится реализация", ownRate: "20" }));
  await join(client, "Ольга Николаевна");
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  await phaseIs(consultant, "live");
  await talkUntil(consultant, 75);
  await end(consultant);
  await client.waitForURL("**/after");
  // The pages sign the last minute after they left the call.
  await consultant.waitForTimeout(4_000);

  const path = info.outputPath("protocol.json");
  const bytes = await savedFile(consultant, path);
  const { checks, minutes, file } = await checkProtocol(bytes, { server: [] });
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(minutes.map((minute) => [minute.client, minute.consultant])).toEqual(minutes.map(() => [true, true]));
  expect(minutes.at(-1)!.toSecond).toBe(file!.protocol.provenSeconds);
  expect(file!.protocol.provenSeconds).toBeGreaterThanOrEqual(60);
  expect(file!.keys.map(({ side, kind }) => `${side} ${kind}`).toSorted()).toEqual(["client call", "consultant device"]);

  const judge = await (await visitor()).newPage();
  await judge.goto(`${product.address}/verify`);
  await expect(judge.getByRole("button", { name: ru("verify.choose") })).toBeEnabled();
  await judge.context().setOffline(true);
  await isJudged(judge, path, "holds");
  await judge.screenshot({ path: info.outputPath("verify.png"), fullPage: true });
  const changed = info.outputPath("changed.json");
  const at = bytes.indexOf("Ольга");
  await writeFile(changed, bytes.with(at + 1, bytes[at + 1]! ^ 1));
  await isJudged(judge, changed, "fails");
  await judge.screenshot({ path: info.outputPath("verify-changed.png"), fullPage: true });
});
