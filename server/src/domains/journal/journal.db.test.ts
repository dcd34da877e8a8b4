import { callId, type CallId } from "@minuta/contracts/ids";
import { CHAIN_START, checkChain } from "@minuta/contracts/journal-chain";
import { randomUUID } from "node:crypto";
import { emit } from "#platform/events";
import { describe, expect, test } from "vitest";
import { callsWorld, heardAll, openCall } from "../calls/testing.ts";
import { EVENTS_MAX, FACTS_MAX_LENGTH } from "./rules.ts";

const world = callsWorld();
const newId = (): CallId => callId.parse(randomUUID());
const holds = async (id: CallId) => {
  const events = await world.journal.events(id);
  return checkChain(id, events, events.at(-1)?.hash ?? CHAIN_START);
};

describe("the journal", () => {
  test("is written in the transaction of what it tells: rolled back with it", async () => {
    const id = newId();
    await world.database.db.tx((tx) => world.journal.append(tx, id, { actor: "client", kind: "paused", facts: {} }));
    const failing = world.database.db.tx(async (tx) => {
      await world.journal.append(tx, id, { actor: "client", kind: "resumed", facts: {} });
      throw new Error("the rest went wrong");
    });
    await expect(failing).rejects.toThrow("the rest went wrong");
    expect(await world.journal.events(id)).toMatchObject([{ n: 1, kind: "paused" }]);
  });

  test("written by many at once has no gaps, no forks, and time that does not go back", async () => {
    const id = newId();
    const db = world.database.db;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        db.tx((tx) => world.journal.append(tx, id, { actor: "server", kind: "charged", facts: { index } })),
      ),
    );
    const events = await world.journal.events(id);
    expect(events.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(new Set(events.map(({ facts }) => facts["index"])).size).toBe(20);
    expect(await holds(id)).toEqual({ holds: true });
  });

  test("does not date an event before the one it follows, though the clock was set back", async () => {
    const id = newId();
    const append = () => world.database.db.tx((tx) => world.journal.append(tx, id, { actor: "server", kind: "charged", facts: {} }));
    await append();
    await world.database.advanceClock(-3600);
    await append();
    await world.database.advanceClock(3600);
    const [first, second] = await world.journal.events(id);
    expect(second!.at).toEqual(first!.at);
    expect(await holds(id)).toEqual({ holds: true });
  });

  test("cannot be changed, not even in the database; what is changed behind its back is found", async () => {
    const { id } = await openCall(world);
    const { pool } = world.database.db;
    for (const change of ["update journal.event set facts = '{}'", "delete from journal.event", "truncate journal.event cascade"])
      await expect(pool.query(change)).rejects.toThrow("append-only");
    await pool.query("alter table journal.event disable trigger event_is_append_only");
    await pool.query(`update journal.event set facts = facts || '{"name": "Никто"}' where call_id = $1 and kind = 'joined'`, [id]);
    await pool.query("alter table journal.event enable trigger event_is_append_only");
    expect(await holds(id)).toEqual({ holds: false, at: { n: 2 } });
  });

  test("keeps any facts so that the chain holds after reading them back", async () => {
    const id = newId();
    const facts = {
      text: "ноль \u0000, половина \uD83D, целое 😀",
      sum: 12.5,
      big: 1e21,
      minus: -0,
      nothing: null,
      gone: undefined,
      when: new Date(0),
      list: [{ b: 1, a: "ё" }],
    };
    await world.database.db.tx((tx) => world.journal.append(tx, id, { actor: "client", kind: "chat", facts }));
    expect(await holds(id)).toEqual({ holds: true });
    expect((await world.journal.events(id))[0]?.facts).toMatchObject({
      text: "ноль , половина \uFFFD, целое 😀",
      when: "1970-01-01T00:00:00.000Z",
    });
  });

  test("refuses facts without measure and a flood of events", async () => {
    const id = newId();
    const { db } = world.database;
    const long = db.tx((tx) =>
      world.journal.append(tx, id, { actor: "client", kind: "chat", facts: { text: "ю".repeat(FACTS_MAX_LENGTH) } }),
    );
    await expect(long).rejects.toThrow(RangeError);
    await db.tx((tx) => world.journal.append(tx, id, { actor: "client", kind: "chat", facts: {} }));
    await db.pool.query("update journal.head set n = $2 where call_id = $1", [id, EVENTS_MAX]);
    await world.journal.appendSoon(id, { actor: "client", kind: "screen-shared", facts: {} });
    expect(await world.journal.events(id)).toHaveLength(1);
  });

  test("always has room for what ends a call and moves its money", async () => {
    const id = newId();
    const { db } = world.database;
    await db.tx((tx) => world.journal.append(tx, id, { actor: "client", kind: "chat", facts: {} }));
    await db.pool.query("update journal.head set n = $2 where call_id = $1", [id, EVENTS_MAX]);
    await db.tx((tx) => world.journal.append(tx, id, { actor: "server", kind: "ended", facts: {} }));
    expect((await world.journal.events(id)).at(-1)?.kind).toBe("ended");
  });

  test("of what happens outside transactions keeps the order of asking; one event that cannot be kept does not stop the later ones", async () => {
    const id = newId();
    const kinds = ["screen-shared", "blanked", "unblanked", "screen-stopped", "microphone-on", "microphone-off"] as const;
    void world.journal.appendSoon(id, { actor: "client", kind: "chat", facts: { text: "ю".repeat(FACTS_MAX_LENGTH) } });
    const last = kinds.map((kind) => world.journal.appendSoon(id, { actor: "client", kind, facts: {} })).at(-1);
    await last;
    expect((await world.journal.events(id)).map(({ kind }) => kind)).toEqual([...kinds]);
    void world.journal.appendSoon(id, { actor: "consultant", kind: "end-connected", facts: {} });
    await world.journal.flush();
    expect((await world.journal.events(id)).at(-1)?.kind).toBe("end-connected");
  });

  test("gives the chat back as it was written", async () => {
    const id = newId();
    const line = { id: randomUUID(), text: "Откройте журнал" };
    await world.journal.appendSoon(id, { actor: "consultant", kind: "chat", facts: line });
    expect(await world.journal.chat(id)).toMatchObject([{ ...line, from: "consultant" }]);
  });
});

