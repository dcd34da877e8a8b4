/** Proof that the import rules bite: a small repository in a temporary folder, sound at first, then with one bad import at a time. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsIn } from "./boundaries.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
let root: string;

const sound = {
  "contracts/src/money.ts": 'import { z } from "zod";\nexport const sum = z.bigint();',
  "server/src/main.js": 'import { app } from "./app.ts";\napp();',
  "server/src/app.ts":
    'import { ledger } from "#ledger";\nimport { metering } from "#metering";\nexport const app = () => [ledger, metering];',
  "server/src/platform/db.ts": 'import pg from "pg";\nexport const db = pg;',
  "server/src/platform/other.ts": "export const other = 1;",
  "server/src/domains/ledger/index.ts": 'export { ledger } from "./store.ts";',
  "server/src/domains/ledger/store.ts": 'import { db } from "#platform/db";\nexport const ledger = db;',
  "server/src/domains/metering/index.ts":
    'import { sum } from "@minuta/contracts/money";\nimport { ledger } from "#ledger";\nexport const metering = [sum, ledger];',
  "server/src/domains/metering/rules.ts": 'import type { sum } from "@minuta/contracts/money";\nexport type Rule = typeof sum;',
  "web/src/main.tsx":
    'import { engine } from "./rtc/engine.ts";\nimport { sum } from "@minuta/contracts/money";\nexport const main = [engine, sum];',
  "web/src/rtc/engine.ts": "export const engine = 1;",
  "web/src/features/calls/screen.tsx": 'import { button } from "../../ui/button.tsx";\nexport const screen = button;',
  "web/src/ui/button.tsx":
    'import { createElement } from "react";\nexport const button = <T,>(of: T) => <b>{createElement("i", null, String(of))}</b>;',
  "helper/src/main.ts": "export const helper = 1;",
  "e2e/call.spec.ts": 'import { app } from "@minuta/server/main";\nexport const journey = app;',
  "labs/bench.ts": "export const bench = 1;",
  "tools/check.ts": "export const check = 1;",
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "minuta-boundaries-"));
  for (const [path, text] of Object.entries(sound)) await write(path, text);
  for (const workspace of ["contracts", "server", "web", "helper", "e2e", "labs", "tools"]) {
    await cp(join(repository, workspace, "package.json"), join(root, workspace, "package.json"));
    await mkdir(join(root, "node_modules/@minuta"), { recursive: true });
    await symlink(join("../..", workspace), join(root, "node_modules/@minuta", workspace));
  }
  for (const name of ["pg", "zod", "react", "@mantine", "vite", "vitest"])
    await symlink(join(repository, "node_modules", name), join(root, "node_modules", name));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

test("a repository that keeps the table has nothing to report", async () => {
  expect(await violationsIn(root)).toEqual([]);
});

test.each([
  ["contracts-workspace", "contracts/src/bad.ts", 'import { app } from "../../server/src/app.ts";\nexport const bad = app;'],
  ["contracts-packages", "contracts/src/bad.ts", 'import { createElement } from "react";\nexport const bad = createElement;'],
  ["contracts-packages", "contracts/src/bad.ts", 'import { readFile } from "node:fs";\nexport const bad = readFile;'],
  ["web-workspace", "web/src/bad.ts", 'import type { app } from "../../server/src/app.ts";\nexport type Bad = typeof app;'],
  ["ledger-domain", "server/src/domains/ledger/bad.ts", 'import { metering } from "#metering";\nexport const bad = metering;'],
  ["ledger-domain", "server/src/domains/ledger/bad.ts", 'export const bad = () => import("#metering");'],
  [
    "domains-by-their-doors",
    "server/src/domains/metering/bad.ts",
    'import { ledger } from "../ledger/store.ts";\nexport const bad = ledger;',
  ],
  ["platform-knows-no-domain", "server/src/platform/bad.ts", 'import { ledger } from "#ledger";\nexport const bad = ledger;'],
  ["only-app-knows-the-domains", "server/src/bad.ts", 'import { ledger } from "#ledger";\nexport const bad = ledger;'],
  [
    "domains-do-not-know-the-app",
    "server/src/domains/ledger/bad.ts",
    'import type { app } from "../../app.ts";\nexport type Bad = typeof app;',
  ],
  ["the-database-driver-stays-in-platform", "server/src/domains/ledger/bad.ts", 'import pg from "pg";\nexport const bad = pg;'],
  ["rules-are-pure", "server/src/domains/ledger/rules.ts", 'import { db } from "#platform/db";\nexport const bad = db;'],
  [
    "the-product-does-not-import-tests",
    "server/src/platform/bad.ts",
    'import { helped } from "../testing.ts";\nexport const bad = helped;',
  ],
  [
    "the-engine-has-no-ui",
    "web/src/rtc/bad.tsx",
    'import { createElement } from "react";\nexport const bad = <b>{String(createElement)}</b>;',
  ],
  ["the-engine-has-no-ui", "web/src/rtc/bad.ts", 'import { Button } from "@mantine/core";\nexport const bad = Button;'],
  [
    "the-vocabulary-knows-no-feature",
    "web/src/ui/bad.tsx",
    'import { screen } from "../features/calls/screen.tsx";\nexport const bad = screen;',
  ],
  ["no-circles", "server/src/platform/other.ts", 'import { bad } from "./bad.ts";\nexport const other = bad;'],
  ["every-import-resolves", "server/src/bad.ts", 'import { nobody } from "./nobody.ts";\nexport const bad = nobody;'],
  ["the-product-needs-no-tool", "web/src/bad.ts", 'import { build } from "vite";\nexport const bad = build;'],
])("%s bites on %s", async (rule, path, text) => {
  await write("server/src/testing.ts", "export const helped = 1;");
  await write("server/src/platform/bad.ts", 'import { other } from "./other.ts";\nexport const bad = other;');
  await write(path, text);
  try {
    const found = await violationsIn(root);
    expect(found.map((violation) => violation.rule)).toContain(rule);
  } finally {
    const before = Object.entries(sound).find(([known]) => known === path);
    if (before) await write(path, before[1]);
    else await rm(join(root, path));
  }
});
