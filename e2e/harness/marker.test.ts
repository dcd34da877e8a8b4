import { expect, test } from "vitest";
import { MARKER_VALUES, markerCells, readMarker } from "./marker.ts";
import type { Pixels } from "./pixels.ts";

const WIDTH = 640;
const HEIGHT = 400;

function grey(light = 128): Pixels {
  return { width: WIDTH, height: HEIGHT, rgba: new Uint8Array(WIDTH * HEIGHT * 4).fill(light) };
}

/** Paints a marker of 216×234 pixels times `scale`, as the terminal does. */
function painted(value: number, scale: number): Pixels {
  const picture = grey();
  const cells = markerCells(value);
  for (let y = 0; y < Math.floor(234 * scale); y += 1) {
    for (let x = 0; x < Math.floor(216 * scale); x += 1) {
      const [column, row] = [Math.floor((x / scale - 12) / 48), Math.floor((y / scale - 13) / 52)];
      const inside = column >= 0 && column < 4 && row >= 0 && row < 4 && x / scale >= 12 && y / scale >= 13;
      const light = cells[row * 4 + column] === true ? 255 : 0;
      picture.rgba.set(inside ? [light, light, light] : [255, 0, 0], ((y + 31) * WIDTH + x + 57) * 4);
    }
  }
  return picture;
}

/** One colour part averaged over the pixel and its neighbours. */
function meanAround({ rgba }: Pixels, at: { x: number; y: number; part: number }, radius: number): number {
  let [sum, count] = [0, 0];
  for (let v = Math.max(0, at.y - radius); v <= Math.min(HEIGHT - 1, at.y + radius); v += 1) {
    for (let u = Math.max(0, at.x - radius); u <= Math.min(WIDTH - 1, at.x + radius); u += 1) {
      sum += rgba[(v * WIDTH + u) * 4 + at.part] ?? 0;
      count += 1;
    }
  }
  return sum / count;
}

/** Averages every pixel with its neighbours and adds an even noise, as a lossy codec at a low rate would. */
function blurred(picture: Pixels, radius: number): Pixels {
  const rgba = new Uint8Array(picture.rgba.length);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const noise = ((x * 7 + y * 13) % 21) - 10;
      const parts = [0, 1, 2].map((part) => Math.max(0, Math.min(255, meanAround(picture, { x, y, part }, radius) + noise)));
      rgba.set(parts, (y * WIDTH + x) * 4);
    }
  }
  return { ...picture, rgba };
}

test("every number is read back as it was drawn", () => {
  for (let value = 0; value < MARKER_VALUES; value += 1) expect(readMarker(painted(value, 1))).toBe(value);
});

test("a marker scaled down and up is still read", () => {
  for (const scale of [0.4, 0.53, 0.71, 0.9, 1.3])
    for (const value of [0, 37, 90, 201, 255]) expect(readMarker(painted(value, scale)), `${value} at ${scale}`).toBe(value);
});

test("a scaled marker blurred by compression is still read", () => {
  for (const value of [1, 77, 170, 254]) expect(readMarker(blurred(painted(value, 0.7), 2)), String(value)).toBe(value);
});

test("no number is read where there is none", () => {
  expect(readMarker(grey())).toBeNull();
  expect(readMarker(grey(0))).toBeNull();
  const button = grey(255);
  for (let y = 50; y < 150; y += 1) for (let x = 50; x < 250; x += 1) button.rgba.set([224, 49, 49], (y * WIDTH + x) * 4);
  expect(readMarker(button), "a red button is not a marker").toBeNull();
});

test("a marker with one wrong cell is refused rather than misread", () => {
  const picture = painted(37, 1);
  for (let y = 31 + 13; y < 31 + 65; y += 1)
    for (let x = 57 + 12; x < 57 + 60; x += 1) picture.rgba.set([255, 255, 255], (y * WIDTH + x) * 4);
  expect(readMarker(picture)).toBeNull();
});

test("a number that the marker cannot show is refused", () => {
  expect(() => markerCells(256)).toThrow(RangeError);
  expect(() => markerCells(-1)).toThrow(RangeError);
});
