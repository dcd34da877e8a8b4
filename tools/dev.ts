/** `npm run dev`: the server, started again when its files change, and Vite's pages that change under the hand, in front of it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const PAGES_PORT = 5173;
const root = fileURLToPath(new URL("..", import.meta.url));

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  return address.port;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
}

const port = await freePort();
const watched = ["server/src", "server/migrations", "contracts/src"].map((folder) => `--watch-path=${folder}`);
const server = start([...watched, "--watch-preserve-output", "server/src/main.js"], {
  PORT: String(port),
  PUBLIC_URL: `http://localhost:${PAGES_PORT}`,
  LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info",
});
const pages = start(["node_modules/vite/bin/vite.js", "web", "--port", String(PAGES_PORT), "--strictPort"], {
  MINUTA_SERVER: `http://localhost:${port}`,
});

// Both hear Ctrl+C from the terminal themselves; when one of them ends, the other goes too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
const stop = (signal: NodeJS.Signals) => [server, pages].forEach((child) => child.kill(signal));
await Promise.race([once(server, "exit"), once(pages, "exit")]);
stop("SIGTERM");
