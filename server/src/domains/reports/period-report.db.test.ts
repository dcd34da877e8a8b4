/** The protocol of a period against figures counted by hand, on screen and in each of its files; money moved by the meter and the ledger. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { personId, type PersonId, type Side } from "@minuta/contracts/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../metering/testing.ts";
import { createReports, type Reports } from "./index.ts";
import { createHistory } from "./testing.ts";

let world: World;
let reports: Reports;
const id = (): PersonId => personId.parse(crypto.randomUUID());
const [anna, olga] = [id(), id()];
const guest = crypto.randomUUID();
const consultant = { person: anna, name: "Анна Смирнова" };
const client = { person: olga, name: 'Ольга "Ромашка" <Белова> & Ко' };

beforeAll(async () => {
  world = await createWorld();
  reports = createReports({ db: world.db });
  const history = createHistory(world);
  for (const person of [anna, olga]) await world.topUp(person, 1000);
  await world.db.pool.query("insert into calls.guest (id, name) values ($1, 'Пётр')", [guest]);
  // 23 November in Moscow ends at 21:00 UTC.
  await history.play({ at: "2026-11-23T20:59:50.000Z", seconds: 90, consultant, client: { guest, name: "=2+3" } });
  await history.play({ at: "2026-11-23T21:05:00.000Z", seconds: 61, consultant, client, price: 4555, solved: true });
  await history.play({ at: "2026-11-24T10:00:00.000Z", seconds: 180, consultant, client, price: 4500 });
  await history.play({ at: "2026-11-24T11:00:00.000Z", seconds: 5, consultant, client, price: 4500, solved: true });
  await world.db.pool.query("update calls.call set task = 'Не проводится; «реализация»' where client_person_id = $1", [olga]);
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
      lines.map(({ name, billableSeconds, pricePerMinute, sum, outcome }) => [name, billableSeconds, pricePerMinute, sum, outcome]),
    ).toEqual([
      ["=2+3", 90, 100n, 200n, "paid"],
      [client.name, 61, 4555n, 8199n, "earned"],
      [client.name, 180, 4500n, 12_150n, "waiting"],
      [client.name, 5, 4500n, 0n, "nothing"],
    ]);
    expect(total).toEqual({ calls: 4, billableSeconds: 336, paid: 200n, earned: 8199n, waiting: 12_150n });
    expect(byDay.map(({ day, calls }) => [day, calls])).toEqual([
      ["2026-11-23", 1],
      ["2026-11-24", 3],
      ["2026-11-25", 0],
    ]);
  });

  test("of a pair has their calls only, and each side sees its own money", async () => {
    expect(await reports.counterparties(of(anna, "consultant"))).toEqual([
      { id: olga, name: client.name, calls: 3 },
      { id: guest, name: "=2+3", calls: 1 },
    ]);
    expect((await reports.period(of(anna, "consultant", guest), all)).total).toMatchObject({ calls: 1, paid: 200n });
    const hers = await reports.period(of(olga, "client", anna), all);
    expect(hers.total).toEqual({ calls: 3, billableSeconds: 246, paid: 22_610n, earned: 0n, waiting: 0n });
    expect(hers.lines.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      "Анна Смирнова: paid",
      "Анна Смирнова: paid",
      "Анна Смирнова: nothing",
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
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(4);
  });

  test("is refused for days in the wrong order and for more than a year", async () => {
    for (const wrong of [
      { from: "2026-11-25", to: "2026-11-24" },
      { from: "2025-01-01", to: "2026-11-24" },
    ])
      await expect(reports.period({ ...of(anna, "consultant"), ...wrong }, all)).rejects.toMatchObject({ type: "invalid-input" });
  });
});

async function bytesOf(as: "csv" | "xlsx" | "pdf", locale: "ru" | "en" = "ru"): Promise<Buffer> {
  const file = await reports.periodFile(of(anna, "consultant"), { as, locale });
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

describe("as a file", () => {
  test("CSV opens in Russian Excel as a table: its separators, its decimal comma, and no formula from somebody's name", async () => {
    const text = (await bytesOf("csv")).toString();
    const rows = text.split("\r\n");
    expect(text.startsWith("\u{feff}")).toBe(true);
    expect(rows).toHaveLength(10);
    expect(rows[1]).toMatch(/^"\d+";"23\.11\.2026";"23:59:50";"'=2\+3";"";"0:01:30";1,00;2,00;"оплачено"$/);
    expect(rows[2]).toContain('"Ольга ""Ромашка"" <Белова> & Ко";"Не проводится; «реализация»";"0:01:01";45,55;81,99;"заработано"');
    expect(rows.at(-2)).toContain('"Всего, ждёт слова клиента";"";"";"";121,50;""');
    expect((await bytesOf("csv", "en")).toString()).toContain(";45.55;81.99;");
  });

  test("XLSX is a workbook whose sums are numbers and whose texts are texts", async () => {
    const zip = await bytesOf("xlsx");
    const sheet = entryOf(zip, "xl/worksheets/sheet1.xml");
    expect(sheet.match(/<row>/g)).toHaveLength(9);
    expect(sheet).toContain('<t xml:space="preserve">Ольга "Ромашка" &lt;Белова&gt; &amp; Ко</t>');
    expect(sheet).toContain('<c s="1"><v>81.99</v></c>');
    expect(sheet).toContain('<t xml:space="preserve">=2+3</t>');
    for (const name of ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"])
      expect(entryOf(zip, name)).toMatch(/^<\?xml/);
  });

  test("PDF says the same, with the text in it to be found and copied", async () => {
    const text = await readBy("pdftotext", ["-layout", "FILE", "-"], await bytesOf("pdf"));
    for (const word of [
      "Протокол звонков консультанта",
      "23.11.2026",
      "23:59:50",
      "81,99",
      "ждёт слова клиента",
      "Всего звонков: 4",
      "0:05:36",
    ])
      expect(text.replaceAll(/\s+/g, " ")).toContain(word);
  });
});
