/** What both sides can prove afterwards: minutes signed by three, a file anybody checks, and what happens when an end does not sign. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, type BrowserContext, type Page } from "@playwright/test";
import { checkProtocol, type ProtocolCheck } from "@minuta/contracts/check-protocol";
import type { Side } from "@minuta/contracts/ids";
import { publishedKeys } from "@minuta/contracts/journal";
import { recordingsApi } from "@minuta/contracts/recordings";
import { fingerprintOf } from "@minuta/contracts/signing";
import { z } from "zod";
import { answer, answerRecording, button, control, end, field, invite, join, phaseIs, signIn, talkUntil } from "./harness/journey.ts";
import { run } from "./harness/process.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

const VERIFY = fileURLToPath(new URL("../tools/verify.ts", import.meta.url));

/** The server's keys as it publishes them. */
async function serverKeys({ address }: Pick<Product, "address">): Promise<string[]> {
  const reply = await fetch(`${address}/.well-known/minuta-keys.json`);
  return [...publishedKeys.parse(await reply.json()).keys];
}

/** What the protocol file says now, to the page that may read it. */
async function judgedNow(page: Page, product: Product, callId: string): Promise<ProtocolCheck> {
  const reply = await page.request.get(`${product.address}/api/journal/${callId}/protocol.json`);
  return checkProtocol(await reply.body(), { server: await serverKeys(product) });
}

/** The call's protocol as a file, from the page that offers it. */
async function savedFile(page: Page, path: string): Promise<Buffer> {
  await page.getByRole("link", { name: ru("after.openProtocol") }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: ru("protocol.file") }).click()]);
  await download.saveAs(path);
  return readFile(path);
}

/** Drops the file on `/verify` and waits for its word. */
async function isJudged(page: Page, path: string, verdict: string): Promise<void> {
  await page.getByLabel(ru("verify.choose"), { exact: true }).and(page.locator("input")).setInputFiles(path);
  await expect(page.locator("[data-verdict]")).toHaveAttribute("data-verdict", verdict);
}

/** Both sides' recordings as they were hashed, from the page that offers them: the paths of the two archives. */
async function savedOriginals(page: Page, pathOf: (name: string) => string): Promise<string[]> {
  await page.getByRole("link", { name: ru("recording.open") }).click();
  const paths: string[] = [];
  const links = page.getByRole("link", { name: ru("recording.originals") });
  await expect(links).toHaveCount(2);
  for (const link of await links.all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const path = pathOf(download.suggestedFilename());
    await download.saveAs(path);
    paths.push(path);
  }
  await page.goBack();
  return paths;
}

/** Gives the files beside the protocol that is shown on `/verify`. */
async function recordingIsJudged(page: Page, paths: string[], verdict: string): Promise<void> {
  await page.getByLabel(ru("verify.recordings.choose"), { exact: true }).and(page.locator("input")).setInputFiles(paths);
  await expect(page.locator("[data-recordings]")).toHaveAttribute("data-recordings", verdict);
}

/** What a person knows of a side's key from elsewhere, and what the page says to it. */
async function giveKeyOf(page: Page, side: Side, fingerprint: string, said: "same" | "other"): Promise<void> {
  await field(page, `verify.sides.label.${side}`).fill(fingerprint);
  const keys = page.locator(`[data-keys-of="${side}"]`);
  await button(keys, "verify.keys.give").click();
  await expect(keys.locator("[data-key-said]")).toHaveAttribute("data-key-said", said);
}

