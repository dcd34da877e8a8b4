/** `npm start`: builds the pages if anything they are made of is newer than they, then is the server: people in calls wait for a restart. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const BUILT = "web/dist/index.html";
const MADE_OF = ["web", "contracts", "node_modules/.package-lock.json"];
const NOT_READ = /(^|\/)(dist|node_modules)(\/|$)/;

function newest(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const inside = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => !NOT_READ.test(name));
  return Math.max(...inside.map((name) => statSync(join(path, name)).mtimeMs));
}

if (!existsSync(BUILT) || MADE_OF.some((path) => newest(path) > statSync(BUILT).mtimeMs)) {
  const began = new Date();
  const built = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "web", "--logLevel", "warn"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
  // What is changed while it is built is newer than what was built.
  utimesSync(BUILT, began, began);
}
await import("@minuta/server/main");
