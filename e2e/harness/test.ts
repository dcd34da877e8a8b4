/** The tests' own `test`: with the stage (screens, sound) kept for the whole worker. */
import { test as base } from "@playwright/test";
import { startStage, type Stage } from "./stage.ts";

interface Kept {
  readonly stage: Stage;
}

export const test = base.extend<object, Kept>({
  stage: [
    async ({}, use) => {
      const stage = await startStage();
      await use(stage);
      await stage.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});
