/** The first start of a demo: the whole product on an empty database. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startApp, type App } from "./app.ts";
import { readConfig } from "./config.ts";
import { proveMoney } from "./ledger-proof.ts";
import { createLog } from "./platform/log.ts";
import { testDatabase, type TestDatabase } from "./testing.ts";

const START_TIMEOUT_MS = 180_000;
const DAY_MS = 86_400_000;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "minuta-history-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = ({ connection }: TestDatabase, environment = {}): Promise<App> =>
  startApp({ config: readConfig(environment), log: createLog("silent"), folder, connection, publicUrl: "http://localhost:3000" });

const rowsOf = async ({ db }: TestDatabase, text: string): Promise<Record<string, unknown>[]> => (await db.pool.query(text)).rows;
const broken = async ({ db }: TestDatabase) => (await proveMoney(db)).filter(({ holds }) => !holds);
const callsOf = (database: TestDatabase) =>
  rowsOf(database, "select tariff, state, count(*)::int as calls from calls.call group by tariff, state order by tariff, state");
const clockOf = (database: TestDatabase) =>
  rowsOf(database, "select frozen_at, extract(epoch from shift)::int as shift from platform.clock");
const rightClock = [{ frozen_at: null, shift: 0 }];

describe("the first start of a demo", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    await (await start(database)).stop();
  }, START_TIMEOUT_MS);
  afterAll(() => database.close());
  const rows = (text: string) => rowsOf(database, text);

  const month = [
    { tariff: "carrier", state: "settled", calls: 40 },
    { tariff: "marketplace", state: "ended", calls: 2 },
    { tariff: "marketplace", state: "settled", calls: 23 },
  ];

  test("plays a month of calls in which every invariant of the money holds", async () => {
    expect(await callsOf(database)).toEqual(month);
    expect(await broken(database)).toEqual([]);
  });

  test("puts the clock right, and leaves nothing behind that is still to be heard, paused or held open", async () => {
    expect(await clockOf(database)).toEqual(rightClock);
    expect(await rows("select from platform.event")).toEqual([]);
    expect(await rows("select from metering.pause where ended_at is null")).toEqual([]);
    expect(await rows("select from metering.presence where ended_at is null")).toEqual([]);
    expect(await rows("select from presence.person where busy_with <> '{}'")).toEqual([]);
  });

  test("charges each call the started minutes of its proven talk, at its price", async () => {
    const wrong =
      await rows(`select k.number from calls.call k join metering.line l on l.call_id = k.id join ledger.purse p on p.id = l.purse
      where p.charged <> ceil(k.billable_seconds / 60.0) * l.price_per_minute or k.billable_seconds * 1000 <> l.proven_before_ms or k.billable_seconds < 60`);
    expect(wrong).toEqual([]);
  });

  test("is dated in the month before: calls one after the other, and each journal in order within its call's days", async () => {
    const [span] = await rows(`select min(opened_at) > now() - interval '31 days' as begins, max(ended_at) < now() as ends,
      max(ended_at) > now() - interval '3 days' as lately from calls.call`);
    expect(span).toEqual({ begins: true, ends: true, lately: true });
    const overlapping = await rows(
      "select from calls.call one join calls.call other on other.number > one.number and other.opened_at < one.ended_at",
    );
    expect(overlapping).toEqual([]);
    const strange = await rows(`select e.kind from journal.event e join calls.call k on k.id = e.call_id
      where e.at < k.opened_at - interval '1 minute' or e.at > k.ended_at + interval '74 hours'`);
    expect(strange).toEqual([]);
    const charges = await rows(
      "select from journal.event e join calls.call k on k.id = e.call_id where e.kind = 'charged' and e.at > k.ended_at",
    );
    expect(charges).toEqual([]);
  });

  test("lets nobody overdraw, and leaves every consultant and client money to go on", async () => {
    expect(await rows("select name from ledger.account where name like 'wallet:%' and balance < 100000")).toEqual([]);
    expect(
      await rows(
        "select from ledger.transfer where from_balance < 0 and from_account in (select id from ledger.account where kind = 'wallet')",
      ),
    ).toEqual([]);
  });

  test("shows all there is to see: comments of both, pauses, silence, notes, a rate of one's own, a client who is a consultant", async () => {
    const [seen] =
      await rows(`select (select count(distinct side) from calls.comment)::int as commenting, (select count(*) > 2 from metering.pause) as pauses,
      (select count(*) > 1 from calls.outcome where settled_by = 'silence') as silence, (select count(*) > 3 from calls.client_note) as notes,
      (select count(*) > 0 from calls.call where own_rate_kopecks is not null) as rates,
      exists (select from calls.call one join calls.call other on other.consultant_id = one.client_person_id) as both_sides,
      exists (select from calls.call where flags <> '{}') as flags`);
    expect(seen).toEqual({ commenting: 2, pauses: true, silence: true, notes: true, rates: true, both_sides: true, flags: false });
  });

  test("wakes the two calls that wait when their 72 hours are over", async () => {
    const timers = await rows(`select abs(extract(epoch from j.run_at - o.waits_until))::int as off, o.waits_until > now() as waits
      from calls.outcome o join graphile_worker.jobs j on j.key = 'calls.settle_silent:' || o.call_id where o.settled_at is null`);
    expect(timers).toEqual([expect.objectContaining({ waits: true }), expect.objectContaining({ waits: true })]);
    for (const { off } of timers) expect(Number(off)).toBeLessThan(DAY_MS / 1000 / 24);
  });

  test("happens once: the next start plays nothing", { timeout: START_TIMEOUT_MS }, async () => {
    await (await start(database)).stop();
    expect(await callsOf(database)).toEqual(month);
  });
});

describe("another first start", () => {
  let database: TestDatabase;
  afterEach(() => database.close());
  const people = () =>
    rowsOf(
      database,
      "select count(*)::int as people, min(balance)::int as least from people.person join ledger.account wallet on wallet.name = 'wallet:' || person.id",
    );
  const richPeople = [{ people: 5, least: 150_000 }];

  test("whose month fails in the middle is a start without one", { timeout: START_TIMEOUT_MS }, async () => {
    database = await testDatabase();
    await database.db.pool.query(`create function fail() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
      create trigger fails before insert on metering.pause execute function fail()`);
    await (await start(database)).stop();
    expect(await callsOf(database)).toEqual([]);
    expect(await people()).toEqual(richPeople);
    expect(await clockOf(database)).toEqual(rightClock);
    expect(await broken(database)).toEqual([]);
  });

  test("has people with money and no calls when the history is off", { timeout: START_TIMEOUT_MS }, async () => {
    database = await testDatabase();
    await (await start(database, { DEMO_HISTORY: "off" })).stop();
    expect(await callsOf(database)).toEqual([]);
    expect(await people()).toEqual(richPeople);
  });
});
