import { defineConfig } from "@playwright/test";

/** Journeys without a picture that moves: these leave the cores to the calls that run beside them. */
const still = ["catalogue", "guests", "keyboard", "pages", "people", "reports"].map((name) => `${name}.spec.ts`);

/** Two browsers that record, and films that are judged to the second, have the machine for themselves. By hand: add `--no-deps`. */
const alone = ["recordings.spec.ts"];

/**
 * Headful browsers share the cores with the product they test, so patience instead of speed; much of a journey is waiting for the clock of a
 * call, so two at a time, of which one has the screens and the sound of a call. Each worker has screens, sound and a product of its own.
 */
export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  workers: 2,
  projects: [
    { name: "calls", testMatch: "*.spec.ts", testIgnore: [...still, ...alone], workers: 1 },
    { name: "pages", testMatch: still, workers: 1 },
    { name: "recordings", testMatch: alone, workers: 1, dependencies: ["calls", "pages"] },
  ],
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
});
