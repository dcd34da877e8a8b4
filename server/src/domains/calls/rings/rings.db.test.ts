import { randomUUID } from "node:crypto";
import { RING_CONSENT_VERSION } from "@minuta/contracts/consent";
import { describe, expect, test } from "vitest";
import { callsWorld, newPerson } from "../testing.ts";
import {
  answers,
  availabilityOf,
  changePrice,
  closePage,
  CONFIGURATION,
  kindsOf,
  newClient,
  newConsultant,
  openPage,
  PRICE,
  ringing,
  rings,
  ringSeenBy,
  type Answer,
} from "./testing.ts";

const world = callsWorld();
const heardBy = (personId: string) => world.published.filter(([topic]) => topic === `person:${personId}`).map(([, message]) => message);

describe("a ring", () => {
  test("shows the consultant who rings, the task, configuration, release and the price, before he accepts", async () => {
    const [consultant, client] = [await newConsultant(world, { price: 2550 }), await newClient(world)];
    const { ring } = (await rings(client, consultant, { task: "  Не закрывается месяц ", pricePerMinute: 2550 })).body;
    expect(ring).toMatchObject({
      state: "ringing",
      task: "Не закрывается месяц",
      configuration: CONFIGURATION.code,
      release: "3.0.150.22",
      pricePerMinute: 2550,
    });
    expect(Date.parse(ring.expiresAt) - Date.parse(ring.rungAt)).toBe(45_000);
    const seen = (await consultant.browser.send("GET", "calls/rings")).body;
    expect(seen).toMatchObject({
      incoming: [{ callId: ring.callId, client: { name: "Ольга Петрова", organisation: "ИП Смирнова" } }],
      outgoing: [],
    });
    expect((await client.browser.send("GET", "calls/rings")).body).toMatchObject({ incoming: [], outgoing: [{ callId: ring.callId }] });
    expect(heardBy(consultant.id)).toContainEqual({ t: "ring", callId: ring.callId });
    expect(await availabilityOf(world, consultant)).toBe("busy");
  });

  test("that is accepted opens the call for both, and the consultant's other pages stop ringing", async () => {
    const { id, consultant, client } = await ringing(world);
    world.published.length = 0;
    expect((await answers(consultant, id, "accept")).body.ring).toMatchObject({ state: "open" });
    for (const party of [consultant, client]) expect(heardBy(party.id)).toContainEqual({ t: "ring-over", callId: id, state: "open" });
    expect(await client.browser.see(id)).toMatchObject({
      tariff: "marketplace",
      state: "open",
      side: "client",
      youPay: true,
      release: "3.0.150.22",
      outcome: null,
      meter: { status: "idle", pricePerMinute: 2000, reserved: 2000, charged: 0 },
    });
    expect(await consultant.browser.see(id)).toMatchObject({
      side: "consultant",
      youPay: false,
      meter: { pricePerMinute: 2000, reserved: 0, minutesLeft: null },
    });
    expect((await consultant.browser.send("GET", "calls/rings")).body).toEqual({ incoming: [], outgoing: [] });
    expect((await kindsOf(world, id)).slice(0, 3)).toEqual(["client rung", "client consent-given", "consultant accepted"]);
  });

  test("records the words the client agreed to, and refuses consent to unknown words", async () => {
    const { id } = await ringing(world);
    expect((await world.journal.events(id))[1]).toMatchObject({
      kind: "consent-given",
      facts: { version: RING_CONSENT_VERSION, texts: { ru: expect.stringContaining("10 % получает платформа") } },
    });
    const [consultant, client] = [await newConsultant(world), await newClient(world)];
    expect((await rings(client, consultant, { consent: "no-such-words" })).body).toMatchObject({ type: "invalid-input" });
  });

  test.each([
    ["declined", "decline", "consultant"],
    ["cancelled", "cancel", "client"],
  ] as const)("that is %s frees the consultant at once and costs nothing", async (state, answer, by) => {
    const call = await ringing(world);
    expect((await answers(call[by], call.id, answer)).body.ring.state).toBe(state);
    expect(await availabilityOf(world, call.consultant)).toBe("free");
    expect(heardBy(call.consultant.id)).toContainEqual({ t: "ring-over", callId: call.id, state });
    expect((await world.ledger.wallet(call.client.id)).balance).toBe(10_000n);
    expect((await kindsOf(world, call.id)).at(-1)).toBe(`${by} ${state}`);
    for (const party of [call.consultant, call.client])
      expect(await party.browser.see(call.id)).toMatchObject({ state, meter: { status: "ended", charged: 0 } });
    expect((await rings(call.client, call.consultant)).status).toBe(200);
  });

  test("not answered for 45 seconds is missed, wherever the server was meanwhile, and the consultant is free again", async () => {
    const { id, consultant, client } = await ringing(world);
    await world.wait(44);
    expect(await world.calls.watchRings()).toBe(0);
    expect((await ringSeenBy(client, id)).state).toBe("ringing");
    await world.wait(1);
    expect((await answers(consultant, id, "accept")).body).toMatchObject({ type: "ring-over", facts: { state: "missed" } });
    await Promise.all([world.calls.watchRings(), world.calls.watchRings()]);
    expect((await ringSeenBy(client, id)).state).toBe("missed");
    expect(await availabilityOf(world, consultant)).toBe("free");
    expect(heardBy(client.id)).toContainEqual({ t: "ring-over", callId: id, state: "missed" });
    expect(await kindsOf(world, id)).toEqual(["client rung", "client consent-given", "server missed"]);
  });

  test("is cancelled when the client's pages are gone for a while, and goes on when he is back in time", async () => {
    const [gone, back] = [await ringing(world), await ringing(world)];
    for (const { client } of [gone, back]) closePage(world, client);
    for (let passed = 0; passed < 25; passed += 5) {
      await world.wait(5);
      await world.calls.watchRings();
    }
    expect((await ringSeenBy(gone.client, gone.id)).state).toBe("ringing");
    await openPage(world, back.client);
    for (let passed = 0; passed < 15; passed += 5) {
      await world.wait(5);
      await world.calls.watchRings();
    }
    expect(await ringSeenBy(gone.client, gone.id)).toMatchObject({ state: "cancelled", cancelledBecause: "client-gone" });
    expect((await ringSeenBy(gone.consultant, gone.id)).cancelledBecause).toBeNull();
    expect(await availabilityOf(world, gone.consultant)).toBe("free");
    expect((await ringSeenBy(back.client, back.id)).state).toBe("ringing");
  });

  test("keeps the price it began with, whatever the consultant's card says when he accepts", async () => {
    const { id, consultant, client } = await ringing(world, { price: 2000 });
    await changePrice(world, consultant, 9000);
    await answers(consultant, id, "accept");
    expect((await client.browser.see(id)).meter).toMatchObject({ pricePerMinute: 2000, reserved: 2000 });
  });

  test("keeps the version of the tariff it began with", async () => {
    const { id, consultant } = await ringing(world);
    const { rows } = await world.database.db.pool.query(
      "insert into metering.tariff (kind, valid_from, fee_percent) values ('marketplace', platform.now(), 20) returning id",
    );
    await answers(consultant, id, "accept");
    const kept = await world.database.db.pool.query("select tariff from metering.line where call_id = $1", [id]);
    expect(kept.rows[0].tariff).not.toBe(rows[0].id);
    await world.database.db.pool.query("delete from metering.tariff where id = $1", [rows[0].id]);
  });

  test("both from one network is flagged in the protocol", async () => {
    const [consultant, client] = [await newConsultant(world), await newClient(world)];
    const { callId } = (await client.browser.at(consultant.browser.address).send("POST", "calls/rings", ringBody(consultant.id))).body.ring;
    await answers(consultant, callId, "accept");
    expect((await client.browser.see(callId)).flags).toContain("same-address");
  });
});

