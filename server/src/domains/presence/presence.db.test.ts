import { callId, personId, type PersonId } from "@minuta/contracts/ids";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHttp } from "#platform/http";
import { createLog } from "#platform/log";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createPresence, presenceRoutes, startPresence, type Presence } from "./index.ts";

let database: TestDatabase;
const told: PersonId[] = [];
const newPerson = (): PersonId => personId.parse(randomUUID());
const newCall = () => callId.parse(randomUUID());

/** A copy of the server, with a clock of its own moved by hand; the database's clock is moved along. */
function startCopy() {
  let nowMs = 0;
  const bus = {
    publish: (topic: string, message: unknown) => {
      expect(topic).toBe("presence");
      expect(message).toMatchObject({ t: "presence-changed" });
      told.push((message as { personId: PersonId }).personId);
    },
  };
  const presence = createPresence({ db: database.db, bus, clock: { monotonicMs: () => nowMs } });
  return {
    presence,
    async pass(seconds: number) {
      for (let left = seconds; left > 0; left -= 1) {
        nowMs += Math.min(left, 1) * 1000;
        await database.advanceClock(Math.min(left, 1));
        await presence.look();
      }
    },
  };
}

let copy: ReturnType<typeof startCopy>;
let presence: Presence;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.close());
beforeEach(async () => {
  await database.setClock(new Date("2026-11-23T09:00:00Z"));
  await database.db.pool.query("truncate presence.person, presence.lease");
  copy = startCopy();
  ({ presence } = copy);
  told.length = 0;
});

const availabilityOf = async (id: PersonId) => (await presence.availability([id])).get(id);
const switchTo = (id: PersonId, takingCalls: boolean) => database.db.tx((tx) => presence.setTakingCalls(tx, id, takingCalls));
const take = (id: PersonId, call = newCall()) => database.db.tx((tx) => presence.tryToTake(tx, id, call));
const setBusy = (id: PersonId, call = newCall()) => database.db.tx((tx) => presence.setBusy(tx, id, call));
const setFree = (id: PersonId, call = newCall()) => database.db.tx((tx) => presence.setFree(tx, id, call));

async function freePerson(): Promise<PersonId> {
  const id = newPerson();
  await switchTo(id, true);
  presence.opened(id, "page");
  await presence.look();
  expect(await availabilityOf(id)).toBe("free");
  told.length = 0;
  return id;
}

describe("a consultant is free", () => {
  test("only with his switch on and a page open", async () => {
    const id = newPerson();
    expect(await availabilityOf(id)).toBe("off");
    await switchTo(id, true);
    expect(await availabilityOf(id)).toBe("off");
    presence.opened(id, "page");
    await presence.look();
    expect(await availabilityOf(id)).toBe("free");
    await switchTo(id, false);
    expect(await availabilityOf(id)).toBe("off");
    expect(told).toEqual([id, id, id]);
  });

  test("and everyone asked about is answered", async () => {
    const [free, stranger] = [await freePerson(), newPerson()];
    expect(await presence.availability([stranger, free])).toEqual(
      new Map([
        [stranger, "off"],
        [free, "free"],
      ]),
    );
  });

  test("and the switch stays as it was set when pages close and open", async () => {
    const id = await freePerson();
    presence.closed(id, "page");
    await copy.pass(60);
    expect(await availabilityOf(id)).toBe("off");
    expect(await presence.takingCalls(id)).toBe(true);
    presence.opened(id, "another page");
    await presence.look();
    expect(await availabilityOf(id)).toBe("free");
  });

  test("to the others at once: those who show him are told, and nobody is told of a client's page", async () => {
    const [consultant, client] = [newPerson(), newPerson()];
    await switchTo(consultant, true);
    told.length = 0;
    presence.opened(consultant, "page");
    presence.opened(client, "page");
    await presence.look();
    expect(told).toEqual([consultant]);
  });
});

describe("a page", () => {
  test("reloaded within ten seconds does not flicker", async () => {
    const id = await freePerson();
    presence.closed(id, "page");
    for (let second = 0; second < 10; second += 1) {
      await copy.pass(1);
      expect(await availabilityOf(id)).toBe("free");
    }
    presence.opened(id, "the page again");
    await copy.pass(30);
    expect(await availabilityOf(id)).toBe("free");
    expect(told).toEqual([]);
  });

  test("that is gone for good takes its person off, and that is told", async () => {
    const id = await freePerson();
    presence.closed(id, "page");
    await copy.pass(11);
    expect(await availabilityOf(id)).toBe("off");
    expect(told).toEqual([id]);
  });

  test("closed beside another one changes nothing", async () => {
    const id = await freePerson();
    presence.opened(id, "second page");
    presence.closed(id, "page");
    presence.closed(id, "page");
    await copy.pass(60);
    expect(await availabilityOf(id)).toBe("free");
  });
});

