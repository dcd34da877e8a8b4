import { headFits } from "@minuta/contracts/protocol-head";
import { describe, expect, test, vi } from "vitest";
import { startJobs } from "#platform/jobs";
import { createLog } from "#platform/log";
import {
  accepted,
  answers,
  availabilityOf,
  kindsOf,
  newClient,
  newConsultant,
  ringing,
  rings,
  saysSolved,
  type Ringing,
} from "./rings/testing.ts";
import { Browser, callsWorld, heardAll, invite, newPerson, openCall, protocolOf, talk, topUp } from "./testing.ts";

const world = callsWorld();
const HOURS = 3600;

/** A marketplace call of so many seconds, ended by the client and waiting for his word. */
async function ended(seconds: number, of: { price?: number; roubles?: number } = {}): Promise<Ringing> {
  const call = await accepted(world, of);
  await talk(world, call.id, seconds);
  await call.client.browser.send("POST", `calls/${call.id}/end`);
  return call;
}
const wallet = async ({ id }: { id: Ringing["client"]["id"] }) => world.ledger.wallet(id);
const platformFee = async (): Promise<bigint> =>
  (await world.database.db.pool.query("select coalesce(sum(balance), 0)::bigint as fee from ledger.account where name = 'platform:fee'"))
    .rows[0].fee;

/** A copy of the server starts, does what the database says is due by its timers, and stops. */
async function runDueJobs(): Promise<void> {
  const { db } = world.database;
  await db.pool.query("update graphile_worker._private_jobs set run_at = now()");
  const stop = await startJobs(db, world.calls.jobs, createLog("silent"));
  await vi.waitFor(
    async () => expect((await db.pool.query("select from graphile_worker._private_jobs where run_at <= now()")).rowCount).toBe(0),
    { timeout: 10_000 },
  );
  await stop();
}