const ringBody = (consultantId: string) => ({
  consultantId,
  task: "Не проводится реализация",
  configuration: null,
  release: null,
  pricePerMinute: PRICE,
  consent: RING_CONSENT_VERSION,
});

describe("nobody is rung", () => {
  test("by himself", async () => {
    const consultant = await newConsultant(world);
    expect((await rings(consultant, consultant)).body).toMatchObject({ type: "own-call" });
  });

  test("at a price he was not shown: the consultant changed it a moment ago", async () => {
    const [consultant, client] = [await newConsultant(world), await newClient(world)];
    await changePrice(world, consultant, 90_000);
    expect((await rings(client, consultant)).body).toMatchObject({ type: "price-changed", facts: { priceKopecks: 90_000 } });
    expect((await rings(client, consultant, { pricePerMinute: 90_000 })).body).toMatchObject({ type: "wallet-empty" });
  });

  test("who is off, has no published card, or is in a carrier call of his own", async () => {
    const client = await newClient(world);
    const [off, stranger, inCall] = [await newConsultant(world), await newPerson(world), await newConsultant(world)];
    await world.database.db.tx((tx) => world.presence.setTakingCalls(tx, off.id, false));
    await world.database.db.tx((tx) => world.presence.setBusy(tx, inCall.id, randomUUID() as never));
    for (const person of [off, stranger, inCall]) expect((await rings(client, person)).body).toMatchObject({ type: "consultant-not-free" });
  });

  test("with a wallet that does not hold the first minute: the refusal says what is needed; exactly enough is enough", async () => {
    const consultant = await newConsultant(world, { price: 2000 });
    const short = await newClient(world, { roubles: 19 });
    expect((await rings(short, consultant)).body).toMatchObject({
      type: "wallet-empty",
      facts: { freeKopecks: 1900, neededKopecks: 2000 },
    });
    expect(await availabilityOf(world, consultant)).toBe("free");
    const exact = await newClient(world, { roubles: 20 });
    const { callId } = (await rings(exact, consultant)).body.ring;
    expect((await answers(consultant, callId, "accept")).body.ring.state).toBe("open");
    expect(await world.ledger.wallet(exact.id)).toMatchObject({ balance: 0n, reserved: 2000n });
  });

  test("by a client whose six rings within the hour came to nothing, until the hour is over; others ring on", async () => {
    const [client, other] = [await newClient(world, { roubles: 1000 }), await newClient(world, { roubles: 1000 })];
    const consultant = await newConsultant(world);
    for (let ringed = 0; ringed < 6; ringed += 1) {
      const { callId } = (await rings(client, consultant)).body.ring;
      await answers(ringed % 2 === 0 ? consultant : client, callId, ringed % 2 === 0 ? "decline" : "cancel");
    }
    expect((await rings(client, consultant)).body).toMatchObject({ type: "too-many-attempts" });
    const { callId } = (await rings(other, consultant)).body.ring;
    await answers(other, callId, "cancel");
    await world.wait(3601);
    expect((await rings(client, consultant)).status).toBe(200);
  });

  test("by more than three rings of one client at once", async () => {
    const client = await newClient(world, { roubles: 1000 });
    for (let ringed = 0; ringed < 3; ringed += 1) expect((await rings(client, await newConsultant(world))).status).toBe(200);
    expect((await rings(client, await newConsultant(world))).body).toMatchObject({
      type: "too-many-attempts",
      facts: { retryAfterSeconds: 45 },
    });
  });
});

