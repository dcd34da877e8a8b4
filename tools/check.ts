/**
 * The one command before a change is handed on: `npm run check` runs every step in order and stops at the first that fails;
 * `node tools/check.ts lint format` runs the named ones. The last line is `N passed, N failed`: tests that ran, by vitest and Playwright
 * (a step that fails without a failing test counts as one).
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "reports");

interface Tests {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly commands: readonly string[];
  /** Reads what the test runner left in reports/. */
  readonly tests?: (report: unknown) => Tests;
}

const vitestReport = z.object({ numPassedTests: z.int(), numFailedTests: z.int() });
const playwrightReport = z.object({ stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }) });

function vitest(project: string): Step {
  return {
    commands: [`vitest run --project ${project} --reporter=default --reporter=json --outputFile.json=reports/${project}.json`],
    tests(report) {
      const { numPassedTests, numFailedTests } = vitestReport.parse(report);
      return { passed: numPassedTests, failed: numFailedTests };
    },
  };
}

const steps: Readonly<Record<string, Step>> = {
  prepare: { commands: ["node tools/prepare.ts"] },
  types: { commands: ["tsc -p .", "tsc -p web"] },
  lint: { commands: ["oxlint --type-aware --deny-warnings --report-unused-disable-directives"] },
  format: { commands: ["oxfmt --check ."] },
  boundaries: { commands: ["node tools/boundaries.ts"] },
  dead: { commands: ["knip --treat-config-hints-as-errors"] },
  tidy: vitest("tidy"),
  drift: { commands: ["node tools/generate.ts --check"] },
  unit: vitest("unit"),
  database: vitest("database"),
  web: { commands: ["vite build web --logLevel warn"] },
  e2e: {
    commands: ["playwright test --config e2e --reporter=list,json"],
    tests(report) {
      const { expected, unexpected, flaky } = playwrightReport.parse(report).stats;
      return { passed: expected, failed: unexpected + flaky };
    },
  },
};

const env = {
  ...process.env,
  PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
  PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, "e2e.json"),
};

/** Runs one command with its output as it comes; answers whether it went well. */
function run(command: string): Promise<boolean> {
  console.log(`$ ${command}`);
  const child = spawn(command, { cwd: root, env, shell: true, stdio: "inherit" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

async function runAll(commands: readonly string[]): Promise<boolean> {
  for (const command of commands) if (!(await run(command))) return false;
  return true;
}

function testsOf(name: string, step: Step): Tests {
  const file = join(reports, `${name}.json`);
  return step.tests && existsSync(file) ? step.tests(JSON.parse(readFileSync(file, "utf8"))) : { passed: 0, failed: 0 };
}

interface Outcome extends Tests {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: string;
}

async function outcomeOf(name: string, step: Step): Promise<Outcome> {
  console.log(`\n━━ ${name}`);
  rmSync(join(reports, `${name}.json`), { force: true });
  const began = performance.now();
  const wentWell = await runAll(step.commands);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { passed, failed } = testsOf(name, step);
  const ok = wentWell && failed === 0 && (step.tests === undefined || passed > 0);
  return { name, ok, seconds, passed, failed: ok ? 0 : Math.max(failed, 1) };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) throw new Error(`no such step: ${unknown.join(", ")}; there are ${Object.keys(steps).join(", ")}`);
const wanted = Object.entries(steps).filter(([name]) => asked.length === 0 || asked.includes(name));

mkdirSync(reports, { recursive: true });
const outcomes: Outcome[] = [];
for (const [name, step] of wanted) {
  outcomes.push(await outcomeOf(name, step));
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
