/** Reads a screen as fast as it changes: the marker's number at its known place, and how much two screens are alike. */
import { closeSync, openSync, readSync } from "node:fs";
import { DUMP_HEADER_BYTES, parseDumpHeader } from "../../e2e/harness/pixels.ts";
import type { Screen } from "../../e2e/harness/screen.ts";
import { markerPoints } from "./scene.ts";
import type { Area } from "./x11.ts";

/** Lighter than this share of white is white, darker than the other is black; between them nothing is certain. */
const WHITE_FROM = 170;
const BLACK_UP_TO = 85;

/** Shares no divisor with what a line of text takes, so that each of its rows has its turn. */
const ROWS_APART = 7;

export interface Eyes {
  /** The number at the marker's place; null when it is not certain. Takes some microseconds. */
  number(): number | null;
  /** Lightness (0…255) of some rows of the area: all of them take longer to compare than a picture takes to change. */
  lightness(area: Area): Float32Array;
  close(): void;
}

export function openEyes({ pixelsFile }: Screen): Eyes {
  const file = openSync(pixelsFile, "r");
  const header = Buffer.alloc(DUMP_HEADER_BYTES);
  readSync(file, header, 0, DUMP_HEADER_BYTES, 0);
  const { start, bytesPerLine } = parseDumpHeader(header);
  const row = Buffer.alloc(bytesPerLine);
  const readRow = (y: number): void => void readSync(file, row, 0, bytesPerLine, start + y * bytesPerLine);
  return {
    number() {
      let readY = -1;
      const lights = markerPoints.map(({ x, y }) => {
        if (readY !== y) readRow(y);
        readY = y;
        return lightnessAt(row, x);
      });
      if (lights.some((light) => light > BLACK_UP_TO && light < WHITE_FROM)) return null;
      const bits = lights.map((light) => light >= WHITE_FROM);
      if (bits.slice(0, 8).some((bit, index) => bit === bits[index + 8])) return null;
      return bits.slice(0, 8).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
    },
    lightness({ x, y, width, height }) {
      const rows = Math.floor(height / ROWS_APART);
      const lights = new Float32Array(rows * width);
      for (let index = 0; index < rows; index += 1) {
        readRow(y + index * ROWS_APART);
        for (let column = 0; column < width; column += 1) lights[index * width + column] = lightnessAt(row, x + column);
      }
      return lights;
    },
    close: () => closeSync(file),
  };
}

/** Rec. 709 luma of a pixel of a row. */
function lightnessAt(row: Buffer, x: number): number {
  return 0.0722 * (row[x * 4] ?? 0) + 0.7152 * (row[x * 4 + 1] ?? 0) + 0.2126 * (row[x * 4 + 2] ?? 0);
}

/** Peak signal to noise ratio of two pictures of one size, dB; 99 when they are the same. */
export function likeness(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += ((one[index] ?? 0) - (other[index] ?? 0)) ** 2;
  return sum === 0 ? 99 : Math.min(99, 10 * Math.log10((255 * 255) / (sum / one.length)));
}
