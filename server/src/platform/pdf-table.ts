/** A long table as a PDF, page after page, each given away as soon as it is full: for more rows than memory has room for. */
import PDFDocument from "pdfkit";
import { faces } from "./pdf.ts";

export interface PdfTable {
  readonly title: string;
  /** Lines below the title. */
  readonly lead: readonly string[];
  /** Widths in points; together at most 762. */
  readonly columns: readonly { readonly title: string; readonly width: number; readonly right: boolean }[];
  readonly rows: AsyncIterable<PdfRow>;
  /** What stands at the foot of a page, before the number of pages. */
  readonly page: (page: number) => string;
}

export interface PdfRow {
  readonly cells: readonly string[];
  /** Printed bold: a total. */
  readonly strong: boolean;
}

const MARGIN = 40;
const PAGE_WIDTH = 842;
const PAGE_HEIGHT = 595;
const FONT_SIZE = 8;
const LINE_HEIGHT = 10;
const PADDING = 3;
/** Above and below the lines of a row. */
const AROUND = 5;
const PAGES_REMEMBERED = 20;
const BOTTOM = PAGE_HEIGHT - MARGIN;
const FOOT = BOTTOM + 6;
const ink = { text: "#1b2430", muted: "#5f6b7a", accent: "#0b5d57", rule: "#d3d9e0" };
type Font = "plain" | "bold";

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

/** What pdfkit keeps to itself of an embedded font; its version is pinned. */
interface EmbeddedFont {
  readonly id: string;
  readonly ascender: number;
  layoutCache: object;
  ref(): PDFKit.PDFKitReference;
  encode(text: string): [glyphs: string[], positions: unknown];
}

class TableWriter {
  readonly #document: PDFKit.PDFDocument;
  readonly #table: PdfTable;
  /** One drawing that every page shows at its foot, and that is drawn when the last page is full (ISO 32000-1, 8.10): how many pages there are. */
  readonly #pageCount: PDFKit.PDFKitReference;
  readonly #widths: Readonly<Record<Font, Map<string, number>>> = { plain: new Map(), bold: new Map() };
  #pages = 0;
  #y = Number.POSITIVE_INFINITY;

  constructor(document: PDFKit.PDFDocument, table: PdfTable) {
    this.#document = document;
    this.#table = table;
    this.#pageCount = document.ref({ Type: "XObject", Subtype: "Form", BBox: [0, -FONT_SIZE, 100, FONT_SIZE] });
  }

  /** Whether it began a page. */
  write({ cells, strong }: PdfRow): boolean {
    const before = this.#pages;
    this.#row(cells, strong ? "bold" : "plain", ink.text);
    return this.#pages > before;
  }

  /** A table without rows has a page too. */
  finish(): void {
    if (this.#pages === 0) this.#turn();
    const font = this.#font("plain");
    const [glyphs] = font.encode(String(this.#pages));
    Object.assign(this.#pageCount.data, { Resources: { Font: { [font.id]: font.ref() } } });
    this.#pageCount.end(Buffer.from(`BT /${font.id} ${FONT_SIZE} Tf <${glyphs.join("")}> Tj ET`));
  }

  #font(font: Font): EmbeddedFont {
    const { _font } = this.#document.font(font).fontSize(FONT_SIZE) as unknown as { readonly _font: EmbeddedFont };
    return _font;
  }

  #turn(): void {
    this.#forgetWords();
    this.#document.addPage();
    this.#pages += 1;
    this.#y = MARGIN;
    const { title, lead, columns } = this.#table;
    if (this.#pages === 1) {
      this.#line(title, { font: "bold", size: 15, color: ink.accent });
      for (const line of lead) this.#line(line, { font: "plain", size: 9, color: ink.muted });
      this.#y += PADDING;
    }
    this.#foot();
    this.#row(
      columns.map((column) => column.title),
      "bold",
      ink.muted,
    );
  }

  #foot(): void {
    const { ascender } = this.#font("plain");
    const words = this.#table.page(this.#pages);
    const x = MARGIN + this.#document.widthOfString(words);
    this.#document.fillColor(ink.muted).text(words, MARGIN, FOOT, { lineBreak: false });
    const { xobjects } = this.#document.page as unknown as { readonly xobjects: Record<string, PDFKit.PDFKitReference> };
    xobjects.PageCount = this.#pageCount;
    this.#document.save();
    this.#document.transform(1, 0, 0, -1, x, FOOT + (ascender * FONT_SIZE) / 1000);
    this.#document.addContent("/PageCount Do");
    this.#document.restore();
  }

