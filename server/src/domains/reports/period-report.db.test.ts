/** The protocol of a period against figures counted by hand, on screen and in each of its files; money moved by the meter and the ledger. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { personId, type PersonId, type Side } from "@minuta/contracts/ids";
import { ownSum, paidSeconds } from "@minuta/contracts/tariff";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../metering/testing.ts";
import { createReports, type Reports } from "./index.ts";
import { createHistory } from "./testing.ts";

let world: World;
let reports: Reports;
const id = (): PersonId => personId.parse(crypto.randomUUID());
const [anna, olga] = [id(), id()];
const guest = crypto.randomUUID();
const firm = { firm: "ООО «Учёт»", inn: "7707083893" };
const consultant = { person: anna, name: "Анна Смирнова", ...firm };
const client = { person: olga, name: 'Ольга "Ромашка" <Белова> & Ко', organisation: "АО «Ромашка»", inn: "500100732259" };
/** As long as a task may be. */
const LONG_TASK = `Не проводится; «реализация» ${"слово и дело, ".repeat(140)}конец`;

beforeAll(async () => {
  world = await createWorld();
  reports = createReports({ db: world.db, findOwner: async (person) => (person === anna ? { name: "Анна Смирнова", ...firm } : null) });
  const history = createHistory(world);
  for (const person of [anna, olga]) await world.topUp(person, 1000);
  await world.db.pool.query("insert into calls.guest (id, name) values ($1, 'Пётр')", [guest]);
  // 23 November in Moscow ends at 21:00 UTC.
  await history.play({ at: "2026-11-23T20:59:50.000Z", seconds: 90, consultant, client: { guest, name: "=2+3" }, ownRate: 2000 });
  await history.play({ at: "2026-11-23T21:05:00.000Z", seconds: 61, consultant, client, price: 4555, solved: true });
  await history.play({ at: "2026-11-24T10:00:00.000Z", seconds: 180, consultant, client, price: 4500 });
  await history.play({ at: "2026-11-24T11:00:00.000Z", seconds: 5, consultant, client, price: 4500, solved: true });
  await history.play({ at: "2026-11-25T09:00:00.000Z", seconds: 61, consultant, client, ownRate: 1999 });
  await world.db.pool.query("update calls.call set task = $2 where client_person_id = $1", [olga, LONG_TASK]);
});
afterAll(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

const days = { from: "2026-11-23", to: "2026-11-25" };
const of = (person: PersonId, side: Side, other: string | null = null) => ({ personId: person, side, other, ...days });
const all = { after: 0n, limit: 200 };

describe("the protocol of a period", () => {
  test("of a consultant has each call as a line: when, with whom, how long, at which price, and what became of the money", async () => {
    const { lines, total, byDay } = await reports.period(of(anna, "consultant"), all);
    expect(
      lines.map(({ name, billableSeconds, pricePerMinute, sum, money }) => [name, billableSeconds, pricePerMinute, sum, money]),
    ).toEqual([
      ["=2+3", 90, 100n, 200n, "paid"],
      [client.name, 61, 4555n, 8199n, "earned"],
      [client.name, 180, 4500n, 12_150n, "waiting"],
      [client.name, 5, 4500n, 0n, "nothing"],
      [client.name, 61, 100n, 200n, "paid"],
    ]);
    expect(total).toEqual({ calls: 5, billableSeconds: 397, paid: 400n, earned: 8199n, waiting: 12_150n, own: 7998n });
    expect(byDay.map(({ day, calls, own }) => [day, calls, own])).toEqual([
      ["2026-11-23", 1, 4000n],
      ["2026-11-24", 3, 0n],
      ["2026-11-25", 1, 3998n],
    ]);
  });

  test("has what the consultant asks of his own clients, for the same seconds as the protocol of the call", async () => {
    const { lines } = await reports.period(of(anna, "consultant"), all);
    const carrier = lines.filter(({ ownRate }) => ownRate !== null);
    expect(carrier.map(({ ownRate, ownSum: asked }) => [ownRate, asked])).toEqual([
      [2000n, 4000n],
      [1999n, 3998n],
    ]);
    for (const line of carrier) expect(line.ownSum).toBe(ownSum(Number(line.ownRate), paidSeconds(line.sum, line.pricePerMinute)));
    expect(lines.filter(({ ownRate }) => ownRate === null).map((line) => line.ownSum)).toEqual([null, null, null]);
  });

  test("says what the client said, however the money stands", async () => {
    const { lines } = await reports.period(of(anna, "consultant"), all);
    expect(lines.map(({ outcome }) => outcome)).toEqual(["not-told", "solved", "not-told", "solved", "not-told"]);
  });

  test("of a pair has their calls only, and each side sees its own money", async () => {
    expect(await reports.counterparties(of(anna, "consultant"))).toEqual([
      { id: olga, name: client.name, calls: 4 },
      { id: guest, name: "=2+3", calls: 1 },
    ]);
    expect((await reports.period(of(anna, "consultant", guest), all)).total).toMatchObject({ calls: 1, paid: 200n, own: 4000n });
    const hers = await reports.period(of(olga, "client", anna), all);
    expect(hers.total).toEqual({ calls: 4, billableSeconds: 307, paid: 22_610n, earned: 0n, waiting: 0n, own: 3998n });
    expect(hers.lines.map(({ name, money, pricePerMinute }) => `${name}: ${money}, ${pricePerMinute}`)).toEqual([
      "Анна Смирнова: paid, 4555",
      "Анна Смирнова: paid, 4500",
      "Анна Смирнова: nothing, 4500",
      "Анна Смирнова: nothing, 0",
    ]);
    expect((await reports.period(of(olga, "client", guest), all)).lines).toEqual([]);
  });

  test("comes page by page, no line twice and none left out", async () => {
    const seen: string[] = [];
    for (let after: bigint | null = 0n; after !== null;) {
      const page: Awaited<ReturnType<Reports["period"]>> = await reports.period(of(anna, "consultant"), { after, limit: 2 });
      seen.push(...page.lines.map(({ number }) => number));
      after = page.next;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    expect(seen[0]).toMatch(/^П-\d{6}-\d$/);
  });

  test("is refused for days in the wrong order and for more than a year", async () => {
    for (const wrong of [
      { from: "2026-11-25", to: "2026-11-24" },
      { from: "2025-01-01", to: "2026-11-24" },
    ])
      await expect(reports.period({ ...of(anna, "consultant"), ...wrong }, all)).rejects.toMatchObject({ type: "invalid-input" });
  });
});

interface Asked {
  readonly locale: "ru" | "en";
  readonly other: string | null;
}

async function bytesOf(as: "csv" | "xlsx" | "pdf", { locale = "ru", other = null }: Partial<Asked> = {}): Promise<Buffer> {
  const file = await reports.periodFile(of(anna, "consultant", other), { as, locale });
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0, 0)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What the program says of the file. */
async function readBy(program: string, args: readonly string[], bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-report-"));
  try {
    await writeFile(join(folder, "file"), bytes);
    return (
      await promisify(execFile)(
        program,
        args.map((arg) => (arg === "FILE" ? join(folder, "file") : arg)),
      )
    ).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An entry of a zip, found by its central directory as any reader does. */
function entryOf(zip: Buffer, name: string): string {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50;) {
    const [packed, nameLength, offset] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    if (zip.toString("latin1", at + 46, at + 46 + nameLength) === name) {
      const start = offset + 30 + zip.readUInt16LE(offset + 26);
      return inflateRawSync(zip.subarray(start, start + packed)).toString();
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`no ${name} in the zip`);
}

/** The cells of a sheet, row by row: `[style, value]`. */
const cellsOf = (sheet: string): (readonly [style: string, value: string])[][] =>
  sheet
    .split("<row>")
    .slice(1)
    .map((row) =>
      [...row.matchAll(/<c(?: t="inlineStr")?(?: s="(\d+)")?(?:\/>|>(.*?)<\/c>)/g)].map(([, style = "", value = ""]) => [
        style,
        value.replaceAll(/<[^>]*>/g, ""),
      ]),
    );

describe("as a file", () => {
  test("CSV opens in Russian Excel as a table: its separators, its decimal comma, and no formula from somebody's name", async () => {
    const text = (await bytesOf("csv")).toString();
    const rows = text.split("\r\n");
    expect(text.startsWith("\u{feff}")).toBe(true);
    expect(rows).toHaveLength(11);
    expect(rows[1]).toMatch(/^"П-\d{6}-\d";23\.11\.2026;23:59:50;"'=2\+3";"";0:01:30;1,00;2,00;"оплачено";20,00;40,00;"не сказано"$/);
    expect(rows[2]).toContain('"Ольга ""Ромашка"" <Белова> & Ко";"Не проводится; «реализация»');
    expect(rows[2]).toContain(';0:01:01;45,55;81,99;"заработано";"";"";"решено"');
    expect(rows.at(-5)).toBe('"";"";"";"Всего звонков: 5";"";0:06:37;"";"";"";"";79,98;""');
    expect(rows.at(-2)).toContain('"Всего ожидает ответа клиента";"";"";"";121,50;""');
    expect((await bytesOf("csv", { locale: "en" })).toString()).toContain(";45.55;81.99;");
  });

  test("XLSX is a workbook whose dates, times, durations and sums are figures with a format, and whose texts are texts", async () => {
    const zip = await bytesOf("xlsx");
    const sheet = entryOf(zip, "xl/worksheets/sheet1.xml");
    const formats = [...entryOf(zip, "xl/styles.xml").matchAll(/<xf numFmtId="(\d+)" fontId="(\d)"/g)].map(
      ([, format, font]) => `${format}/${font}`,
    );
    const rows = cellsOf(sheet).map((row) => row.map(([style, value]) => [formats[Number(style)], value] as const));
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([12]));
    const day = Date.UTC(2026, 10, 23) / 86_400_000 + 25_569;
    expect(rows[1]?.slice(1)).toEqual([
      ["14/0", String(day)],
      ["21/0", String((23 * 3600 + 59 * 60 + 50) / 86_400)],
      ["0/0", "=2+3"],
      ["0/0", ""],
      ["46/0", String(90 / 86_400)],
      ["4/0", "1.00"],
      ["4/0", "2.00"],
      ["0/0", "оплачено"],
      ["4/0", "20.00"],
      ["4/0", "40.00"],
      ["0/0", "не сказано"],
    ]);
    const total = rows.at(-4) ?? [];
    expect(total[3]).toEqual(["0/1", "Всего звонков: 5"]);
    expect(total[5]).toEqual(["46/1", String(397 / 86_400)]);
    expect(total[10]).toEqual(["4/1", "79.98"]);
    expect(sheet).toContain('<t xml:space="preserve">Ольга "Ромашка" &lt;Белова&gt; &amp; Ко</t>');
    for (const name of ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"])
      expect(entryOf(zip, name)).toMatch(/^<\?xml/);
  });

  test("PDF says the same, with the text in it to be found and copied, whose it is and of how many pages", async () => {
    const text = (await readBy("pdftotext", ["-layout", "FILE", "-"], await bytesOf("pdf"))).replaceAll(/\s+/g, " ");
    for (const word of [
      "Протокол звонков консультанта",
      "Консультант: Анна Смирнова, ООО «Учёт», ИНН 7707083893",
      "За период с 23.11.2026 по 25.11.2026",
      "Напечатано 25.11.2026 в 12:0",
      "Всё время московское, UTC+3.",
      "23:59:50",
      "81,99",
      "79,98",
      "Всего звонков: 5",
      "0:06:37",
    ])
      expect(text).toContain(word);
    const feet = [...text.matchAll(/страница (\d+) из (\d+)/g)].map(([, page, of]) => [Number(page), Number(of)]);
    expect(feet.length).toBeGreaterThan(1);
    expect(feet).toEqual(feet.map((_, at) => [at + 1, feet.length]));
    expect(text).not.toContain("…");
  });

  test("PDF of a pair names both, with firm and tax number, and leaves nothing of a long task out", async () => {
    const text = await readBy("pdftotext", ["-raw", "FILE", "-"], await bytesOf("pdf", { other: olga }));
    expect(text.replaceAll(/\s+/g, " ")).toContain(`Клиент: ${client.name}, ${client.organisation}, ИНН ${client.inn}`);
    expect(text.match(/слово/g)).toHaveLength(4 * 140);
    expect(text.match(/конец/g)).toHaveLength(4);
  });
});
