/** The protocol of a period as a file, written while it is read: CSV, XLSX, PDF. Whatever its length, a page of it is in memory. */
import type { Locale } from "@minuta/contracts/people";
import type { StreamReply } from "#platform/http";
import type { Party } from "./period-report.ts";
import { cellWords, columns, momentWords, rowsOf, type Cell, type Report } from "./report-rows.ts";
import { batched, xlsxOf } from "./report-sheet.ts";
import { reportTexts } from "./report-texts.ts";

export interface AskedFile {
  readonly as: "pdf" | "xlsx" | "csv";
  readonly locale: Locale;
}

const kinds = {
  csv: { contentType: "text/csv; charset=utf-8", write: csvOf },
  xlsx: { contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write: xlsxOf },
  pdf: { contentType: "application/pdf", write: pdfOf },
} as const;

/** The lines may be read once, and so may the file. */
export function reportFile(report: Omit<Report, "locale">, { as, locale }: AskedFile): StreamReply {
  const { contentType, write } = kinds[as];
  const { from, to } = report.asked;
  const fileName = `${reportTexts[locale].fileName} ${from} – ${to}.${as}`;
  return { contentType, fileName, size: null, read: () => write({ ...report, locale }) };
}

/** A text that a spreadsheet would take for a formula is kept a text (OWASP, CSV injection). */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** RFC 4180 with semicolons and a byte order mark: so it opens in Russian Excel by a double click. */
async function* csvOf(report: Report): AsyncGenerator<Uint8Array> {
  const words = cellWords(report.locale);
  const field = (cell: Cell): string => (typeof cell === "string" ? `"${harmless(cell).replaceAll('"', '""')}"` : words(cell));
  const lines = async function* (): AsyncGenerator<string> {
    yield "\u{feff}";
    for await (const { cells } of rowsOf(report)) yield `${cells.map(field).join(";")}\r\n`;
  };
  for await (const text of batched(lines())) yield Buffer.from(text);
}

/** A4 on its side; the head of the table stands on every page. */
async function* pdfOf(report: Report): AsyncGenerator<Uint8Array> {
  // Fonts and all: read by whoever wants one first, not by every start.
  const { streamTable } = await import("#platform/pdf-table");
  const { asked, locale } = report;
  const texts = reportTexts[locale];
  const words = cellWords(locale);
  const rows = async function* () {
    for await (const { kind, cells } of rowsOf(report)) if (kind !== "head") yield { cells: cells.map(words), strong: kind === "total" };
  };
  yield* streamTable({
    title: texts.title[asked.side],
    lead: leadOf(report),
    columns: columns.map(({ name, points: width, right }) => ({ title: texts.columns[name], width, right })),
    rows: rows(),
    page: texts.page,
  });
}

/** Who, with whom, of which days, printed when. */
function leadOf({ asked: { side, from, to }, head: { owner, other, printedAt }, locale }: Report): string[] {
  const texts = reportTexts[locale];
  const { date, time } = momentWords(locale);
  const day = (iso: string): string => date(new Date(`${iso}T12:00:00Z`));
  const named = (of: Party): string => [of.name, of.firm, of.inn && texts.inn(of.inn)].filter(Boolean).join(", ");
  return [
    `${texts.side[side]}: ${named(owner)}`,
    ...(other === null ? [] : [`${texts.side[side === "client" ? "consultant" : "client"]}: ${named(other)}`]),
    texts.period(day(from), day(to)),
    texts.printed(date(printedAt), time(printedAt)),
  ];
}
