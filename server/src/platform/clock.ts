/**
 * Timers and the process's idea of now. For money and evidence the clock is the database's, `platform.now()`; this one is for
 * time-outs, heartbeats and log lines.
 */
export interface Clock {
  now(): Date;
  /** Milliseconds that only grow; for measuring. */
  monotonicMs(): number;
  /** Runs `work` every `ms` milliseconds, never two at a time; returns the stopper. */
  every(ms: number, work: () => void | Promise<void>): () => void;
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  every(ms, work) {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void Promise.resolve(work()).finally(() => (busy = false));
    }, ms);
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
