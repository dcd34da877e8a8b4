/** Work for later, queued in the transaction that wants it (graphile-worker): mail, timers. Runs at least once; failed jobs are tried again. */
import type { Logger } from "graphile-worker";
import pg from "pg";
import { command, type Db, type Tx } from "./db.ts";
import type { Json } from "./bus.ts";
import type { Log } from "./log.ts";

export type JsonObject = { readonly [key: string]: Json };

export interface Job {
  /** `domain.verb_noun`, one of the handlers' names. */
  readonly task: string;
  readonly payload: JsonObject;
  readonly runAt?: Date;
  /** A job with the key of a waiting one replaces it. */
  readonly key?: string;
}

/** By task name, `domain.verb_noun`. */
export type JobHandlers = Readonly<Record<string, (payload: unknown) => Promise<void>>>;

/** What runs once a night, on one copy of the server. */
export interface Nightly {
  readonly atUtc: { readonly hour: number; readonly minute: number };
  run(): Promise<void>;
}

const CONCURRENT_JOBS = 4;
const ATTEMPTS_MAX = 25;
/** A nightly job that nobody was there for is done at the next start, if that is within a day. */
const CAUGHT_UP_MS = 86_400_000;

const addOne = command({
  name: "platform.add_job",
  text: `select graphile_worker.add_job($1::text, payload => $2::json, run_at => $3::timestamptz, max_attempts => ${ATTEMPTS_MAX}, job_key => $4::text)`,
});

/** Queues `job` in the transaction: it runs if and only if the transaction commits. */
export async function addJob(tx: Tx, { task, payload, runAt, key }: Job): Promise<void> {
  await tx.run(addOne, [task, JSON.stringify(payload), runAt ?? null, key ?? null]);
}

/** Starts working; answers what stops it after the running jobs are done. */
export async function startJobs(
  db: Db,
  jobs: Readonly<Record<string, JobHandlers[string] | Nightly>>,
  log: Log,
): Promise<() => Promise<void>> {
  // Read when the product already answers: every start has people in calls who wait for it.
  const { Logger, parseCronItems, run: runWorker } = await import("graphile-worker");
  const taskList = Object.fromEntries(
    Object.entries(jobs).map(([task, job]) => [task, (payload: unknown) => (typeof job === "function" ? job(payload) : job.run())]),
  );
  const timetable = Object.entries(jobs).flatMap(([task, job]) =>
    typeof job === "function"
      ? []
      : [{ task, match: `${job.atUtc.minute} ${job.atUtc.hour} * * *`, options: { backfillPeriod: CAUGHT_UP_MS } }],
  );
  // A pool of the worker's own: it writes ids of jobs as JSON, so to it an int8 must be text, not our bigint.
  const pool = new pg.Pool({ ...db.pool.options, types: pg.types, max: CONCURRENT_JOBS + 2 });
  const noteLost = (error: Error): void => log.warn({ err: error }, "jobs.connection_lost");
  pool.on("error", noteLost);
  pool.on("connect", (client) => void client.on("error", noteLost));
  const runner = await runWorker({
    pgPool: pool,
    concurrency: CONCURRENT_JOBS,
    noHandleSignals: true,
    taskList,
    parsedCronItems: parseCronItems(timetable),
    logger: new Logger(quietly(log)),
    pollInterval: 1000,
  });
  return async () => {
    await runner.stop();
    await pool.end();
  };
}

/** The worker's own lines, at the levels of our log; its debug chatter is left out. */
function quietly(log: Log): ConstructorParameters<typeof Logger>[0] {
  // Its facts are left out: they hold the job's payload, and that may hold a secret of a mail.
  return () => (level, message) => {
    if (level === "error") log.error(`jobs.worker: ${message}`);
    if (level === "warning") log.warn(`jobs.worker: ${message}`);
  };
}