describe("a ring is answered", () => {
  test("only by the side whose answer it is, and seen by nobody else", async () => {
    const { id, consultant, client } = await ringing(world);
    const stranger = await newClient(world);
    for (const answer of ["accept", "decline"] as const)
      expect((await answers(client, id, answer)).body).toMatchObject({ type: "not-allowed" });
    expect((await answers(consultant, id, "cancel")).body).toMatchObject({ type: "not-allowed" });
    for (const answer of ["accept", "decline", "cancel"] as const)
      expect((await answers(stranger, id, answer)).body).toMatchObject({ type: "not-found" });
    expect((await stranger.browser.send("GET", `calls/rings/${id}`)).body).toMatchObject({ type: "not-found" });
    expect((await ringSeenBy(client, id)).state).toBe("ringing");
  });

  test("with the money of the moment: a client who spent it meanwhile is told so, the consultant only that it was cancelled", async () => {
    const [one, two] = [await newConsultant(world), await newConsultant(world)];
    const client = await newClient(world, { roubles: 20 });
    const [first, second] = [(await rings(client, one)).body.ring.callId, (await rings(client, two)).body.ring.callId];
    expect((await answers(one, first, "accept")).body.ring.state).toBe("open");
    expect((await answers(two, second, "accept")).body.ring).toMatchObject({ state: "cancelled", cancelledBecause: null });
    expect(await ringSeenBy(client, second)).toMatchObject({ state: "cancelled", cancelledBecause: "no-money" });
    expect(await availabilityOf(world, two)).toBe("free");
    expect((await world.journal.events(second)).at(-1)).toMatchObject({ actor: "server", kind: "cancelled", facts: {} });
  });
});

