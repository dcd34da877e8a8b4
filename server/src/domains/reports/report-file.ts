/** The protocol of a period as a file, written while it is read: CSV, XLSX, PDF. Whatever its length, a page of it is in memory. */
import type { Locale } from "@minuta/contracts/people";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { ReportLine, ReportSums } from "@minuta/contracts/period-reports";
import type { StreamReply } from "#platform/http";
import { zipOf } from "#platform/zip";
import { nothing, type AskedPeriod } from "./period-report.ts";
import { reportTexts, type ReportTexts } from "./report-texts.ts";

export interface AskedFile {
  readonly as: "pdf" | "xlsx" | "csv";
  readonly locale: Locale;
}

interface Period {
  readonly asked: Pick<AskedPeriod, "side" | "from" | "to">;
  readonly lines: AsyncIterable<ReportLine>;
}
type Report = Period & Pick<AskedFile, "locale">;

const kinds = {
  csv: { contentType: "text/csv; charset=utf-8", write: csvOf },
  xlsx: { contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write: xlsxOf },
  pdf: { contentType: "application/pdf", write: pdfOf },
} as const;

/** The lines may be read once, and so may the file. */
export function reportFile(period: Period, { as, locale }: AskedFile): StreamReply {
  const { contentType, write } = kinds[as];
  const { from, to } = period.asked;
  const fileName = `${reportTexts[locale].fileName} ${from} – ${to}.${as}`;
  return { contentType, fileName, size: null, read: () => write({ ...period, locale }) };
}

/** A cell: text, or a figure with two places. */
type Cell = string | { readonly hundredths: bigint };

const columns = ["number", "date", "time", "name", "task", "duration", "price", "sum", "outcome"] as const;

function cellsOf(locale: Locale): (line: ReportLine) => Cell[] {
  const texts = reportTexts[locale];
  const tag = locale === "ru" ? "ru-RU" : "en-GB";
  const date = new Intl.DateTimeFormat(tag, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Europe/Moscow" });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "medium", timeZone: "Europe/Moscow" });
  return ({ number, at, name, task, billableSeconds, pricePerMinute, sum, outcome }) => [
    number,
    date.format(at),
    time.format(at),
    name,
    task,
    clock(billableSeconds),
    { hundredths: pricePerMinute },
    { hundredths: sum },
    texts.outcome[outcome],
  ];
}

const two = (value: number): string => String(value).padStart(2, "0");
/** `1:02:05`. */
const clock = (seconds: number): string => `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;

function decimal(hundredths: bigint, point: "," | "."): string {
  const digits = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, "0");
  return `${hundredths < 0n ? "-" : ""}${digits.slice(0, -2)}${point}${digits.slice(-2)}`;
}

/** Rows after the lines: calls, time, and each sum there is. */
function totalsOf(total: ReportSums, texts: ReportTexts): Cell[][] {
  const row = (name: string, sum: Kopecks): Cell[] => ["", "", "", name, "", "", "", { hundredths: sum }, ""];
  const sums = (["paid", "earned", "waiting"] as const).filter((name) => total[name] > 0n);
  return [
    ["", "", "", `${texts.calls}: ${total.calls}`, "", clock(total.billableSeconds), "", "", ""],
    ...sums.map((name) => row(`${texts.total}, ${texts.sums[name]}`, total[name])),
  ];
}

async function* rowsOf(report: Report): AsyncGenerator<Cell[]> {
  const texts = reportTexts[report.locale];
  yield columns.map((name) => texts.columns[name]);
  const cells = cellsOf(report.locale);
  let total = nothing;
  for await (const line of report.lines) {
    total = withLine(total, line);
    yield cells(line);
  }
  yield* totalsOf(total, texts);
}

/** A file adds up what stands in it, whatever is charged or settled while it is written. */
const withLine = (total: ReportSums, { billableSeconds, outcome, sum }: ReportLine): ReportSums => ({
  ...total,
  calls: total.calls + 1,
  billableSeconds: total.billableSeconds + billableSeconds,
  ...(outcome !== "nothing" && { [outcome]: kopecks(total[outcome] + sum) }),
});

/** A text that a spreadsheet would take for a formula is kept a text (OWASP, CSV injection). */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const BATCH_CHARACTERS = 64 * 1024;

/** Many small texts as few large ones. */
async function* batched(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = "";
  for await (const text of texts) {
    batch += text;
    if (batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

/** RFC 4180 with semicolons and a byte order mark: so it opens in Russian Excel by a double click. */
async function* csvOf(report: Report): AsyncGenerator<Uint8Array> {
  const point = report.locale === "ru" ? "," : ".";
  const field = (cell: Cell): string =>
    typeof cell === "string" ? `"${harmless(cell).replaceAll('"', '""')}"` : decimal(cell.hundredths, point);
  const lines = async function* (): AsyncGenerator<string> {
    yield "\u{feff}";
    for await (const row of rowsOf(report)) yield `${row.map(field).join(";")}\r\n`;
  };
  for await (const text of batched(lines())) yield Buffer.from(text);
}

