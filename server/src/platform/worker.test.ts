import { expect, test } from "vitest";
import { askWorker } from "./worker.ts";

const doubling = (): ((asked: number | string) => Promise<number>) =>
  askWorker(
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from "node:worker_threads";
        parentPort.on("message", ({ n, question }) => {
          if (question === "die") process.exit(3);
          parentPort.postMessage(typeof question === "number" ? { n, answer: question * 2 } : { n, error: new RangeError("no number") });
        });
      `)}`,
    ),
  );

test("each question gets its own answer, a question that fails its error, and the next one is answered", async () => {
  const ask = doubling();
  expect(await Promise.all([1, 2, 3].map((n) => ask(n)))).toEqual([2, 4, 6]);
  await expect(ask("two")).rejects.toThrow("no number");
  expect(await ask(4)).toBe(8);
});

test("a thread that dies owes nobody an answer for ever, and another takes its place", async () => {
  const ask = doubling();
  await expect(ask("die")).rejects.toThrow("ended with 3");
  expect(await ask(5)).toBe(10);
});
