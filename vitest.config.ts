import { defineConfig } from "vitest/config";

const apart = ["**/node_modules/**", "**/dist/**", "**/.stryker-tmp/**"];

export default defineConfig({
  test: {
    projects: [
      /** Nothing but the code: no database, no screen. */
      { test: { name: "unit", include: ["**/*.test.{ts,tsx}"], exclude: [...apart, "**/*.{db,net}.test.ts", "tools/tidy.test.ts"] } },
      /** A real PostgreSQL, a database of its own for each file. */
      {
        test: {
          name: "database",
          include: ["**/*.db.test.ts"],
          exclude: apart,
          globalSetup: ["tools/test-database.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      /** Network namespaces, real browsers, the pages as they are built. */
      { test: { name: "networks", include: ["**/*.net.test.ts"], exclude: apart } },
      /** Reads the repository itself. */
      { test: { name: "tidy", include: ["tools/tidy.test.ts"], exclude: apart, testTimeout: 30_000 } },
    ],
  },
});