describe("at the same moment", () => {
  test("of two clients who ring one consultant exactly one rings, the other is told that he is not free", async () => {
    for (let round = 0; round < 5; round += 1) {
      const consultant = await newConsultant(world);
      const clients = [await newClient(world), await newClient(world)];
      const got = await Promise.all(clients.map((client) => rings(client, consultant)));
      expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect(got.find(({ status }) => status === 409)?.body).toMatchObject({ type: "consultant-not-free" });
      expect((await consultant.browser.send("GET", "calls/rings")).body.incoming).toHaveLength(1);
    }
  });

  test("two clicks on the same button are one ring", async () => {
    const [consultant, client] = [await newConsultant(world), await newClient(world)];
    const got = await Promise.all([rings(client, consultant), rings(client, consultant), rings(client, consultant)]);
    expect(new Set(got.map(({ body }) => body.ring?.callId)).size).toBe(1);
    const key = randomUUID();
    const [again, more] = [await newConsultant(world), client.browser.withKey(key)];
    const same = await Promise.all([1, 2].map(() => more.send("POST", "calls/rings", ringBody(again.id))));
    expect(same[0]!.body).toEqual(same[1]!.body);
  });

  test.each([
    ["accept", "cancel"],
    ["accept", "decline"],
    ["decline", "cancel"],
  ] as const)("%s and %s: exactly one wins, the loser is told what the ring came to", async (one, other) => {
    const results = { accept: "open", decline: "declined", cancel: "cancelled" } as const;
    for (let round = 0; round < 5; round += 1) {
      const call = await ringing(world);
      const by = (answer: Answer) => answers(answer === "cancel" ? call.client : call.consultant, call.id, answer);
      const [first, second] = await Promise.all(round % 2 === 0 ? [by(one), by(other)] : [by(other), by(one)].toReversed());
      const [winner, won, lost] = first!.status === 200 ? [one, first!, second!] : [other, second!, first!];
      expect(won.body.ring.state).toBe(results[winner]);
      expect(lost.body).toMatchObject({ type: "ring-over", status: 409, facts: { state: results[winner] } });
      expect(await availabilityOf(world, call.consultant)).toBe(winner === "accept" ? "busy" : "free");
      expect((await kindsOf(world, call.id)).length).toBe(3);
    }
  });

  test("two pages of the consultant that accept open one call with one quota", async () => {
    const { id, consultant, client } = await ringing(world);
    const got = await Promise.all([1, 2, 3].map(() => answers(consultant, id, "accept")));
    expect(got.map(({ body }) => body.ring?.state)).toEqual(["open", "open", "open"]);
    expect(await world.ledger.wallet(client.id)).toMatchObject({ balance: 8000n, reserved: 2000n });
    expect((await kindsOf(world, id)).filter((line) => line.endsWith("accepted"))).toHaveLength(1);
  });

  test("accepting and the last second of the ring: it is either accepted or missed", async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, consultant } = await ringing(world);
      await world.wait(44);
      const [answer] = await Promise.all([answers(consultant, id, "accept"), world.wait(1).then(() => world.calls.watchRings())]);
      const came = answer.status === 200 ? { state: "open", availability: "busy" } : { state: "missed", availability: "free" };
      if (answer.status !== 200) expect(answer.body).toMatchObject({ type: "ring-over", facts: { state: "missed" } });
      await world.calls.watchRings();
      expect(await ringSeenBy(consultant, id)).toMatchObject({ state: came.state });
      expect(await availabilityOf(world, consultant)).toBe(came.availability);
    }
  });
});
