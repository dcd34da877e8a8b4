/** Money that does not add up wakes somebody. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWorld, type World } from "./domains/metering/testing.ts";
import { nightlyProof } from "./nightly-proof.ts";
import { systemClock } from "./platform/clock.ts";
import { startJobs } from "./platform/jobs.ts";
import { createMail, type Mail } from "./platform/mail.ts";

const OPERATOR = "operator@minuta.example";
let world: World;
let folder: string;
let mail: Mail;
const written: [level: string, fact: unknown, facts: unknown][] = [];
const log = {
  info: (facts: unknown, fact?: unknown) => void written.push(["info", fact, facts]),
  error: (facts: unknown, fact?: unknown) => void written.push(["error", fact, facts]),
};

beforeEach(async () => {
  written.length = 0;
  world = await createWorld();
  folder = await mkdtemp(join(tmpdir(), "minuta-proof-"));
  mail = createMail({ smtpUrl: null, from: "Минута <noreply@minuta.example>", folder, clock: systemClock, log: world.log });
  await world.aPayer(20);
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});
const prove = (operator?: string) => nightlyProof({ db: world.db, ledger: world.ledger, mail, log }, operator);

test("whoever watches the server reads when the money was last proved, that it does not hold, and that a night was missed", async () => {
  const hours = (wait: number) => world.setClock(new Date(world.now().getTime() + wait * 3_600_000));
  const state = () => world.ledger.proofState();
  await world.db.pool.query("update ledger.proof_run set waiting_since = platform.now()");
  expect(await state()).toEqual({ state: "holds", ranAt: null, heldAt: null });
  await hours(27);
  expect(await state()).toEqual({ state: "overdue", ranAt: null, heldAt: null });
  await prove().run();
  const held = new Date(world.now().getTime() + 27 * 3_600_000);
  expect(await state()).toEqual({ state: "holds", ranAt: held, heldAt: held });
  await world.db.pool.query("update ledger.account set balance = balance + 7 where kind = 'wallet'");
  await hours(51);
  await prove().run();
  expect(await state()).toEqual({ state: "broken", ranAt: new Date(held.getTime() + 24 * 3_600_000), heldAt: held });
  await hours(100);
  expect((await state()).state).toBe("broken");
  await world.db.pool.query("update ledger.account set balance = balance - 7 where kind = 'wallet'");
  await prove().run();
  expect((await state()).state).toBe("holds");
});

test("money that adds up is proved in silence", async () => {
  await prove(OPERATOR).run();
  expect(written).toEqual([["info", "ledger.proved", { invariants: expect.any(Number) }]]);
  expect((await world.db.pool.query("select count(*)::int as n from graphile_worker.jobs")).rows).toEqual([{ n: 0 }]);
});

test("money that does not is an error in the log and a mail to the operator, with the figures", async () => {
  await world.db.pool.query("update ledger.account set balance = balance + 7 where kind = 'wallet'");
  await prove(OPERATOR).run();
  expect(written).toMatchObject([
    ["error", "ledger.proof_broken", { broken: expect.arrayContaining([expect.stringMatching(/^BROKEN +7 /)]) }],
  ]);
  const stop = await startJobs(world.db, mail.jobs, world.log);
  await vi.waitFor(async () => expect(await mail.readMails()).toHaveLength(1), { timeout: 10_000 });
  await stop();
  expect((await mail.readMails())[0]).toMatchObject({ to: OPERATOR, text: expect.stringContaining("sum of all balances") });
});

test("without an operator to tell the log still says it", async () => {
  await world.db.pool.query("update ledger.account set balance = balance + 7 where kind = 'wallet'");
  await prove().run();
  expect(written.map(([level]) => level)).toEqual(["error"]);
});

test("the proof is on the worker's timetable, once for all copies of the server", async () => {
  const stops = [];
  for (let copy = 0; copy < 2; copy += 1) stops.push(await startJobs(world.db, { "ledger.prove": prove() }, world.log));
  await vi.waitFor(
    async () =>
      expect((await world.db.pool.query("select identifier from graphile_worker._private_known_crontabs")).rows).toEqual([
        { identifier: "ledger.prove" },
      ]),
    { timeout: 10_000 },
  );
  for (const stop of stops) await stop();
});
