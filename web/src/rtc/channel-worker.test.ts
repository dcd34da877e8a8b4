/** Which worker a call gets. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startChannelWorkerAhead, takeChannelWorker } from "./channel-worker.ts";

let started: EventTarget[] = [];
beforeEach(() => {
  started = [];
  vi.stubGlobal(
    "Worker",
    class extends EventTarget {
      constructor() {
        super();
        started.push(this);
      }
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

test("a call takes the one that was started ahead, the next call one of its own", () => {
  startChannelWorkerAhead();
  startChannelWorkerAhead();
  expect(started).toHaveLength(1);
  expect(takeChannelWorker()).toBe(started[0]);
  expect(takeChannelWorker()).toBe(started[1]);
});

test("one whose file did not come is not taken", () => {
  startChannelWorkerAhead();
  started[0]?.dispatchEvent(new Event("error"));
  expect(takeChannelWorker()).toBe(started[1]);
});
