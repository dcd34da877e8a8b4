/** Evidence under faults: copies that crash, freeze or lose the database; clocks that jump. Time may get shorter, never longer. */
import type { CallId } from "@minuta/contracts/ids";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMetering, type Evidence } from "../index.ts";
import { manualClock, createWorld, START, type World } from "../testing.ts";

let world: World;
beforeEach(async () => void (world = await createWorld()));
afterEach(async () => {
  expect(await world.broken()).toEqual([]);
  await world.close();
});

const both = ["client", "consultant"] as const;
async function runningCall(): Promise<CallId> {
  const call = await world.openCall(await world.aPayer(50));
  await world.join(call);
  return call;
}
/** Another server copy, whose timers do not run unless the test wants it. */
function anotherCopy(): { evidence: Evidence; clock: ReturnType<typeof manualClock> } {
  const clock = manualClock(START);
  return { clock, evidence: createMetering({ db: world.db, clock, log: world.log }).startEvidence() };
}

test("a copy that died is charged to its last lease, and its calls wait for their ends to come back", async () => {
  const dead = anotherCopy();
  const call = await world.openCall(await world.aPayer(50));
  await world.join(call, dead.evidence);
  for (let passed = 0; passed < 10; passed += 1) {
    await world.advanceClock(1);
    await dead.clock.advanceMs(1000);
  }
  for (let passed = 0; passed < 20; passed += 1) {
    await world.advanceClock(1);
    await world.pass();
  }
  expect(await world.meter(call)).toMatchObject({ status: "idle", provenSeconds: 4, charged: 0n });
  expect(await world.end(call)).toMatchObject({ provenSeconds: 4, charged: 0n });
});

test("a copy that froze cannot extend what it held, and is told to drop its channels", async () => {
  const frozen = anotherCopy();
  const call = await world.openCall(await world.aPayer(50));
  await world.join(call, frozen.evidence);
  let dropped = 0;
  frozen.evidence.onFenced(() => (dropped += 1));
  await world.setClock(new Date(START.getTime() + 600_000));
  frozen.clock.freezeMs(600_000);
  await frozen.evidence.flush();
  expect(dropped).toBe(1);
  await world.pass();
  expect(await world.end(call)).toMatchObject({ provenSeconds: 0, charged: 0n });
});

test("a copy that was fenced meanwhile drops its channels, and begins anew with a lease of its own", async () => {
  const slow = anotherCopy();
  const call = await world.openCall(await world.aPayer(50));
  await world.join(call, slow.evidence);
  let dropped = 0;
  slow.evidence.onFenced(() => (dropped += 1));
  await world.setClock(new Date(START.getTime() + 16_000));
  slow.clock.freezeMs(16_000);
  await world.pass();
  await slow.evidence.flush();
  expect(dropped).toBe(1);
  await world.join(call, slow.evidence);
  expect((await world.meter(call)).status).toBe("live");
  await slow.evidence.close();
  await world.end(call);
});

test("a copy that cannot reach the database drops its channels before its lease is over elsewhere", async () => {
  const clock = manualClock(START);
  let reachable = true;
  const db: typeof world.db = {
    ...world.db,
    tx: (work) => (reachable ? world.db.tx(work) : Promise.reject(new Error("connection refused"))),
  };
  const evidence = createMetering({ db, clock, log: world.log }).startEvidence();
  const call = await world.openCall(await world.aPayer(50));
  await world.join(call, evidence);
  let dropped = 0;
  evidence.onFenced(() => (dropped += 1));
  reachable = false;
  for (let passed = 0; passed < 14; passed += 1) await clock.advanceMs(1000);
  expect(dropped).toBe(0);
  for (let passed = 0; passed < 2; passed += 1) await clock.advanceMs(1000);
  expect(dropped).toBe(1);
  reachable = true;
  await world.end(call);
});

