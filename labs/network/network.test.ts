import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { conditions } from "./conditions.ts";
import { plan } from "./plan.ts";
import { longestGap } from "./watch.ts";

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
