/** The tests of the pure core that Stryker changes: nothing but the code, so that a mutant costs milliseconds and no other load decides. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["contracts/src/*.test.ts", "server/src/domains/{ledger,metering}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.db.test.ts"],
  },
});
