/**
 * The one command before a change is handed on: `npm run check` runs every step in order and stops at the first that fails;
 * `npm run check lint format` runs the named ones. The last line is `N passed, N failed`: tests that ran, by vitest and Playwright
 * (a step that fails without a failing test counts as one).
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "reports");

const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).scripts;

interface Tests {
  readonly passed: number;
  readonly failed: number;
  /** What failed and its first words: the output of a long step has scrolled away. */
  readonly failures: readonly string[];
}
const NO_TESTS: Tests = { passed: 0, failed: 0, failures: [] };

const FIRST_WORDS = 8;
const failure = (title: string, message: string): string => {
  const lines = stripVTControlCharacters(message)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return [title, ...lines.slice(0, FIRST_WORDS)].join("\n    ");
};

/** How a step that runs tests is asked for a report in reports/<step>.json, and how that is read. */
interface Counted {
  readonly options: (file: string) => string;
  readonly report: z.ZodType<Tests>;
}

const vitest: Counted = {
  options: (file) => `--reporter=default --reporter=json --outputFile.json=${file}`,
  report: z
    .object({
      numPassedTests: z.int(),
      numFailedTests: z.int(),
      testResults: z.array(
        z.object({ assertionResults: z.array(z.object({ fullName: z.string(), failureMessages: z.array(z.string()) })) }),
      ),
    })
    .transform(({ numPassedTests, numFailedTests, testResults }) => ({
      passed: numPassedTests,
      failed: numFailedTests,
      failures: testResults.flatMap(({ assertionResults }) =>
        assertionResults.flatMap(({ fullName, failureMessages }) => failureMessages.map((message) => failure(fullName, message))),
      ),
    })),
};

const error = z.object({ message: z.string().optional(), location: z.object({ file: z.string(), line: z.int() }).optional() });
const suite = z.object({
  specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ results: z.array(z.object({ errors: z.array(error) })) })) })),
  get suites() {
    return z.array(suite).optional();
  },
});
const failuresOf = ({ specs, suites = [] }: z.infer<typeof suite>): readonly string[] => [
  ...specs.flatMap(({ title, tests }) =>
    tests.flatMap(({ results }) =>
      results.flatMap(({ errors }) =>
        errors.map(({ message = "", location }) =>
          failure(`${title} (${basename(location?.file ?? "")}:${location?.line ?? ""})`, message),
        ),
      ),
    ),
  ),
  ...suites.flatMap(failuresOf),
];

const playwright: Counted = {
  options: () => "--reporter=list,json",
  report: z
    .object({ suites: z.array(suite), stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }) })
    .transform(({ suites, stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      failures: suites.flatMap(failuresOf),
    })),
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
  return { ...tests, name, ok, seconds, failed: ok ? 0 : Math.max(tests.failed, 1) };
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
  for (const words of broken.failures) console.log(`  ${words}`);
  process.exitCode = 1;
}
const sum = (of: "passed" | "failed") => outcomes.reduce((total, outcome) => total + outcome[of], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
