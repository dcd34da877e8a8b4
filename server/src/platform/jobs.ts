/** Work for later, queued in the transaction that wants it (graphile-worker): mail, timers. Runs at least once; failed jobs are tried again. */
import { Logger, run as runWorker } from "graphile-worker";
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

const CONCURRENT_JOBS = 4;
const ATTEMPTS_MAX = 25;

const addOne = command({
  name: "platform.add_job",
  text: `select graphile_worker.add_job($1::text, payload => $2::json, run_at => $3::timestamptz, max_attempts => ${ATTEMPTS_MAX}, job_key => $4::text)`,
});

/** Queues `job` in the transaction: it runs if and only if the transaction commits. */
export async function addJob(tx: Tx, { task, payload, runAt, key }: Job): Promise<void> {
  await tx.run(addOne, [task, JSON.stringify(payload), runAt ?? null, key ?? null]);
}

/** Starts working; answers what stops it after the running jobs are done. */
export async function startJobs(db: Db, handlers: JobHandlers, log: Log): Promise<() => Promise<void>> {
  const taskList = Object.fromEntries(Object.entries(handlers).map(([task, handler]) => [task, (payload: unknown) => handler(payload)]));
  const runner = await runWorker({ pgPool: db.pool, concurrency: CONCURRENT_JOBS, noHandleSignals: true, taskList, logger: quietLogger(log), pollInterval: 1000 });
  return () => runner.stop();
}

/** The worker's own lines, at the levels of our log; its debug chatter is left out. */
function quietLogger(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    if (level === "error") log.error({ meta }, `jobs.worker: ${message}`);
    if (level === "warning") log.warn({ meta }, `jobs.worker: ${message}`);
  });
}