describe("a marketplace minute", () => {
  test("to the kopeck: the client pays the consultant's price, the platform keeps a tenth, the rest is earned", async () => {
    const feeBefore = await platformFee();
    const { id, consultant, client } = await ended(61, { price: 2555 });
    const seenByClient = await client.browser.see(id);
    expect(seenByClient).toMatchObject({
      state: "ended",
      youPay: true,
      meter: { status: "ended", billableSeconds: 61, charged: 5110, reserved: 0, pricePerMinute: 2555 },
      outcome: { state: "waiting", fee: 511, earned: 4599 },
    });
    expect(await wallet(client)).toMatchObject({ balance: 4890n, reserved: 0n, held: 5110n });
    expect(await wallet(consultant)).toMatchObject({ earned: 0n });
    expect((await consultant.browser.see(id)).meter).toMatchObject({ charged: 5110, pricePerMinute: 2555, reserved: 0 });

    // Nobody answers before the news of the charge is in the journal.
    await heardAll(world);
    const said = await saysSolved(client, id);
    expect(said.body.call).toMatchObject({ state: "settled", outcome: { state: "settled", by: "client", fee: 511, earned: 4599 } });
    expect(await wallet(client)).toMatchObject({ balance: 4890n, reserved: 0n, held: 0n });
    expect(await wallet(consultant)).toMatchObject({ earned: 4599n });
    expect((await platformFee()) - feeBefore).toBe(511n);
    expect((await world.journal.events(id)).at(-1)).toMatchObject({
      actor: "client",
      kind: "settled",
      facts: { outcome: "solved", by: "client", chargedKopecks: 5110, feeKopecks: 511, earnedKopecks: 4599 },
    });
    expect([...(await world.ledger.proof()), ...(await world.metering.proof())].filter(({ holds }) => !holds)).toEqual([]);
  });

  test("has a protocol whose head its journal binds, while the call runs, before the client's word and after it", async () => {
    const call = await accepted(world, { price: 2555 });
    const head = async (changed: object = {}) => {
      const { protocol } = await protocolOf(world, call.id);
      return headFits({ ...protocol, call: { ...protocol.call, ...changed } });
    };
    await talk(world, call.id, 61);
    expect(await head()).toBeNull();
    expect(await head({ task: "Другая задача" })).toMatch(/^event/);
    await call.client.browser.send("POST", `calls/${call.id}/end`);
    await heardAll(world);
    const waiting = { state: "waiting", until: new Date(), fee: 511n, earned: 4599n };
    const settled = { ...waiting, state: "settled", at: new Date(), by: "silence" };
    expect(await head()).toBeNull();
    expect(await head({ outcome: waiting })).toBeNull();
    for (const outcome of [null, settled, { ...waiting, fee: 0n }]) expect(await head({ outcome })).toMatch(/^event/);
    await saysSolved(call.client, call.id);
    expect(await head()).toBeNull();
    const said = (await protocolOf(world, call.id)).protocol.call.outcome;
    for (const outcome of [
      null,
      waiting,
      settled,
      { ...said, by: "silence" },
      { ...said, fee: 510n, earned: 4600n },
      { ...said, at: new Date(0) },
    ])
      expect(await head({ outcome })).toMatch(/^event/);
    expect(await head({ state: "ended" })).toMatch(/^event/);
  });

  test("with a wallet of exactly one minute is one minute, and the client can top up while it is on", async () => {
    const { id, consultant, client } = await accepted(world, { price: 2000, roubles: 20 });
    await talk(world, id, 30);
    await topUp(world, client.id, 20);
    await talk(world, id, 31);
    await consultant.browser.send("POST", `calls/${id}/end`);
    expect(await wallet(client)).toMatchObject({ balance: 0n, held: 4000n });
  });

  test("in the histories: charged to the client; held for the consultant, then earned", async () => {
    const { id, consultant, client } = await ended(10, { price: 1000 });
    const [mine, his] = [
      async () => (await client.browser.send("GET", "calls")).body.calls,
      async () => (await consultant.browser.send("GET", "calls")).body.calls,
    ];
    expect(await mine()).toMatchObject([{ id, state: "ended", youPay: true, charged: 1000, held: 0, earned: 0 }]);
    expect(await his()).toMatchObject([{ id, state: "ended", youPay: false, charged: 0, held: 1000, earned: 0 }]);
    await saysSolved(client, id);
    expect(await mine()).toMatchObject([{ id, state: "settled", charged: 1000, held: 0, earned: 0 }]);
    expect(await his()).toMatchObject([{ id, state: "settled", charged: 0, held: 0, earned: 900 }]);
  });

  test("is printed with price, payer and shares; a ring that never became a call has no protocol", async () => {
    const { id, client, consultant } = await ended(10, { price: 1000 });
    for (const { browser } of [client, consultant])
      expect((await browser.send("GET", `journal/${id}/protocol`)).body.protocol).toMatchObject({
        charged: 1000,
        pricePerMinute: 1000,
        call: { tariff: "marketplace", outcome: { state: "waiting", fee: 100, earned: 900 } },
      });
    expect((await client.browser.send("GET", `journal/${id}/protocol.pdf`)).headers["content-type"]).toBe("application/pdf");
    const declined = await ringing(world);
    await answers(declined.consultant, declined.id, "decline");
    expect((await declined.client.browser.send("GET", `journal/${declined.id}/protocol`)).body).toMatchObject({ type: "not-found" });
  });

  test("that cost nothing waits for nothing: it is settled when it ends", async () => {
    const { id, consultant, client } = await ended(3);
    expect(await client.browser.see(id)).toMatchObject({
      state: "settled",
      meter: { charged: 0 },
      outcome: { state: "settled", by: "nothing-charged", fee: 0, earned: 0 },
    });
    expect(await wallet(client)).toMatchObject({ balance: 10_000n, held: 0n });
    expect(await wallet(consultant)).toMatchObject({ earned: 0n });
  });
});