describe("a copy of the server", () => {
  test("that crashes takes its people off by itself, and the other copy tells it", async () => {
    const [lost, kept] = [await freePerson(), newPerson()];
    const other = startCopy();
    await switchTo(kept, true);
    other.presence.opened(kept, "page");
    await other.presence.look();
    told.length = 0;
    await other.pass(14);
    expect(await availabilityOf(lost)).toBe("free");
    await other.pass(7);
    expect(await availabilityOf(lost)).toBe("off");
    expect(await availabilityOf(kept)).toBe("free");
    expect(told).toEqual([lost]);
  });

  test("that stood still and goes on tells again that its people are free", async () => {
    const id = await freePerson();
    const other = startCopy();
    await other.pass(25);
    expect(await availabilityOf(id)).toBe("off");
    told.length = 0;
    await copy.pass(6);
    expect(await availabilityOf(id)).toBe("free");
    expect(told).toEqual([id]);
  });

  test("that is restarted keeps its people free while they come back to the next one", async () => {
    const id = await freePerson();
    presence.closed(id, "page");
    const next = startCopy();
    await next.pass(3);
    expect(await availabilityOf(id)).toBe("free");
    next.presence.opened(id, "the page again");
    await next.pass(60);
    expect(await availabilityOf(id)).toBe("free");
  });

  test("looks by itself until it is stopped", async () => {
    const id = newPerson();
    await switchTo(id, true);
    presence.opened(id, "page");
    const timers: (() => void | Promise<void>)[] = [];
    const clock = {
      now: () => new Date(0),
      monotonicMs: () => 0,
      after: () => () => {},
      every: (_: number, work: () => void | Promise<void>) => {
        timers.push(work);
        return () => void timers.splice(timers.indexOf(work), 1);
      },
    };
    const stop = startPresence(presence, { clock, log: createLog("silent") });
    for (const work of timers) await work();
    expect(await availabilityOf(id)).toBe("free");
    await stop();
    expect(timers).toEqual([]);
  });
});

describe("a ring", () => {
  test("takes a free consultant, and he is busy until it is over", async () => {
    const [id, call] = [await freePerson(), newCall()];
    expect(await take(id, call)).toBe(true);
    expect(await availabilityOf(id)).toBe("busy");
    await setFree(id, call);
    expect(await availabilityOf(id)).toBe("free");
    expect(told).toEqual([id, id]);
  });

  test("of two clients at once gets him for exactly one", async () => {
    const id = await freePerson();
    for (let round = 0; round < 20; round += 1) {
      const calls = [newCall(), newCall(), newCall()];
      const answers = await Promise.all(calls.map((call) => take(id, call)));
      expect(answers.filter((taken) => taken)).toHaveLength(1);
      await setFree(id, calls[answers.indexOf(true)]);
    }
  });

  test("that is undone leaves him to the one who waited, and tells nobody", async () => {
    const id = await freePerson();
    let second: Promise<boolean> | undefined;
    const undone = database.db.tx(async (tx) => {
      expect(await presence.tryToTake(tx, id, newCall())).toBe(true);
      second = take(id);
      // Long enough for the second one to reach the row and wait for it.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(told).toEqual([]);
      throw new Error("the wallet is empty");
    });
    await expect(undone).rejects.toThrow("wallet");
    expect(await second).toBe(true);
  });

  test("finds nobody when he is off, or nobody ever heard of him", async () => {
    const id = await freePerson();
    await switchTo(id, false);
    expect(await take(id)).toBe(false);
    expect(await take(newPerson())).toBe(false);
  });

  test("sent twice has him once, and lets him go once", async () => {
    const [id, call] = [await freePerson(), newCall()];
    expect(await take(id, call)).toBe(true);
    expect(await take(id, call)).toBe(true);
    expect(await take(id)).toBe(false);
    await setFree(id, call);
    await setFree(id, call);
    expect(await availabilityOf(id)).toBe("free");
  });

  test("that is over does not free him from another call", async () => {
    const [id, call] = [await freePerson(), newCall()];
    await take(id, call);
    await setFree(id, newCall());
    expect(await availabilityOf(id)).toBe("busy");
  });
});

describe("a carrier call of his own", () => {
  test("makes him busy even when he takes no calls, and is never refused", async () => {
    const [id, call] = [newPerson(), newCall()];
    await setBusy(id, call);
    await setBusy(id, call);
    expect(await availabilityOf(id)).toBe("off");
    await switchTo(id, true);
    expect(await availabilityOf(id)).toBe("busy");
    expect(await take(id)).toBe(false);
  });

  test("beside another call keeps him busy until both are over", async () => {
    const [id, bought, own] = [await freePerson(), newCall(), newCall()];
    await take(id, bought);
    await setBusy(id, own);
    await setFree(id, bought);
    expect(await availabilityOf(id)).toBe("busy");
    await setFree(id, own);
    expect(await availabilityOf(id)).toBe("free");
  });
});

test("a person sees and sets his own switch; strangers are asked to sign in", async () => {
  const anna = newPerson();
  const http = createHttp({
    db: database.db,
    log: createLog("silent"),
    behindProxy: false,
    isParty: async () => false,
    identify: async (cookies) => ({ personId: cookies.get("who") === "anna" ? anna : null, roles: [], signInId: null, guestId: null }),
  });
  presenceRoutes(http, presence);
  await http.server.ready();
  const cookie = { cookie: "who=anna" };
  const own = async () => (await http.server.inject({ method: "GET", url: "/api/presence", headers: cookie })).json();
  expect(await own()).toEqual({ takingCalls: false, availability: "off" });
  presence.opened(anna, "page");
  await presence.look();
  const turn = { method: "POST", url: "/api/presence", payload: { takingCalls: true } } as const;
  const turned = await http.server.inject({ ...turn, headers: { ...cookie, "idempotency-key": randomUUID() } });
  expect(turned.json()).toEqual({ takingCalls: true, availability: "free" });
  expect(await own()).toEqual({ takingCalls: true, availability: "free" });
  expect((await http.server.inject({ ...turn, headers: { "idempotency-key": randomUUID() } })).json()).toMatchObject({
    type: "not-signed-in",
  });
  await http.server.close();
});
