/** The one entry. People in calls wait for a restart, so what was compiled once is kept for the next start; then run.ts is the program. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Beside the code: whoever may write there may change the code as well. Where nobody may, nothing is kept.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/server", import.meta.url)));
await import("./run.ts");
