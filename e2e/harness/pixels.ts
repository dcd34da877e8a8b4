import { open } from "node:fs/promises";

/** A picture in memory: rows from the top, four bytes a pixel (red, green, blue, and one byte that is not used). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

const XWD_FIXED_HEADER_WORDS = 25;
const XWD_COLOR_ENTRY_BYTES = 12;

/**
 * Reads the X window dump (XWD version 7, 32 bits a pixel, least significant byte first) that Xvfb keeps in its `-fbdir` folder.
 * Refuses (throws) any other layout: a picture read wrongly would prove nothing.
 */
export function parseWindowDump(dump: Buffer): Pixels {
  const layout = parseDumpHeader(dump);
  const { width, height, start, bytesPerLine } = layout;
  if (dump.length < start + bytesPerLine * height) throw new Error("the X window dump is cut short");
  return { width, height, rgba: rgbaOf(dump, layout) };
}

/** Rows of pixels, the last one included. */
export interface Rows {
  readonly top: number;
  readonly bottom: number;
}

/** Some rows of the dump in this file: a fraction of what reading all of it takes. */
export async function readDumpRows(path: string, { top, bottom }: Rows): Promise<Pixels> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(DUMP_HEADER_BYTES);
    await file.read(header, 0, header.length, 0);
    const layout = parseDumpHeader(header);
    const rows = { ...layout, start: 0, height: bottom - top + 1 };
    const bytes = Buffer.alloc(rows.height * layout.bytesPerLine);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, layout.start + top * layout.bytesPerLine);
    if (bytesRead < bytes.length) throw new Error("the X window dump is cut short");
    return { width: rows.width, height: rows.height, rgba: rgbaOf(bytes, rows) };
  } finally {
    await file.close();
  }
}

/** Where the pixels stand in a dump: from byte `start`, `bytesPerLine` a row, four bytes a pixel (blue, green, red, and one not used). */
export interface DumpLayout {
  readonly width: number;
  readonly height: number;
  readonly start: number;
  readonly bytesPerLine: number;
}

/** Bytes of a dump that hold its header. */
export const DUMP_HEADER_BYTES = XWD_FIXED_HEADER_WORDS * 4;

export function parseDumpHeader(dump: Buffer): DumpLayout {
  const word = (index: number): number => dump.readUInt32BE(index * 4);
  if (dump.length < DUMP_HEADER_BYTES || word(1) !== 7) throw new Error("not an X window dump of version 7");
  const [width, height, leastByteFirst, bitsPerPixel, bytesPerLine] = [word(4), word(5), word(7) === 0, word(11), word(12)];
  if (!leastByteFirst || bitsPerPixel !== 32) throw new Error(`an X window dump of ${bitsPerPixel} bits a pixel is not expected`);
  return { width, height, start: word(0) + word(19) * XWD_COLOR_ENTRY_BYTES, bytesPerLine };
}

function rgbaOf(dump: Buffer, { width, height, start, bytesPerLine }: DumpLayout): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = start + y * bytesPerLine + x * 4;
      const to = (y * width + x) * 4;
      rgba[to] = dump[from + 2] ?? 0;
      rgba[to + 1] = dump[from + 1] ?? 0;
      rgba[to + 2] = dump[from] ?? 0;
      rgba[to + 3] = 255;
    }
  }
  return rgba;
}
