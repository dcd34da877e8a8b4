import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { testDatabase, type TestDatabase } from "../testing.ts";
import { systemClock } from "./clock.ts";
import { emit, startEvents, type Event } from "./events.ts";
import { addJob, startJobs } from "./jobs.ts";
import { createLog } from "./log.ts";

const log = createLog("silent");
let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.close());

test("what a domain tells in its transaction is heard once committed, in order within a queue; a rolled back telling is never heard", async () => {
  const heard: Event[] = [];
  const stop = startEvents({
    db: database.db,
    clock: systemClock,
    log,
    subscribers: { "test.happened": [async (event) => void heard.push(event)] },
  });
  const tell = (count: number, offset: number) =>
    Array.from({ length: count }, (_, n) => ({ topic: "test.happened", queue: "one", body: { n: n + offset } }));
  await database.db.tx((tx) => emit(tx, tell(20, 0)));
  await database.db.tx((tx) => emit(tx, tell(20, 20)));
  await expect(
    database.db.tx(async (tx) => {
      await emit(tx, tell(1, 1000));
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  await vi.waitFor(() => expect(heard).toHaveLength(40), { timeout: 10_000 });
  await stop();
  expect(heard.map((event) => event.body["n"])).toEqual(Array.from({ length: 40 }, (_, n) => n));
  expect(new Set(heard.map((event) => event.id)).size).toBe(40);
});

test("a subscriber that fails hears the event again, and the later ones of its queue wait for it; other queues do not", async () => {
  const heard: unknown[] = [];
  let failures = 1;
  const hear = async ({ body }: Event): Promise<void> => {
    if (body["n"] === "a1" && failures-- > 0) throw new Error("not now");
    heard.push(body["n"]);
  };
  await database.db.tx((tx) =>
    emit(
      tx,
      ["a1", "a2", "b1"].map((n) => ({ topic: "test.failing", queue: n[0]!, body: { n } })),
    ),
  );
  const stop = startEvents({ db: database.db, clock: systemClock, log, subscribers: { "test.failing": [hear] } });
  await vi.waitFor(() => expect(heard).toHaveLength(3), { timeout: 10_000 });
  await stop();
  expect(heard).toEqual(["b1", "a1", "a2"]);
});

test("a job waits for its time, and a job with the same key replaces the waiting one", async () => {
  const done: unknown[] = [];
  await database.db.tx((tx) => addJob(tx, { task: "test.do", payload: { n: 1 }, key: "only", runAt: new Date(Date.now() + 3_600_000) }));
  await database.db.tx((tx) => addJob(tx, { task: "test.do", payload: { n: 2 }, key: "only" }));
  const stop = await startJobs(database.db, { "test.do": async (payload) => void done.push(payload) }, log);
  await vi.waitFor(() => expect(done).toEqual([{ n: 2 }]), { timeout: 10_000 });
  await stop();
});