test("a word lost on the way to the database is said again", async () => {
  let reachable = false;
  const refused = () => Promise.reject(new Error("connection refused"));
  const db: typeof world.db = {
    ...world.db,
    one: (...asked) => (reachable ? world.db.one(...asked) : refused()),
    tx: (work) => (reachable ? world.db.tx(work) : refused()),
  };
  const evidence = createMetering({ db, clock: world.clock, log: world.log }).startEvidence();
  const call = await world.openCall(await world.aPayer(50));
  await expect(world.join(call, evidence)).rejects.toThrow("connection refused");
  reachable = true;
  await world.wait(60);
  expect(await world.meter(call)).toMatchObject({ status: "live", charged: 100n });
  await evidence.close();
  expect((await world.end(call)).provenSeconds).toBeGreaterThanOrEqual(54);
});

test("the ends of one call may be on different copies, and one of them may be stopped cleanly", async () => {
  const other = anotherCopy();
  const call = await world.openCall(await world.aPayer(50));
  await world.evidence.begin({ callId: call, side: "client" });
  await other.evidence.begin({ callId: call, side: "consultant" });
  for (let passed = 0; passed < 40; passed += 1) {
    await world.wait(1);
    await other.clock.advanceMs(1000);
  }
  other.evidence.seen({ callId: call, side: "consultant" });
  await other.evidence.close();
  await world.wait(20);
  expect(await world.meter(call)).toMatchObject({ status: "idle", provenSeconds: 40, charged: 100n });
  expect(await world.end(call)).toMatchObject({ provenSeconds: 40 });
});

test("a page that came back to another copy before the first noticed is counted once", async () => {
  const other = anotherCopy();
  const call = await runningCall();
  await world.wait(20);
  await other.evidence.begin({ callId: call, side: "client" });
  for (let passed = 0; passed < 10; passed += 1) {
    await world.wait(1);
    await other.clock.advanceMs(1000);
  }
  await world.evidence.end({ callId: call, side: "client", at: new Date(world.now().getTime() - 4000) });
  for (let passed = 0; passed < 30; passed += 1) {
    await world.wait(1);
    await other.clock.advanceMs(1000);
  }
  expect((await world.meter(call)).status).toBe("live");
  both.forEach((side) => world.evidence.seen({ callId: call, side }));
  other.evidence.seen({ callId: call, side: "client" });
  await other.evidence.close();
  expect(await world.end(call)).toMatchObject({ provenSeconds: 60, charged: 100n });
  await world.evidence.close();
});

test.each([10, 3600])("a leap of the database's clock by %i s is a gap, not talk, and nobody is dropped", async (leapSeconds) => {
  world.evidence.onFenced(() => expect.unreachable("the channels were alive all the time"));
  const call = await runningCall();
  await world.wait(60);
  await world.advanceClock(leapSeconds);
  for (let passed = 0; passed < 60; passed += 1) {
    await world.clock.advanceMs(1000);
    await world.advanceClock(1);
    await world.pass();
  }
  both.forEach((side) => world.evidence.seen({ callId: call, side }));
  const { provenSeconds } = await world.end(call);
  expect(provenSeconds).toBeGreaterThanOrEqual(100);
  expect(provenSeconds).toBeLessThanOrEqual(120);
});

test("an end told earlier than a lease asserted does not take back what was asserted", async () => {
  const call = await runningCall();
  await world.wait(60);
  const proven = (await world.db.pool.query("select through from metering.copy order by id desc limit 1")).rows[0].through as Date;
  await world.evidence.end({ callId: call, side: "client", at: START });
  const { rows } = await world.db.pool.query("select ended_at from metering.presence where call_id = $1 and side = 'client'", [call]);
  expect(rows[0].ended_at).toEqual(proven);
  await world.end(call);
});

test("words after the end of a call change nothing of it", async () => {
  const call = await runningCall();
  await world.wait(30);
  both.forEach((side) => world.evidence.seen({ callId: call, side }));
  const final = await world.end(call);
  await world.evidence.begin({ callId: call, side: "client", at: START });
  await world.wait(30);
  for (const side of both) await world.evidence.end({ callId: call, side });
  await world.wait(10);
  expect(await world.end(call)).toEqual(final);
});

test("a server that holds no end writes nothing", async () => {
  const written = async () => (await world.db.pool.query("select xmin::text, id from metering.copy")).rows;
  const call = await runningCall();
  for (const side of both) await world.evidence.end({ callId: call, side });
  await world.wait(30);
  const before = await written();
  await world.wait(30);
  expect(await written()).toEqual(before);
  await world.end(call);
});