/** What XML 1.0 does not allow is left out. */
const xml = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const widths = [8, 12, 10, 30, 50, 14, 13, 14, 22];

/** Everything of a workbook but its sheet (ECMA-376, the smallest that Excel and LibreOffice take). Style 1: two places; 2: bold. */
const workbook: readonly (readonly [name: string, text: string])[] = [
  [
    "[Content_Types].xml",
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
  ],
  [
    "_rels/.rels",
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    "xl/_rels/workbook.xml.rels",
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  ],
  ["xl/workbook.xml", `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>`],
  [
    "xl/styles.xml",
    `<styleSheet xmlns="${MAIN}"><fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="4" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`,
  ],
];

async function* sheetOf(report: Report): AsyncGenerator<string> {
  const cols = widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`).join("");
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${cols}</cols><sheetData>`;
  let first = true;
  for await (const row of rowsOf(report)) {
    const style = first ? ' s="2"' : "";
    first = false;
    const cells = row.map((cell) =>
      typeof cell === "string"
        ? `<c t="inlineStr"${style}><is><t xml:space="preserve">${xml(cell)}</t></is></c>`
        : `<c s="1"><v>${decimal(cell.hundredths, ".")}</v></c>`,
    );
    yield `<row>${cells.join("")}</row>`;
  }
  yield "</sheetData></worksheet>";
}

async function* xlsxOf(report: Report): AsyncGenerator<Uint8Array> {
  const parts = workbook.map(([name, text]) => ({ name, content: [XML, text] }));
  yield* zipOf([...parts, { name: "xl/worksheets/sheet1.xml", content: batched(sheetOf(report)) }]);
}

/** A4 on its side; the head of the table stands on every page. */
async function* pdfOf(report: Report): AsyncGenerator<Uint8Array> {
  // Fonts and all: read by whoever wants one first, not by every start.
  const { streamTable } = await import("#platform/pdf-table");
  const { asked, locale } = report;
  const texts = reportTexts[locale];
  const point = locale === "ru" ? "," : ".";
  const rows = async function* (): AsyncGenerator<string[]> {
    let first = true;
    for await (const row of rowsOf(report)) {
      if (!first) yield row.map((cell) => (typeof cell === "string" ? cell : decimal(cell.hundredths, point)));
      first = false;
    }
  };
  yield* streamTable({
    title: texts.title[asked.side],
    lead: `${texts.period(asked.from, asked.to)}. ${texts.zone}`,
    columns: columns.map((name, at) => ({
      title: texts.columns[name],
      width: [44, 58, 50, 130, 200, 64, 64, 70, 82][at] ?? 0,
      right: name === "duration" || name === "price" || name === "sum",
    })),
    rows: rows(),
    page: texts.page,
  });
}
