/** The protocol of a period as a consultant takes it to his accountant: what the page shows is what is in each of its files. */
import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { expect, type Page, type TestInfo } from "@playwright/test";
import { callsApi } from "@minuta/contracts/calls";
import { inBrowser, joinAs, stranger } from "./harness/api.ts";
import { answer, control, end, field, invite, join, phaseIs, signIn, talkUntil } from "./harness/journey.ts";
import { run } from "./harness/process.ts";
import type { Product } from "./harness/product.ts";
import { test } from "./harness/test.ts";
import { ru } from "./harness/words.ts";

const TASK = "Не проводится реализация; спросить «почему»";
const SHORT = "Короткий звонок";
const FIRST = "Ольга Николаевна";

/** A call of some seconds by the consultant's own rate, and one whose client went at once. */
async function twoCalls(product: Product, consultant: Page, client: Page): Promise<void> {
  await signIn(consultant, product, await product.demo("anna@minuta.example"));
  await client.goto(await invite(consultant, { task: TASK, ownRate: "20,50" }));
  await join(client, FIRST);
  await answer(consultant);
  for (const page of [client, consultant]) await control(page, "microphoneOn").click();
  await phaseIs(consultant, "live");
  await talkUntil(consultant, 8);
  await end(consultant);
  await consultant.waitForURL("**/after");
  const anna = inBrowser(product, consultant);
  const { token } = await anna.invite(SHORT);
  const callId = await joinAs(stranger(product), token, "Пётр");
  await anna.ask(callsApi.end, { params: { callId } });
}

/** The lines on the screen, a text for each cell. */
const linesOn = async (page: Page): Promise<string[][]> =>
  await page.evaluate(
    `[...document.querySelectorAll('[aria-label="${ru("periodReport.lines")}"] tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.replaceAll(/\\s+/g, " ").trim()))`,
  );

async function saved(page: Page, as: "pdf" | "xlsx" | "csv", info: TestInfo): Promise<string> {
  const link = page.getByRole("link", { name: ru(`periodReport.${as}`), exact: true });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^Протокол .*\\.${as}$`));
  const path = info.outputPath(`report.${as}`);
  await download.saveAs(path);
  return path;
}

/** `20,50 ₽ 20,50 ₽/мин` → `20,50`. */
const figureIn = (cell: string | undefined): string => /^-?[\d ]+(?:,\d\d)?/.exec(cell ?? "")?.[0].trim() ?? "";

const numberIn = ([cell = ""]: readonly string[]): string => cell.split(" ")[0] ?? "";

/** The fields of a line of CSV without quotes in quotes. */
const fieldsOf = (line: string): string[] => [...line.matchAll(/"([^"]*)"|([^;"]+)/g)].map(([, text, figure]) => text ?? figure ?? "");

/** The sheet of a workbook: packed after its name. */
async function sheetOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  const name = "xl/worksheets/sheet1.xml";
  return inflateRawSync(bytes.subarray(bytes.indexOf(name) + name.length)).toString();
}

test("a consultant takes the protocol of this month as PDF, Excel and CSV, and each says what the page shows", async ({
  product,
  visitor,
}, info) => {
  const [consultant, client] = [await (await visitor()).newPage(), await (await visitor()).newPage()];
  await twoCalls(product, consultant, client);
  await consultant.goto(`${product.address}/cabinet/report`);
  // Anna may have had other calls this month.
  const ours = async () => (await linesOn(consultant)).filter(([, , task = ""]) => [TASK, SHORT].includes(task));
  await expect.poll(async () => (await ours()).length).toBe(2);
  const [talk = [], short = []] = await ours();
  const lines = (await linesOn(consultant)).length;
  expect(talk.slice(1, 3)).toEqual([FIRST, TASK]);
  expect(talk.slice(4)).toEqual([
    "1 ₽",
    `1,00 ₽ ${ru("periodReport.lineMoney.paid")}`,
    "20,50 ₽ 20,50 ₽/мин",
    ru("periodReport.outcomes.not-told"),
  ]);
  expect(short[5]).toBe(`0,00 ₽ ${ru("periodReport.lineMoney.nothing")}`);
  const own = consultant
    .locator("dl")
    .first()
    .locator("div")
    .filter({ hasText: ru("periodReport.totals.own") });
  const total = figureIn(await own.locator("dd").innerText());

  await test.step("CSV", async () => {
    const rows = (await readFile(await saved(consultant, "csv", info), "utf8")).split("\r\n").map(fieldsOf);
    const [first, second] = [talk, short].map((line) => rows.findIndex(([number]) => number === numberIn(line)));
    expect(second).toBe(first! + 1);
    const fields = rows[first!]!;
    expect([fields[0], fields[3], fields[4], fields[7], fields[10]]).toEqual([
      numberIn(talk),
      talk[1],
      talk[2],
      figureIn(talk[5]),
      figureIn(talk[6]),
    ]);
    expect(fields[5]).toBe(`0:${talk[3]}`);
    expect(rows[lines + 1]).toContain(total);
  });

  await test.step("Excel", async () => {
    const rows = (await sheetOf(await saved(consultant, "xlsx", info))).split("<row>");
    // The head, the calls, the totals of time and of money, and what is before them all.
    expect(rows).toHaveLength(lines + 4);
    const [first, second] = [talk, short].map((line) => rows.findIndex((row) => row.includes(numberIn(line))));
    for (const text of [talk[1], talk[2], "<v>1.00</v>", "<v>20.50</v>"]) expect(rows[first!]).toContain(text);
    expect(second).toBe(first! + 1);
    expect(rows[lines + 2]).toContain(`<v>${total.replace(",", ".")}</v>`);
  });

  await test.step("PDF, of the pair", async () => {
    await field(consultant, "periodReport.with").selectOption({ label: `${FIRST} (1)` });
    await expect.poll(async () => (await linesOn(consultant)).length).toBe(1);
    const text = await run("pdftotext", ["-layout", await saved(consultant, "pdf", info), "-"]);
    for (const words of ["Консультант: Анна", `Клиент: ${FIRST}`, numberIn(talk), "Всего звонков: 1", "20,50", "страница 1 из 1"])
      expect(text).toContain(words);
    expect(text).not.toContain("Пётр");
  });
});
