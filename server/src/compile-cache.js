/**
 * Loaded before anything else: what was compiled once is kept for the next start, as people in calls wait for it. No TypeScript, nor is
 * whatever comes before it: its types would be stripped without the cache, and that loads a compiler (60 ms of each start).
 */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Beside the code: whoever may write there may change the code as well. Where nobody may, nothing is kept.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/server", import.meta.url)));