describe("the outcome", () => {
  test("is the client's to say: not the consultant's, not a stranger's, not before the end, not of a ring", async () => {
    const { id, consultant, client } = await accepted(world);
    expect((await saysSolved(client, id)).body).toMatchObject({ type: "not-allowed" });
    await talk(world, id, 10);
    await client.browser.send("POST", `calls/${id}/end`);
    expect((await saysSolved(consultant, id)).body).toMatchObject({ type: "not-allowed" });
    expect((await saysSolved(await newClient(world), id)).body).toMatchObject({ type: "not-found" });
    const ring = await ringing(world);
    expect((await saysSolved(ring.client, ring.id)).body).toMatchObject({ type: "call-not-open" });
    expect((await client.browser.see(id)).state).toBe("ended");
  });

  test("waits 72 hours through any restart; then silence says solved", async () => {
    const { id, consultant, client } = await ended(10, { price: 1000 });
    const { outcome, endedAt } = await client.browser.see(id);
    expect(outcome).toMatchObject({
      state: "waiting",
      until: new Date(new Date(String(endedAt)).getTime() + 72 * HOURS * 1000).toISOString(),
    });
    await world.wait(72 * HOURS - 1);
    await runDueJobs();
    expect((await client.browser.see(id)).state).toBe("ended");
    await world.wait(1);
    await runDueJobs();
    expect(await client.browser.see(id)).toMatchObject({ state: "settled", outcome: { by: "silence", fee: 100, earned: 900 } });
    expect(await wallet(consultant)).toMatchObject({ earned: 900n });
    expect((await kindsOf(world, id)).at(-1)).toBe("server settled");
    await runDueJobs();
    expect(await wallet(consultant)).toMatchObject({ earned: 900n });
  });

  test("the timer woken too early goes back to sleep until its hour by the machine's clock", async () => {
    const { id } = await ended(10);
    await runDueJobs();
    const { rows } = await world.database.db.pool.query(
      "select round(extract(epoch from run_at - now()) / 3600)::int as hours from graphile_worker._private_jobs where payload ->> 'callId' = $1",
      [id],
    );
    expect(rows).toEqual([{ hours: 72 }]);
  });

  test("said and due at the same moment, and clicked twice, settles once", async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, consultant, client } = await ended(10, { price: 1000 });
      await world.wait(72 * HOURS);
      const silent = () => world.calls.jobs["calls.settle_silent"]({ callId: id });
      const [first, second] = await Promise.all([saysSolved(client, id), saysSolved(client, id), silent(), silent()]);
      expect([first.body.call.state, second.body.call.state]).toEqual(["settled", "settled"]);
      expect(await wallet(consultant)).toMatchObject({ earned: 900n });
      expect((await kindsOf(world, id)).filter((line) => line.endsWith("settled"))).toHaveLength(1);
    }
  });

  test("tells both, in the cabinet too, that something changed", async () => {
    const { id, consultant, client } = await ended(10);
    world.published.length = 0;
    await saysSolved(client, id);
    expect(world.published).toEqual(
      expect.arrayContaining([
        [`call:${id}`, { t: "call-changed", callId: id }],
        [`person:${consultant.id}`, { t: "wallet-changed" }],
        [`person:${client.id}`, { t: "wallet-changed" }],
      ]),
    );
  });
});