test("a minute of talk is signed by the server and both browsers; the file is checked without network, and a changed byte is found", async ({
  product,
  visitor,
}, info) => {
  test.setTimeout(240_000);
  const [client, consultant] = [await (await visitor()).newPage(), await (await visitor()).newPage()];
  await signIn(consultant, product, await product.demo("anna@minuta.example"));
  await client.goto(await invite(consultant, { task: "Не проводится реализация", ownRate: "20" }));
  const callId = await join(client, "Ольга Николаевна");
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  await phaseIs(consultant, "live");
  for (const page of [client, consultant]) await answerRecording(page, "agree");
  await talkUntil(consultant, 62);
  await end(consultant);
  await client.waitForURL("**/after");
  for (const page of [client, consultant]) await expect(page.getByTestId("pending-uploads")).toBeHidden({ timeout: 60_000 });
  await field(client, "comments.label").fill(" Проводится, спасибо ");
  await button(client, "comments.submit").click();
  await expect(field(client, "comments.label")).toHaveValue("");
  // The pages sign the last minute after they left the call.
  await expect
    .poll(async () => (await judgedNow(consultant, product, callId)).verdict, { message: "every second is signed" })
    .toBe("holds");

  const originals = await savedOriginals(consultant, (name) => info.outputPath(name));
  const path = info.outputPath("protocol.json");
  const bytes = await savedFile(consultant, path);
  const { checks, minutes, commentKeys, file } = await checkProtocol(bytes, { server: await serverKeys(product) });
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(minutes.map((minute) => [minute.client, minute.consultant])).toEqual(minutes.map(() => [true, true]));
  expect(commentKeys, "signed by the key of the call").toEqual(["shown"]);
  expect(minutes.at(-1)!.toSecond).toBe(file!.protocol.provenSeconds);
  expect(file!.protocol.provenSeconds).toBeGreaterThanOrEqual(60);
  for (const recorded of [file!.recordings.client, file!.recordings.consultant]) expect(recorded.length).toBeGreaterThanOrEqual(2);
  const recordedByThen = minutes.at(-1)!.n;
  expect(file!.statements.find(({ n }) => n === recordedByThen)!.recordings).toEqual({
    client: expect.stringMatching(/^[0-9a-f]{64}$/),
    consultant: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(file!.keys.map(({ side, kind }) => `${side} ${kind}`).toSorted()).toEqual(["client call", "consultant device"]);

  const changed = info.outputPath("changed.json");
  const at = bytes.indexOf("Ольга");
  await writeFile(changed, bytes.with(at + 1, bytes[at + 1]! ^ 1));
  const [key] = await serverKeys(product);
  const verify = (...given: string[]): Promise<string> => run(process.execPath, [VERIFY, "--key", key!, ...given]);
  expect(await verify(path)).toContain("HOLDS");
  await expect(verify(changed)).rejects.toThrow("ended with 1");
  const bent = info.outputPath("bent.tar");
  const recorded = await readFile(originals[1]!);
  await writeFile(bent, recorded.with(2000, recorded[2000]! ^ 1));
  expect(await verify(path, "--recording", ...originals)).not.toContain("not given");
  await expect(verify(path, "--recording", bent)).rejects.toThrow("ended with 4");

  const judge = await (await visitor()).newPage();
  await judge.goto(`${product.address}/verify`);
  await expect(judge.getByRole("button", { name: ru("verify.choose") })).toBeEnabled();
  await judge.context().setOffline(true);
  await isJudged(judge, path, "holds");
  await expect(judge.locator('[data-comment-key="shown"]')).toContainText("Проводится, спасибо");
  await recordingIsJudged(judge, [originals[0]!], "part");
  await recordingIsJudged(judge, [originals[1]!], "whole");
  await judge.screenshot({ path: info.outputPath("verify.png"), fullPage: true });
  const clients = fingerprintOf(file!.keys.find(({ side }) => side === "client")!.publicKey);
  await giveKeyOf(judge, "client", clients.replaceAll(/(.{4})/g, "$1 ").toUpperCase(), "same");
  await expect(judge.locator("[data-verdict]")).toHaveAttribute("data-verdict", "holds");
  await giveKeyOf(judge, "consultant", clients, "other");
  await expect(judge.locator("[data-verdict]")).toHaveAttribute("data-verdict", "fails");
  await judge.screenshot({ path: info.outputPath("verify-keys.png"), fullPage: true });
  await isJudged(judge, changed, "fails");
  await judge.screenshot({ path: info.outputPath("verify-changed.png"), fullPage: true });
  await isJudged(judge, path, "holds");
  await recordingIsJudged(judge, [originals[0]!, bent], "foreign");
  await expect(judge.getByTestId("foreign-files")).toContainText("consultant-0001-");
  await judge.screenshot({ path: info.outputPath("verify-recording.png"), fullPage: true });
});

/** Has a browser's pages refused this method for Ed25519: `generateKey`: it cannot sign; `importKey`: it has none of its own. Answers the way back. */
async function without(browser: BrowserContext, method: "generateKey" | "importKey"): Promise<() => Promise<void>> {
  const worker = "**/channel.worker*";
  const refusing = `{
    const own = crypto.subtle.${method}.bind(crypto.subtle);
    const refused = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
    const value = (...asked) => (JSON.stringify(asked).includes("Ed25519") ? refused() : own(...asked));
    Object.defineProperty(crypto.subtle, "${method}", { value });
  }`;
  await browser.route(worker, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${refusing}\n${await response.text()}` });
  });
  return () => browser.unroute(worker);
}

test("a browser that does not sign stops the clock after two minutes, and both screens say why; it goes on once it signs, by script if need be", async ({
  product,
  visitor,
}, info) => {
  test.setTimeout(300_000);
  const [browser, consultant] = [await visitor(), await (await visitor()).newPage()];
  const giveBack = await without(browser, "generateKey");
  const client = await browser.newPage();
  await signIn(consultant, product, await product.demo("igor@minuta.example"));
  await client.goto(await invite(consultant, { task: "Не подписывает" }));
  const callId = await join(client, "Ольга Николаевна");
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  await phaseIs(consultant, "live");
  await expect(consultant.getByRole("heading", { name: ru("signaturePause.title") })).toBeVisible({ timeout: 200_000 });
  await expect(client.getByRole("heading", { name: ru("signaturePause.title") })).toBeVisible();
  await expect(consultant.getByText(ru("signaturePause.by.client"))).toBeVisible();
  await expect(client.getByText(ru("signaturePause.by.you"))).toBeVisible();
  for (const page of [client, consultant]) await expect(page.getByText(ru("signaturePause.why.cannot-sign"))).toBeVisible();
  await consultant.screenshot({ path: info.outputPath("pause.png") });

  const { verdict, file, minutes } = await judgedNow(consultant, product, callId);
  expect(verdict).toBe("part-unsigned");
  expect(minutes.some((minute) => minute.client)).toBe(false);
  expect(file!.protocol.provenSeconds).toBeGreaterThanOrEqual(120);
  expect(file!.protocol).toMatchObject({ billableSeconds: 120, charged: 200n });

  await giveBack();
  await without(browser, "importKey");
  const script = client.waitForResponse("**/ed25519-*.js");
  await client.reload();
  await script;
  await expect(consultant.getByRole("heading", { name: ru("signaturePause.title") })).toBeHidden();
  await control(client, "microphoneOn").click();
  await phaseIs(consultant, "live");
  await end(consultant);
  await product.proveMoney();
});

test("a server that forgets a segment it took gets no signature from who recorded it, and both screens say why", async ({
  product,
  visitor,
}, info) => {
  test.setTimeout(240_000);
  const [browser, consultant] = [await visitor(), await (await visitor()).newPage()];
  const client = await browser.newPage();
  // Answers as it would have answered, and keeps nothing.
  await browser.route("**/api/recordings/*/segments", async (route) => {
    const { segment, n, hash } = recordingsApi.add.body.parse(route.request().postDataJSON());
    const reply = z.encode(recordingsApi.add.reply, { segment: { ...segment, n, hash, state: "told" } });
    await route.fulfill({ json: reply });
  });
  await signIn(consultant, product, await product.demo("igor@minuta.example"));
  await client.goto(await invite(consultant, { task: "Забыли записанное" }));
  const callId = await join(client, "Ольга Николаевна");
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  await phaseIs(consultant, "live");
  for (const page of [client, consultant]) await answerRecording(page, "agree");
  for (const [page, whose] of [
    [client, "you"],
    [consultant, "client"],
  ] as const) {
    const words = page.locator("[data-notice=not-signing]");
    await expect(words).toHaveText(`${ru(`signaturePause.by.${whose}`)} ${ru("signaturePause.why.other-recording")}`, { timeout: 150_000 });
    await page.screenshot({ path: info.outputPath(`${whose}.png`) });
  }
  const { minutes, file } = await judgedNow(consultant, product, callId);
  expect([minutes.at(-1)!.client, minutes.at(-1)!.consultant]).toEqual([false, true]);
  expect(file!.protocol.events.map(({ kind }) => kind)).toContain("signature-refused");
  await browser.unrouteAll();
  await end(consultant);
});