describe("what the meter tells", () => {
  test("is written once each, and without what the payer's wallet holds", async () => {
    const { id } = await openCall(world);
    const before = (await world.journal.events(id)).length;
    const charged = {
      topic: "metering.charged",
      queue: id,
      body: { callId: id, lineId: randomUUID(), amountKopecks: 100, chargedKopecks: 300, billableSeconds: 125 },
    };
    const low = { topic: "metering.low_balance", queue: id, body: { callId: id, lineId: randomUUID(), minutesLeft: 2 } };
    await world.database.db.tx((tx) => emit(tx, [charged, low]));
    await heardAll(world);
    const written = (await world.journal.events(id)).slice(before);
    expect(written).toMatchObject([
      { actor: "server", kind: "charged", facts: { amountKopecks: 100, chargedKopecks: 300, billableSeconds: 125 } },
      { actor: "server", kind: "low-balance", facts: {} },
    ]);
    expect(JSON.stringify(written)).not.toContain("minutesLeft");
    const again = { id: randomUUID(), topic: "metering.charged", body: charged.body, toldAt: new Date(0) };
    for (const heard of world.journal.subscribers["metering.charged"] ?? []) await Promise.all([heard(again), heard(again)]);
    expect(await world.journal.events(id)).toHaveLength(before + 3);
  });

  test("of a pause for top-up and its end is written; the end of a person's pause is written once, by who ended it", async () => {
    const { id, guest } = await openCall(world);
    const tell = async (topic: string) => {
      await world.database.db.tx((tx) => emit(tx, [{ topic, queue: id, body: { callId: id } }]));
      await heardAll(world);
    };
    await tell("metering.paused_for_top_up");
    await tell("metering.resumed");
    await guest.send("POST", `calls/${id}/pause`);
    await guest.send("POST", `calls/${id}/resume`);
    await heardAll(world);
    const told = (await world.journal.events(id))
      .filter(({ kind }) => /paused|resumed/.test(kind))
      .map(({ actor, kind }) => `${actor} ${kind}`);
    expect(told).toEqual(["server paused-for-top-up", "server resumed", "client paused", "client resumed"]);
  });
});
