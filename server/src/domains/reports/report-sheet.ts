/** The protocol of a period as a workbook (ECMA-376, the smallest that Excel and LibreOffice take): dates, times, durations and money are figures. */
import { zipOf } from "#platform/zip";
import { columns, decimal, rowsOf, type Cell, type Report, type Row } from "./report-rows.ts";

const BATCH_CHARACTERS = 64 * 1024;

/** Many small texts as few large ones. */
export async function* batched(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = "";
  for await (const text of texts) {
    batch += text;
    if (batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
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

/** Formats that every program knows by number and shows in its user's own way: date, `h:mm:ss`, `[h]:mm:ss`, `#,##0.00` (ECMA-376, 18.8.30). */
const formats = { text: 0, date: 14, time: 21, duration: 46, money: 4 } as const;
type Format = keyof typeof formats;
const order = Object.keys(formats);

/** The style of a cell: one for each format, then the same in bold. */
const styleOf = (format: Format, bold: boolean): number => order.indexOf(format) + (bold ? order.length : 0);
const styles = [0, 1]
  .flatMap((font) =>
    Object.values(formats).map(
      (format) =>
        `<xf numFmtId="${format}" fontId="${font}" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`,
    ),
  )
  .join("");

/** Everything of a workbook but its sheet. */
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
    `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${2 * order.length}">${styles}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
  ],
];

const SECONDS_A_DAY = 86_400;
const MOSCOW_OFFSET_SECONDS = 3 * 3600;
/** 1 January 1970 as a sheet counts days. */
const EPOCH_DAY = 25_569;
const moscowSeconds = (at: Date): number => Math.floor(at.getTime() / 1000) + MOSCOW_OFFSET_SECONDS;

/** A sheet counts in days: a time and a duration are parts of one. */
function figureOf(cell: Exclude<Cell, string>): string {
  switch (cell.kind) {
    case "date":
      return String(EPOCH_DAY + Math.floor(moscowSeconds(cell.at) / SECONDS_A_DAY));
    case "time":
      return String((moscowSeconds(cell.at) % SECONDS_A_DAY) / SECONDS_A_DAY);
    case "duration":
      return String(cell.seconds / SECONDS_A_DAY);
    case "money":
      return decimal(cell.kopecks, ".");
  }
}

function cellXml(cell: Cell, bold: boolean): string {
  if (cell === "") return "<c/>";
  if (typeof cell === "string")
    return `<c t="inlineStr" s="${styleOf("text", bold)}"><is><t xml:space="preserve">${xml(cell)}</t></is></c>`;
  return `<c s="${styleOf(cell.kind, bold)}"><v>${figureOf(cell)}</v></c>`;
}

const rowXml = ({ kind, cells }: Row): string => `<row>${cells.map((cell) => cellXml(cell, kind !== "line")).join("")}</row>`;

async function* sheetOf(report: Report): AsyncGenerator<string> {
  const cols = columns.map(({ characters }, at) => `<col min="${at + 1}" max="${at + 1}" width="${characters}" customWidth="1"/>`).join("");
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${cols}</cols><sheetData>`;
  for await (const row of rowsOf(report)) yield rowXml(row);
  yield "</sheetData></worksheet>";
}

export async function* xlsxOf(report: Report): AsyncGenerator<Uint8Array> {
  const parts = workbook.map(([name, text]) => ({ name, content: [XML, text] }));
  yield* zipOf([...parts, { name: "xl/worksheets/sheet1.xml", content: batched(sheetOf(report)) }]);
}
