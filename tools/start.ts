/** `npm start`: builds the pages, then is the server. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const built = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "web", "--logLevel", "warn"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
await import("@minuta/server/main");