describe("a consultant in a call is busy, and free again", () => {
  test("after a marketplace call, whoever ended it and however", async () => {
    for (const end of ["client", "consultant", "nobody"] as const) {
      const { id, consultant, client } = await accepted(world);
      expect(await availabilityOf(world, consultant)).toBe("busy");
      if (end === "nobody") {
        await world.wait(15 * 60 + 1);
        await world.calls.endForsaken();
      } else await (end === "client" ? client : consultant).browser.send("POST", `calls/${id}/end`);
      expect(await availabilityOf(world, consultant)).toBe("free");
      expect((await rings(client, consultant)).status).toBe(200);
    }
  });

  test("during and after a carrier call he invited to", async () => {
    const consultant = await newConsultant(world);
    await topUp(world, consultant.id, 10);
    const guest = new Browser(world);
    const { callId } = (await guest.join((await invite(consultant)).token)).body;
    expect(await availabilityOf(world, consultant)).toBe("busy");
    expect((await rings(await newClient(world), consultant)).body).toMatchObject({ type: "consultant-not-free" });
    await guest.send("POST", `calls/${callId}/end`);
    expect(await availabilityOf(world, consultant)).toBe("free");
  });

  test("while he himself is somebody's client, and when both of two consultants end their call at once", async () => {
    const [one, two] = [await newConsultant(world), await newConsultant(world)];
    await topUp(world, one.id, 100);
    const { callId } = (await rings(one, two)).body.ring;
    expect(await availabilityOf(world, one)).toBe("free");
    await answers(two, callId, "accept");
    expect([await availabilityOf(world, one), await availabilityOf(world, two)]).toEqual(["busy", "busy"]);
    await Promise.all([one, two].map(({ browser }) => browser.send("POST", `calls/${callId}/end`)));
    expect([await availabilityOf(world, one), await availabilityOf(world, two)]).toEqual(["free", "free"]);
  });
});

test("one person is the client in one call and the consultant in the next, with both in one history", async () => {
  const [anna, boris] = [await newConsultant(world, { price: 1000 }), await newConsultant(world, { price: 3000 })];
  await topUp(world, anna.id, 100);
  await topUp(world, boris.id, 100);
  for (const [client, consultant, pricePerMinute] of [
    [anna, boris, 3000],
    [boris, anna, 1000],
  ] as const) {
    const { callId } = (await rings(client, consultant, { pricePerMinute })).body.ring;
    await answers(consultant, callId, "accept");
    await talk(world, callId, 10);
    await client.browser.send("POST", `calls/${callId}/end`);
    await saysSolved(client, callId);
  }
  expect((await anna.browser.send("GET", "calls")).body.calls).toMatchObject([
    { side: "consultant", youPay: false, charged: 0, earned: 900 },
    { side: "client", youPay: true, charged: 3000, earned: 0 },
  ]);
  expect(await wallet(anna)).toMatchObject({ balance: 7000n, earned: 900n });
});

test("clients who only rang are not in the consultant's client book", async () => {
  const { consultant, client, id } = await ringing(world);
  await answers(consultant, id, "decline");
  expect((await consultant.browser.send("GET", "calls/clients")).body.clients).toEqual([]);
  const { callId } = (await rings(client, consultant)).body.ring;
  await answers(consultant, callId, "accept");
  expect((await consultant.browser.send("GET", "calls/clients")).body.clients).toMatchObject([
    { client: { name: "Ольга Петрова" }, calls: 1 },
  ]);
});

test("reports see each call once: rings that opened nothing have no opening, shares only once settled", async () => {
  const call = await ended(10, { price: 1000 });
  const carrier = await openCall(world);
  const declined = await ringing(world);
  await answers(declined.consultant, declined.id, "decline");
  const row = async (id: string) => (await world.database.db.pool.query("select * from calls.call_view where id = $1", [id])).rows;
  expect(await row(call.id)).toMatchObject([
    {
      tariff: "marketplace",
      state: "ended",
      consultant_id: call.consultant.id,
      client_person_id: call.client.id,
      client_name: "Ольга Петрова",
      billable_seconds: 10,
      fee_kopecks: null,
    },
  ]);
  await saysSolved(call.client, call.id);
  expect(await row(call.id)).toMatchObject([{ state: "settled", fee_kopecks: 100n, earned_kopecks: 900n }]);
  expect(await row(carrier.id)).toMatchObject([{ tariff: "carrier", rung_at: null, opened_at: expect.any(Date) }]);
  expect(await row(declined.id)).toMatchObject([{ state: "declined", opened_at: null, rung_at: expect.any(Date) }]);
});

test("a person without money of his own takes marketplace calls: only the client pays", async () => {
  const consultant = await newConsultant(world);
  expect((await wallet(consultant)).balance).toBe(0n);
  const client = await newPerson(world);
  expect((await rings(client, consultant)).status).toBe(200);
});
