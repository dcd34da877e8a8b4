/** A long table as a PDF, page after page, each given away as soon as it is full: for more rows than memory has room for. */
import PDFDocument from "pdfkit";
import { faces } from "./pdf.ts";

export interface PdfTable {
  readonly title: string;
  readonly lead: string;
  /** Widths in points; together at most 762. */
  readonly columns: readonly { readonly title: string; readonly width: number; readonly right: boolean }[];
  readonly rows: AsyncIterable<readonly string[]>;
  readonly page: (page: number) => string;
}

const MARGIN = 40;
const PAGE_WIDTH = 842;
const PAGE_HEIGHT = 595;
const ROW_HEIGHT = 15;
const FONT_SIZE = 8;
const PADDING = 3;
const LOWEST = PAGE_HEIGHT - MARGIN - ROW_HEIGHT;
const ink = { text: "#1b2430", muted: "#5f6b7a", accent: "#0b5d57", rule: "#d3d9e0" };

/** The bytes as they become ready; whoever reads slowly is waited for. */
export async function* streamTable(table: PdfTable): AsyncGenerator<Uint8Array> {
  const document = new PDFDocument({
    size: "A4",
    layout: "landscape",
    margin: MARGIN,
    autoFirstPage: false,
    info: { Title: table.title, Author: "Минута" },
  });
  document.registerFont("plain", faces.normal).registerFont("bold", faces.bold);
  const ready: Uint8Array[] = [];
  document.on("data", (bytes: Uint8Array) => ready.push(bytes));
  const ended = new Promise<void>((done) => document.on("end", () => done()));
  const writer = new TableWriter(document, table);
  for await (const row of table.rows) {
    // The document compresses its pages on another thread: it is given the time to, or they all wait in memory.
    if (writer.write(row)) await new Promise<void>((turn) => void setImmediate(turn));
    yield* ready.splice(0);
  }
  writer.finish();
  document.end();
  await ended;
  yield* ready;
}

class TableWriter {
  readonly #document: PDFKit.PDFDocument;
  readonly #table: PdfTable;
  #pages = 0;
  #y = Number.POSITIVE_INFINITY;

  constructor(document: PDFKit.PDFDocument, table: PdfTable) {
    this.#document = document;
    this.#table = table;
  }

  /** Whether it began a page. */
  write(row: readonly string[]): boolean {
    const turned = this.#y > LOWEST;
    if (turned) this.#turn();
    this.#row(row, { font: "plain", color: ink.text });
    return turned;
  }

  /** A table without rows has a page too. */
  finish(): void {
    if (this.#pages === 0) this.#turn();
  }

  #turn(): void {
    this.#forgetWords();
    const { title, lead, columns, page } = this.#table;
    this.#document.addPage();
    this.#pages += 1;
    this.#y = MARGIN;
    if (this.#pages === 1) {
      this.#line(title, { font: "bold", size: 15, color: ink.accent });
      this.#line(lead, { font: "plain", size: 9, color: ink.muted });
    }
    this.#document
      .font("plain")
      .fontSize(FONT_SIZE)
      .fillColor(ink.muted)
      .text(page(this.#pages), MARGIN, PAGE_HEIGHT - MARGIN + 6, { lineBreak: false });
    this.#row(
      columns.map((column) => column.title),
      { font: "bold", color: ink.muted },
    );
  }

  /** pdfkit keeps every word it ever laid out: of a hundred thousand rows that is more than the rows. The version is pinned. */
  #forgetWords(): void {
    for (const font of ["plain", "bold"]) {
      const { _font } = this.#document.font(font) as unknown as { readonly _font: { layoutCache: object } };
      _font.layoutCache = Object.create(null) as object;
    }
  }

  #line(text: string, { font, size, color }: { font: string; size: number; color: string }): void {
    this.#document.font(font).fontSize(size).fillColor(color).text(text, MARGIN, this.#y, { lineBreak: false });
    this.#y += size * 1.6;
  }

  #row(cells: readonly string[], { font, color }: { font: string; color: string }): void {
    const { columns } = this.#table;
    this.#document.font(font).fontSize(FONT_SIZE).fillColor(color);
    let x = MARGIN;
    for (const [at, { width, right }] of columns.entries()) {
      this.#document.text(this.#fitting(cells[at] ?? "", width - 2 * PADDING), x + PADDING, this.#y + PADDING, {
        width: width - 2 * PADDING,
        align: right ? "right" : "left",
        lineBreak: false,
      });
      x += width;
    }
    this.#y += ROW_HEIGHT;
    this.#document
      .moveTo(MARGIN, this.#y)
      .lineTo(PAGE_WIDTH - MARGIN, this.#y)
      .lineWidth(0.4)
      .strokeColor(ink.rule)
      .stroke();
  }

  /** As much of the text as the column takes on one line. */
  #fitting(text: string, width: number): string {
    const line = text.replaceAll(/\s+/g, " ");
    const whole = this.#document.widthOfString(line);
    if (whole <= width) return line;
    for (let length = Math.floor((line.length * width) / whole); length > 0; length -= 1) {
      const shown = `${line.slice(0, length).toWellFormed()}…`;
      if (this.#document.widthOfString(shown) <= width) return shown;
    }
    return "…";
  }
}
