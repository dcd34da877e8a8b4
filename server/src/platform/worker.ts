/** Work that would hold up everybody else is done by a thread of its own. */
import { Worker, parentPort } from "node:worker_threads";

interface Answered<Answer> {
  readonly n: number;
  readonly answer?: Answer;
  readonly error?: unknown;
}

/**
 * Asks the module at `url`, which says `answerAsWorker`; its thread starts with the first question and is there for all that follow. What
 * travels must be data: what structuredClone copies. A thread that dies refuses (rejects) what it owed, and the next question starts another.
 */
export function askWorker<Answer>(url: URL): (asked: unknown) => Promise<Answer> {
  let worker: Worker | null = null;
  let asked = 0;
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  const over = (error: Error): void => {
    worker = null;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(url);
    started.on("message", ({ n, answer, error }: Answered<Answer>) => {
      const one = waiting.get(n);
      waiting.delete(n);
      // An idle thread keeps no program running.
      if (waiting.size === 0) started.unref();
      if (error === undefined) one?.resolve(answer as Answer);
      else one?.reject(error);
    });
    started.on("error", over);
    started.on("exit", (code) => over(new Error(`the thread ended with ${code}`)));
    return started;
  };
  return (question) => {
    worker ??= start();
    asked += 1;
    const one = Promise.withResolvers<Answer>();
    waiting.set(asked, one);
    worker.ref();
    worker.postMessage({ n: asked, question });
    return one.promise;
  };
}

/** The other end: what this module answers to every question. */
export function answerAsWorker(answer: (question: never) => Promise<unknown>): void {
  parentPort?.on("message", ({ n, question }: { n: number; question: never }) => {
    answer(question).then(
      (told) => parentPort?.postMessage({ n, answer: told }),
      (error: unknown) => parentPort?.postMessage({ n, error }),
    );
  });
}
