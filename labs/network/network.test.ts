import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { markerCells } from "../../e2e/harness/marker.ts";
import type { Pixels, Rows } from "../../e2e/harness/pixels.ts";
import { conditions } from "./conditions.ts";
import { plan } from "./plan.ts";
import { longestGap, overlap, quickReader } from "./watch.ts";

/** A program is started that reads much of the tests' own. */
const START_WITHIN_MS = 60_000;

test("where no lab can be built it says why, and ends with a last line that says it too", { timeout: START_WITHIN_MS }, () => {
  const lab = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [lab], { encoding: "utf8", env: { PATH: "/nowhere" } });
  const lines = stdout.trim().split("\n");
  expect(lines[0]).toMatch(/^The lab cannot be built here: .*(missing: apt-get install|as root|Linux)/);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
    lab: "network",
    obstacle: expect.any(String),
    conditions: 0,
    connected: 0,
    cells: [],
  });
  expect(status).toBe(1);
});

test("every event happens on a condition there is, and a cell there is not is refused", () => {
  expect(plan().length).toBeGreaterThan(conditions.length);
  expect(plan(["wifi-gone"])).toMatchObject([{ condition: { name: "port-restricted" }, happening: { name: "wifi-gone" } }]);
  expect(() => plan(["wifi"])).toThrow("no such cell: wifi");
});

test("every condition has controls that its network must fail or pass", () => {
  for (const { name, clientSees } of conditions) expect(Object.keys(clientSees).length, name).toBeGreaterThan(0);
});

test("the longest silence after an event is found, what was before it is not counted", () => {
  expect(longestGap([0, 5000, 5200, 6700, 6900], 5100)).toEqual({ began: 5200, ms: 1500 });
  expect(longestGap([5000, 9000], 5100)).toEqual({ began: 5100, ms: 3900 });
});

test("nothing came only where neither did", () => {
  expect(overlap({ began: 1000, ms: 2000 }, { began: 1500, ms: 700 })).toEqual({ began: 1500, ms: 700 });
  expect(overlap({ began: 1000, ms: 2000 }, { began: 2500, ms: 900 })).toEqual({ began: 2500, ms: 500 });
  expect(overlap({ began: 1000, ms: 200 }, { began: 2500, ms: 900 }).ms).toBe(0);
});

/** A marker in a frame of `size` pixels, its corner at (`at`, `at`); null: changing just now, its cells are neither black nor white. */
interface Painted {
  readonly at: number;
  readonly size: number;
  readonly value: number | null;
}

const SCREEN = 400;

function screenWith(...markers: readonly Painted[]): Pixels {
  const rgba = new Uint8Array(SCREEN * SCREEN * 4).fill(128);
  for (const { at, size, value } of markers) {
    for (let pixel = 0; pixel < size * size; pixel += 1) {
      const [x, y] = [pixel % size, Math.floor(pixel / size)];
      rgba.set(colourAt(x / size, y / size, value), ((at + y) * SCREEN + at + x) * 4);
    }
  }
  return { width: SCREEN, height: SCREEN, rgba };
}

/** Of a marker at this part of its width and height. */
function colourAt(x: number, y: number, value: number | null): readonly number[] {
  const [column, row] = [Math.floor((x * 36 - 2) / 8), Math.floor((y * 18 - 1) / 4)];
  if (Math.min(column, row) < 0 || Math.max(column, row) > 3) return [255, 0, 0];
  if (value === null) return [128, 128, 128];
  return markerCells(value)[row * 4 + column] === true ? [255, 255, 255] : [0, 0, 0];
}

const rowsOf = ({ width, rgba }: Pixels, { top, bottom }: Rows): Pixels => ({
  width,
  height: bottom - top + 1,
  rgba: rgba.subarray(top * width * 4, (bottom + 1) * width * 4),
});

test("the marker's smaller image in the client's own picture is not taken for it when it cannot be read for a moment", async () => {
  const mirror = { at: 300, size: 72, value: 7 };
  let screen = screenWith();
  const read = quickReader((rows) => Promise.resolve(rows === undefined ? screen : rowsOf(screen, rows)));
  const sees = async (...on: readonly Painted[]): Promise<number | null> => {
    screen = screenWith(...on);
    // The whole screen is not looked at oftener.
    await sleep(120);
    return await read();
  };
  expect(await sees({ at: 20, size: 180, value: 200 }, mirror)).toBe(200);
  expect(await sees({ at: 20, size: 180, value: null }, mirror)).toBeNull();
  expect(await sees({ at: 20, size: 180, value: 201 }, mirror)).toBe(201);
  expect(await sees({ at: 40, size: 144, value: 202 }, mirror), "the picture may become somewhat smaller").toBe(202);
});
