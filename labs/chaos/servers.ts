/** Real copies of the product and a real PostgreSQL, and what is done to them. Everything started here is ended here, by its process. */
import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres, type EmbeddedPostgres } from "../../server/src/platform/postgres.ts";
import type { Servers } from "./pages.ts";

const main = fileURLToPath(new URL("../../server/src/main.js", import.meta.url));
/** A copy nobody could reach is tried again after this. */
const TRY_AGAIN_AFTER_MS = 4000;

export class Fleet implements Servers {
  readonly #folder: string;
  readonly #ports: readonly number[];
  readonly #running: (ChildProcess | null)[];
  readonly #silentUntil = new Map<number, number>();
  readonly #homes = new Map<string, number>();
  #postgres: EmbeddedPostgres | null = null;

  constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    this.#ports = ports;
    this.#running = ports.map(() => null);
  }

  async startPostgres(): Promise<EmbeddedPostgres> {
    this.#postgres = await startPostgres({ folder: join(this.#folder, "postgres") });
    return this.#postgres;
  }

  /** Sends PostgreSQL's first process a signal, waits until it is gone and starts it again. */
  async restartPostgres(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const pid = Number((await readFile(join(this.#folder, "postgres", "cluster", "postmaster.pid"), "utf8")).split("\n")[0]);
    process.kill(pid, signal);
    while (isAlive(pid)) await pause(50);
    await this.startPostgres();
  }

  start(n: number): Promise<void> {
    const { host, user, database } = this.#postgres!.connection;
    const env = {
      ...process.env,
      DATABASE_URL: `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
      DATA_DIR: join(this.#folder, `copy-${n}`),
      HOST: "127.0.0.1",
      PORT: String(this.#ports[n]),
      BEHIND_PROXY: "on",
      DEMO: "on",
      LOG_LEVEL: "fatal",
    };
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });
    this.#running[n] = child;
    child.once("exit", () => {
      if (this.#running[n] === child) this.#running[n] = null;
    });
    return new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error(`copy ${n} did not start`)));
      child.stdout.on("data", (words: Buffer) => {
        if (words.includes("running at")) resolve();
      });
    });
  }

  pid(n: number): number | undefined {
    return this.#running[n]?.pid;
  }

  signal(n: number, signal: NodeJS.Signals): void {
    this.#running[n]?.kill(signal);
  }

  async stop(): Promise<void> {
    const children = this.#running.filter((child) => child !== null);
    for (const child of children) child.kill("SIGCONT");
    for (const child of children) child.kill("SIGTERM");
    const late = setTimeout(() => {
      for (const child of children) child.kill("SIGKILL");
    }, 15_000);
    await Promise.all(
      children
        .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
        .map((child) => new Promise((done) => child.once("exit", done))),
    );
    clearTimeout(late);
  }

  of(callId: string): number | null {
    const home = this.#homes.get(callId);
    if (home !== undefined && this.#answers(home)) return home;
    const answering = this.#ports.filter((port) => this.#answers(port));
    if (answering.length === 0) return null;
    const next = answering[parseInt(callId.slice(0, 8), 16) % answering.length]!;
    this.#homes.set(callId, next);
    return next;
  }

  silent(port: number): void {
    this.#silentUntil.set(port, Date.now() + TRY_AGAIN_AFTER_MS);
  }

  #answers(port: number): boolean {
    return this.#running[this.#ports.indexOf(port)] !== null && Date.now() >= (this.#silentUntil.get(port) ?? 0);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resume) => void setTimeout(resume, ms));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
