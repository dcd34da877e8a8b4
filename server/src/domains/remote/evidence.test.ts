/** What metering knows of who is on the line is what the server knows, however slowly the database answers. */
import { expect, test } from "vitest";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { openLine } from "./evidence.ts";
import { CALL } from "./testing.ts";

function world() {
  const told: string[] = [];
  const journal: string[] = [];
  let answer: Promise<void> = Promise.resolve();
  const tell = (what: string) => async (): Promise<void> => {
    told.push(what);
    await answer;
  };
  const line = openLine(
    {
      evidence: { begin: tell("begin"), end: tell("end"), flush: tell("flush"), seen: () => {}, onFenced: () => () => {} },
      journal: { append: async (_call, { kind }) => void journal.push(kind) },
      clock: { ...systemClock, after: (_ms, work) => (queueMicrotask(work), () => {}) },
      log: createLog("silent"),
    },
    CALL,
    "client",
  );
  const look = (connected: boolean): void => {
    const now = Date.now();
    line.step({ connected, heardAt: now, relayed: true, answeredAt: now }, true, now);
  };
  return { told, journal, line, look, answerWith: (next: Promise<void>) => void (answer = next) };
}

test("an end that left is over for metering at once, though the database has not yet answered to its coming", async () => {
  const { told, journal, line, look, answerWith } = world();
  const answered = Promise.withResolvers<void>();
  answerWith(answered.promise);
  for (const connected of [true, false, true]) look(connected);
  expect(told).toEqual(["begin", "end", "begin"]);
  expect(journal).toEqual([]);
  answered.resolve();
  await line.settled();
  expect(journal).toEqual(["on-the-line", "off-the-line", "on-the-line"]);
});

test("what could not be written is tried again without being told twice", async () => {
  const { told, journal, line, look, answerWith } = world();
  answerWith(Promise.reject(new Error("no database")));
  look(true);
  answerWith(Promise.resolve());
  await line.settled();
  expect(told).toEqual(["begin", "flush"]);
  expect(journal).toEqual(["on-the-line"]);
});
