/** Programs the tests start: each is watched, and ended by its own process id. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const STOP_PATIENCE_MS = 5000;

/** A program that runs until `stop`; its last words are kept for the message of a failure. */
export interface Running {
  readonly child: ChildProcess;
  /** What it wrote to standard output and standard error so far (the last 20 000 characters). */
  output(): string;
  /** Ends it: politely, after `patienceMs` by force; returns when it is gone. */
  stop(patienceMs?: number): Promise<void>;
  /** Ends it with the given signal and returns when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const OUTPUT_LIMIT = 20_000;

/** Whatever goes wrong, nothing that was started outlives the tests. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** Starts a program without a shell. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString("utf8")).slice(-OUTPUT_LIMIT);
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  alive.add(child);
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      alive.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      said += `\n${command}: ${error.message}`;
      end();
    });
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  const stop = async (patienceMs = STOP_PATIENCE_MS): Promise<void> => {
    const force = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await kill("SIGTERM");
    clearTimeout(force);
  };
  return { child, output: () => said, stop, kill };
}

/** Runs a program to its end and returns its standard output; refuses (throws) with its words when it fails. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${Buffer.concat(err).toString("utf8").slice(0, 2000)}`);
  return Buffer.concat(out).toString("utf8");
}

/** Waits until `probe` gives something; refuses (throws) after `patienceMs`, naming what was awaited. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined> | T | null | undefined,
  patienceMs = 30_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
