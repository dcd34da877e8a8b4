import { emit } from "#platform/events";
import { describe, expect, test } from "vitest";
import { forgetExpired } from "./store.ts";
import { callsWorld, heardAll, openCall, talk } from "./testing.ts";

const world = callsWorld();

describe("a call nobody comes back to", () => {
  test("ends 90 seconds after both were lost, dated by the last moment both were there, with its minutes paid", async () => {
    const { id, consultant } = await openCall(world);
    await talk(world, id, 61);
    await world.calls.seen([{ callId: id, side: "client" }]);
    const left = new Date((await world.database.db.pool.query("select platform.now() as now")).rows[0].now);
    await world.wait(10);
    await world.calls.seen([{ callId: id, side: "consultant" }]);
    await world.wait(85);
    expect(await world.calls.endForsaken()).toBe(0);
    await world.wait(10);
    expect(await world.calls.endForsaken()).toBe(1);
    expect(await world.calls.endForsaken()).toBe(0);
    expect(await consultant.browser.see(id)).toMatchObject({
      state: "settled",
      endReason: "nobody-came-back",
      endedAt: left.toISOString(),
      meter: { billableSeconds: 61, charged: 200 },
    });
  });

  test("goes on when an end is back in time, and while somebody waits up to a quarter of an hour", async () => {
    const { id } = await openCall(world);
    const both = [
      { callId: id, side: "client" as const },
      { callId: id, side: "consultant" as const },
    ];
    await world.calls.seen(both);
    await world.wait(89);
    await world.calls.seen(both);
    for (let minute = 0; minute < 14; minute += 1) {
      await world.wait(60);
      await world.calls.seen([both[1]!, both[1]!]);
      expect(await world.calls.endForsaken()).toBe(0);
    }
    await world.wait(61);
    await world.calls.seen([both[1]!]);
    expect(await world.calls.endForsaken()).toBe(1);
  });

  test("to which nobody ever came ends after a quarter of an hour, and costs nothing", async () => {
    const { id, consultant } = await openCall(world);
    await world.wait(15 * 60);
    expect(await world.calls.endForsaken()).toBe(0);
    await world.wait(1);
    expect(await world.calls.endForsaken()).toBe(1);
    expect(await consultant.browser.see(id)).toMatchObject({ endReason: "nobody-came-back", meter: { charged: 0 } });
    expect((await world.ledger.wallet(consultant.id)).balance).toBe(10_000n);
  });

  test("is left alone while it is paused: a pause ends by its own time", async () => {
    const { id, guest } = await openCall(world);
    await world.calls.seen([
      { callId: id, side: "client" },
      { callId: id, side: "consultant" },
    ]);
    await guest.send("POST", `calls/${id}/pause`);
    await world.wait(600);
    expect(await world.calls.endForsaken()).toBe(0);
  });
});

test("a call whose line the meter ended is over, with the meter's reason; hearing it twice changes nothing", async () => {
  const { id, consultant } = await openCall(world);
  const news = { topic: "metering.line_ended", queue: id, body: { callId: id, reason: "pause-too-long" } };
  await world.database.db.tx((tx) => emit(tx, [news, { ...news, body: { callId: id, reason: "no-money" } }]));
  await heardAll(world);
  expect((await consultant.browser.see(id)).endReason).toBe("pause-too-long");
  expect((await world.journal.events(id)).filter(({ kind }) => kind === "ended")).toMatchObject([
    { actor: "server", facts: { reason: "pause-too-long" } },
  ]);
});

test("what opens nothing any more is forgotten; what still does stays", async () => {
  const { id, guest, privateLink } = await openCall(world);
  await guest.send("POST", `calls/${id}/guest-email`, { email: "olga@example.org" });
  const left = async (): Promise<string> => {
    await world.database.db.run(forgetExpired);
    const { rows } = await world.database.db.pool.query(
      "select (select count(*) from calls.guest_token)::int as tokens, (select count(*) from calls.email_check)::int as codes",
    );
    return `${rows[0].tokens > 0} ${rows[0].codes > 0}`;
  };
  expect(await left()).toBe("true true");
  await world.wait(3600);
  expect(await left()).toBe("true false");
  await world.wait(366 * 24 * 3600);
  expect(await left()).toBe("false false");
  expect((await guest.send("POST", "calls/private", { token: privateLink.replace("/my/", "") })).body).toMatchObject({
    type: "token-not-valid",
  });
});
