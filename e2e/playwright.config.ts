import { defineConfig } from "@playwright/test";

/**
 * Headful browsers share the cores with the product they test, so patience instead of speed; much of a journey is waiting for the clock of a
 * call, so two at a time. Each worker has screens, sound and a product of its own.
 */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
});