  /** pdfkit keeps every word it ever laid out: of a hundred thousand rows that is more than the rows. */
  #forgetWords(): void {
    if (this.#pages % PAGES_REMEMBERED === 0) this.#font("plain").layoutCache = Object.create(null) as object;
  }

  /** Above the table; on more lines when it is long. */
  #line(text: string, { font, size, color }: { font: Font; size: number; color: string }): void {
    this.#document
      .font(font)
      .fontSize(size)
      .fillColor(color)
      .text(text, MARGIN, this.#y, { width: PAGE_WIDTH - 2 * MARGIN });
    this.#y = this.#document.y + size * 0.3;
  }

  /** Never cut: a row is as high as its longest text, and goes on on the next page when none has room for it. */
  #row(texts: readonly string[], font: Font, color: string): void {
    this.#font(font);
    const cells = this.#table.columns.map(({ width }, at) => this.#wrapped(texts[at] ?? "", width - 2 * PADDING, font));
    const lines = Math.max(...cells.map((cell) => cell.length));
    const height = lines * LINE_HEIGHT + AROUND;
    if (this.#y + height > BOTTOM && (this.#y + LINE_HEIGHT > BOTTOM || height < BOTTOM / 2)) this.#turn();
    for (let line = 0; line < lines; line += 1) {
      if (this.#y + LINE_HEIGHT > BOTTOM) this.#turn();
      this.#font(font);
      this.#document.fillColor(color);
      this.#printed(cells.map((cell) => cell[line] ?? ""));
    }
    this.#y += AROUND;
    this.#document
      .moveTo(MARGIN, this.#y)
      .lineTo(PAGE_WIDTH - MARGIN, this.#y)
      .lineWidth(0.4)
      .strokeColor(ink.rule)
      .stroke();
  }

  /** One line of every cell. Without a width pdfkit looks for no line breaks of its own, which would take longer than everything else. */
  #printed(line: readonly string[]): void {
    let x = MARGIN + PADDING;
    for (const [at, { width, right }] of this.#table.columns.entries()) {
      const text = line[at] ?? "";
      const indent = right ? width - 2 * PADDING - this.#document.widthOfString(text) : 0;
      if (text !== "") this.#document.text(text, x + indent, this.#y + PADDING, { lineBreak: false });
      x += width;
    }
    this.#y += LINE_HEIGHT;
  }

  /** The text in lines no wider than that; only a word that is wider is broken. */
  #wrapped(text: string, width: number, font: Font): string[] {
    if (this.#widthOf(text, font) <= width && !text.includes("\n")) return [text];
    const lines: string[] = [];
    let line = "";
    let used = 0;
    for (const word of text.split(/\s+/)) {
      const needed = this.#widthOf(` ${word}`, font);
      if (line !== "" && used + needed <= width) {
        line += ` ${word}`;
        used += needed;
        continue;
      }
      if (line !== "") lines.push(line);
      const parts = this.#broken(word, width, font);
      lines.push(...parts.slice(0, -1));
      line = parts.at(-1) ?? "";
      used = this.#widthOf(line, font);
    }
    return [...lines, line];
  }

  #broken(word: string, width: number, font: Font): string[] {
    const parts = [""];
    let used = 0;
    for (const sign of word) {
      const needed = this.#widthOf(sign, font);
      if (used > 0 && used + needed > width) {
        parts.push("");
        used = 0;
      }
      parts[parts.length - 1] += sign;
      used += needed;
    }
    return parts;
  }

  /** Sign by sign: each is measured once, and a pair stands closer at most. The font is the one that is set. */
  #widthOf(text: string, font: Font): number {
    const widths = this.#widths[font];
    let width = 0;
    for (const sign of text) {
      const known = widths.get(sign) ?? this.#document.widthOfString(sign);
      widths.set(sign, known);
      width += known;
    }
    return width;
  }
}
