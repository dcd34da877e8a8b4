/**
 * A number that a real X program shows on one screen and a test reads from the pixels of another, after scaling and lossy compression.
 *
 * The marker is a red frame around 4×4 cells, black or white: the two upper rows are the eight bits of the number, the two lower rows
 * the same bits turned over. A picture without a marker practically never passes both checks.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pixels } from "./pixels.ts";
import { run, type Running } from "./process.ts";
import type { Screen } from "./screen.ts";

export const MARKER_VALUES = 256;
const GRID = 4;
/** Size of one cell and of the frame, in character cells of the terminal that draws. */
const CELL_COLUMNS = 8;
const CELL_ROWS = 4;
const FRAME_COLUMNS = 2;
const FRAME_ROWS = 1;
const COLUMNS = GRID * CELL_COLUMNS + 2 * FRAME_COLUMNS;
const ROWS = GRID * CELL_ROWS + 2 * FRAME_ROWS;
/** Frames narrower than this cannot be read reliably and are passed over. */
const SMALLEST_SIDE = 40;

/** The sixteen cells of a number, row by row; true is white. */
export function markerCells(value: number): boolean[] {
  if (!Number.isInteger(value) || value < 0 || value >= MARKER_VALUES) throw new RangeError(`a marker shows 0…255, not ${value}`);
  const bits = Array.from({ length: 8 }, (_, bit) => ((value >> (7 - bit)) & 1) === 1);
  return [...bits, ...bits.map((bit) => !bit)];
}

function numberOfCells(cells: readonly boolean[]): number | null {
  const bits = cells.slice(0, 8);
  if (bits.some((bit, index) => bit === cells[index + 8])) return null;
  return bits.reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
}

/** Where a marker's frame is in a picture, in pixels, edges included. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Red as it is after compression: the blocks around the frame bleed, its middle stays red. */
function isRed({ rgba }: Pixels, pixel: number): boolean {
  const at = pixel * 4;
  const [red, green, blue] = [rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0];
  return red > 130 && green < 100 && blue < 100 && red - Math.max(green, blue) > 80;
}

/** Boxes around every connected area of red. */
function redBoxes(pixels: Pixels): Box[] {
  const { width, height } = pixels;
  const seen = new Uint8Array(width * height);
  const boxes: Box[] = [];
  const stack: number[] = [];
  const push = (x: number, y: number): void => {
    const at = y * width + x;
    if (x < 0 || y < 0 || x >= width || y >= height || seen[at] === 1 || !isRed(pixels, at)) return;
    seen[at] = 1;
    stack.push(at);
  };
  for (let first = 0; first < width * height; first += 1) {
    push(first % width, Math.floor(first / width));
    if (stack.length === 0) continue;
    const box: Box = { left: width, top: height, right: 0, bottom: 0 };
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
      push(x - 1, y);
      push(x + 1, y);
      push(x, y - 1);
      push(x, y + 1);
    }
    boxes.push(box);
  }
  return boxes;
}

/** Mean lightness (0…255) of the middle of one cell of the grid inside a frame. */
function lightness({ width, rgba }: Pixels, box: Box, cell: number): number {
  const across = (box.right - box.left + 1) / COLUMNS;
  const down = (box.bottom - box.top + 1) / ROWS;
  const left = box.left + (FRAME_COLUMNS + (cell % GRID) * CELL_COLUMNS + CELL_COLUMNS * 0.3) * across;
  const top = box.top + (FRAME_ROWS + Math.floor(cell / GRID) * CELL_ROWS + CELL_ROWS * 0.3) * down;
  let [sum, count] = [0, 0];
  for (let y = Math.round(top); y < top + CELL_ROWS * 0.4 * down; y += 1) {
    for (let x = Math.round(left); x < left + CELL_COLUMNS * 0.4 * across; x += 1) {
      const at = (y * width + x) * 4;
      sum += ((rgba[at] ?? 0) + (rgba[at + 1] ?? 0) + (rgba[at + 2] ?? 0)) / 3;
      count += 1;
    }
  }
  return sum / count;
}

export const widthOf = ({ left, right }: Readonly<Box>): number => right - left + 1;

function readBox(pixels: Pixels, box: Box): number | null {
  if (box.right - box.left < SMALLEST_SIDE || box.bottom - box.top < SMALLEST_SIDE) return null;
  const lights = Array.from({ length: GRID * GRID }, (_, cell) => lightness(pixels, box, cell));
  if (lights.some((light) => light > 85 && light < 170)) return null;
  return numberOfCells(lights.map((light) => light >= 170));
}

/** The largest marker seen anywhere in the picture; null when there is none or none can be read for certain. */
export function findMarker(pixels: Pixels): { value: number; box: Readonly<Box> } | null {
  for (const box of redBoxes(pixels).toSorted((one, other) => widthOf(other) - widthOf(one))) {
    const value = readBox(pixels, box);
    if (value !== null) return { value, box };
  }
  return null;
}

/** Its number. */
export const readMarker = (pixels: Pixels): number | null => findMarker(pixels)?.value ?? null;

const RED = "\u001B[41m";
const BLACK = "\u001B[40m";
const WHITE = "\u001B[47m";

/** What a terminal of the marker's size must be sent to show the number. */
function drawing(value: number): string {
  const edge = `${RED}${" ".repeat(COLUMNS)}`;
  const side = `${RED}${" ".repeat(FRAME_COLUMNS)}`;
  const cells = markerCells(value).map((white) => `${white ? WHITE : BLACK}${" ".repeat(CELL_COLUMNS)}`);
  const rows = Array.from({ length: GRID }, (_, row) => `${side}${cells.slice(row * GRID, row * GRID + GRID).join("")}${side}`);
  const lines = [edge, ...rows.flatMap((row) => Array.from({ length: CELL_ROWS }, () => row)), edge];
  return lines.map((line, row) => `\u001B[${row + 1};1H${line}`).join("");
}

export interface Marker {
  /** Draws the number. */
  show(value: number): void;
  /** Takes the marker's window away. */
  stop(): Promise<void>;
}

/** Opens an xterm at the given place of the screen that shows whatever number it is told. */
export async function startMarker(screen: Screen, x: number, y: number): Promise<Marker> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-marker-"));
  const pipe = join(folder, "numbers");
  await run("mkfifo", [pipe]);
  const look = ["-fn", "fixed", "-b", "0", "+sb", "-xrm", "*color0: #000000", "-xrm", "*color1: #ff0000", "-xrm", "*color7: #ffffff"];
  const place = ["-geometry", `${COLUMNS}x${ROWS}+${x}+${y}`, "-T", "Minuta marker"];
  const terminal: Running = await screen.open("xterm", [...look, ...place, "-e", "cat", pipe], "Minuta marker");
  const numbers: WriteStream = createWriteStream(pipe);
  numbers.on("error", () => undefined);
  numbers.write("\u001B[?25l\u001B[?7l");
  return {
    show: (value) => void numbers.write(drawing(value)),
    async stop() {
      numbers.destroy();
      await terminal.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
