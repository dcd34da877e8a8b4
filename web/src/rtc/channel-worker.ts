/** The worker of a call's channel. It takes longer to start than the call to be read, so whoever knows that a call comes starts it ahead. */

let ahead: Worker | null = null;

const start = (): Worker => new Worker(new URL("./channel/channel.worker.ts", import.meta.url), { type: "module", name: "call" });

/** The next call will ask for one. */
export function startChannelWorkerAhead(): void {
  if (ahead !== null) return;
  const worker = start();
  ahead = worker;
  // Its file did not come: the call tries once more.
  worker.addEventListener("error", () => {
    if (ahead === worker) ahead = null;
  });
}

export function takeChannelWorker(): Worker {
  const worker = ahead ?? start();
  ahead = null;
  return worker;
}
