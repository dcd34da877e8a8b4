/**
 * The one command before a change is handed on: `npm run check` runs every step in order and stops at the first that fails;
 * `npm run check lint format` runs the named ones. The last line is `N passed, N failed`: tests that ran, by vitest and Playwright
 * (a step that fails without a failing test counts as one).
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "reports");

const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).scripts;

interface Tests {
  readonly passed: number;
  readonly failed: number;
}
const NO_TESTS: Tests = { passed: 0, failed: 0 };

/** How a step that runs tests is asked for a report in reports/<step>.json, and how that is read. */
interface Counted {
  readonly options: (file: string) => string;
  readonly report: z.ZodType<Tests>;
}

const vitest: Counted = {
  options: (file) => `--reporter=default --reporter=json --outputFile.json=${file}`,
  report: z
    .object({ numPassedTests: z.int(), numFailedTests: z.int() })
    .transform(({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests })),
};
const playwright: Counted = {
  options: () => "--reporter=list,json",
  report: z
    .object({ stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }) })
    .transform(({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky })),
};

/** The steps in their order: `check:<step>` of package.json says what each runs. */
const steps: Readonly<Record<string, Counted | null>> = {
  prepare: null,
  types: null,
  lint: null,
  format: null,
  boundaries: null,
  dead: null,
  tidy: vitest,
  drift: null,
  unit: vitest,
  database: vitest,
  web: null,
  networks: vitest,
  e2e: playwright,
};

const reportOf = (name: string): string => join(reports, `${name}.json`);

/** Runs a command with its output as it comes; answers whether it went well. */
function run(command: string, name: string): Promise<boolean> {
  console.log(`$ ${command}`);
  const env = {
    ...process.env,
    PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf(name),
  };
  const child = spawn(command, { cwd: root, env, shell: true, stdio: "inherit" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

interface Outcome extends Tests {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: string;
}

async function outcomeOf(name: string, counted: Counted | null): Promise<Outcome> {
  console.log(`\n━━ ${name}`);
  const report = reportOf(name);
  rmSync(report, { force: true });
  const command = scripts[`check:${name}`];
  if (command === undefined) throw new Error(`package.json has no script check:${name}`);
  const began = performance.now();
  const wentWell = await run(counted ? `${command} ${counted.options(report)}` : command, name);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const tests = counted && existsSync(report) ? counted.report.parse(JSON.parse(readFileSync(report, "utf8"))) : NO_TESTS;
  const ok = wentWell && tests.failed === 0 && (counted === null || tests.passed > 0);
  return { name, ok, seconds, passed: tests.passed, failed: ok ? 0 : Math.max(tests.failed, 1) };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) throw new Error(`no such step: ${unknown.join(", ")}; there are ${Object.keys(steps).join(", ")}`);
/** Whatever opens a browser needs the pages. */
if (asked.includes("e2e") || asked.includes("networks")) asked.push("web");
const wanted = Object.entries(steps).filter(([name]) => asked.length === 0 || asked.includes(name));

mkdirSync(reports, { recursive: true });
const outcomes: Outcome[] = [];
for (const [name, counted] of wanted) {
  outcomes.push(await outcomeOf(name, counted));
  if (!outcomes.at(-1)?.ok) break;
}

console.log("");
for (const { name, ok, seconds, passed } of outcomes) {
  console.log(`${ok ? "✓" : "✗"} ${name.padEnd(12)}${seconds.padStart(7)} s${passed > 0 ? `   ${passed} tests passed` : ""}`);
}
const broken = outcomes.find((outcome) => !outcome.ok);
if (broken) {
  const left = wanted.slice(outcomes.length).map(([name]) => name);
  console.log(`\nFAILED: ${broken.name}${left.length > 0 ? `; not run: ${left.join(", ")}` : ""}. Alone: npm run check:${broken.name}`);
  process.exitCode = 1;
}
const sum = (of: "passed" | "failed") => outcomes.reduce((total, outcome) => total + outcome[of], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
