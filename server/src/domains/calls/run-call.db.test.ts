import { randomUUID } from "node:crypto";
import type { Side } from "@minuta/contracts/ids";
import { newKeyPair, signerOf } from "@minuta/contracts/signing";
import { commentText } from "@minuta/contracts/statement";
import { describe, expect, test } from "vitest";
import { Browser, callsWorld, heardAll, invite, newPerson, openCall, talk } from "./testing.ts";

const world = callsWorld();

const kindsOf = async (id: Awaited<ReturnType<typeof openCall>>["id"]) =>
  (await world.journal.events(id)).map(({ kind, actor }) => `${actor} ${kind}`);
const act = (browser: Browser, [id, what]: readonly [string, string], body?: object) => browser.send("POST", `calls/${id}/${what}`, body);

describe("a call", () => {
  test("costs the consultant the started minutes and the client nothing, and the client learns nothing of the consultant's wallet", async () => {
    const { id, consultant, guest } = await openCall(world);
    await talk(world, id, 65);
    const asGuest = await act(guest, [id, "end"]);
    expect(asGuest.body.call).toMatchObject({
      state: "settled",
      endReason: "client-ended",
      youPay: false,
      meter: { status: "ended", provenSeconds: 65, billableSeconds: 65, charged: 0, reserved: 0, pricePerMinute: 0, minutesLeft: null },
    });
    expect((await consultant.browser.see(id)).meter).toMatchObject({ charged: 200, reserved: 0, pricePerMinute: 100 });
    expect((await world.ledger.wallet(consultant.id)).balance).toBe(9800n);
    await heardAll(world);
    expect(await kindsOf(id)).toEqual([
      "consultant invited",
      "client joined",
      "client consent-given",
      "client ended",
      "server settled",
      "server charged",
    ]);
  });

  test("is resumed by the one who paused, not by the other; a second click on either changes nothing more", async () => {
    const { id, consultant, guest } = await openCall(world);
    const [one, two] = await Promise.all([act(guest, [id, "pause"]), act(consultant.browser, [id, "pause"])]);
    expect([one.body.call.meter.status, two.body.call.meter.status]).toEqual(["paused", "paused"]);
    expect(one.body.call.meter.pauseEndsAt).toBe(
      new Date((await world.database.db.pool.query("select platform.now() as now")).rows[0].now.getTime() + 15 * 60_000).toISOString(),
    );
    const { pausedBy } = one.body.call.meter;
    expect(two.body.call.meter.pausedBy).toBe(pausedBy);
    const [first, second] = pausedBy === "client" ? [guest, consultant.browser] : [consultant.browser, guest];
    expect((await act(second, [id, "resume"])).body.call.meter).toMatchObject({ status: "paused", pausedBy });
    expect((await act(first, [id, "resume"])).body.call.meter).toMatchObject({ status: "idle", pausedBy: null });
    expect((await act(first, [id, "resume"])).body.call.meter.status).toBe("idle");
    await heardAll(world);
    expect((await kindsOf(id)).slice(3).map((line) => line.split(" ")[1])).toEqual(["paused", "resumed"]);
  });

  test("ended by both at once ends once, and both get the same answer", async () => {
    const { id, consultant, guest } = await openCall(world);
    await talk(world, id, 30);
    const answers = await Promise.all([
      act(guest, [id, "end"]),
      act(consultant.browser, [id, "end"]),
      act(guest, [id, "end"]),
      act(consultant.browser, [id, "end"]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => `${body.call.endReason} ${body.call.endedAt}`)).size).toBe(1);
    expect((await kindsOf(id)).filter((line) => line.endsWith(" ended"))).toHaveLength(1);
    expect((await world.ledger.wallet(consultant.id)).balance).toBe(9900n);
  });

  test("the same command twice is done once: one comment from a double click", async () => {
    const { id, guest } = await openCall(world);
    const browser = guest.withKey(randomUUID());
    const answers = await Promise.all([
      act(browser, [id, "comments"], { text: "Спасибо" }),
      act(browser, [id, "comments"], { text: "Спасибо" }),
    ]);
    expect(answers.map(({ body }) => body.call.comments.length)).toEqual([1, 1]);
    expect((await guest.see(id)).comments).toMatchObject([{ side: "client", text: "Спасибо" }]);
  });

  test("that is over cannot be paused, resumed or put in other words, but commented by both, then and later", async () => {
    const { id, consultant, guest, privateLink } = await openCall(world);
    await act(consultant.browser, [id, "end"]);
    for (const what of ["pause", "resume"])
      expect((await act(guest, [id, what])).body).toMatchObject({ type: "call-not-open", status: 409 });
    expect((await act(guest, [id, "task"], { task: "другое", configuration: null })).body).toMatchObject({ type: "call-not-open" });
    await act(consultant.browser, [id, "comments"], { text: "Исправлен счёт учёта" });
    await world.wait(30 * 24 * 3600);
    const later = new Browser(world);
    await later.send("POST", "calls/private", { token: privateLink.replace("/my/", "") });
    expect((await act(later, [id, "comments"], { text: " Всё работает, спасибо " })).body.call.comments).toMatchObject([
      { side: "consultant", text: "Исправлен счёт учёта" },
      { side: "client", text: "Всё работает, спасибо" },
    ]);
    expect((await kindsOf(id)).slice(-2)).toEqual(["consultant commented", "client commented"]);
  });

  test("a comment with a signature of something else is refused; one with its own is kept with it", async () => {
    const { id, guest } = await openCall(world);
    const { publicKey, sign } = await signerOf(await newKeyPair());
    const say = async (of: { side: Side; text: string }) => {
      const signed = { publicKey, signature: await sign(commentText(id, { ...of, publicKey })) };
      return (await act(guest, [id, "comments"], { text: "Спасибо", signed })).body;
    };
    for (const other of [
      { side: "client", text: "Не помогли" },
      { side: "consultant", text: "Спасибо" },
    ] as const)
      expect(await say(other)).toMatchObject({ type: "invalid-input", facts: { fields: ["signed"] } });
    expect((await guest.see(id)).comments).toEqual([]);
    expect((await say({ side: "client", text: "Спасибо" })).call.comments).toMatchObject([{ side: "client", text: "Спасибо" }]);
  });

  test("a comment that is empty or longer than 4000 characters is refused; what was said cannot be changed in the database either", async () => {
    const { id, guest } = await openCall(world);
    for (const text of ["", " \n ", "ю".repeat(4001)])
      expect((await act(guest, [id, "comments"], { text })).body).toMatchObject({ type: "comment-not-valid", facts: { maxLength: 4000 } });
    expect((await act(guest, [id, "comments"], { text: "ю".repeat(4000) })).status).toBe(200);
    for (const change of ["update calls.comment set body = 'иначе'", "delete from calls.comment", "truncate calls.comment"])
      await expect(world.database.db.pool.query(change)).rejects.toThrow("append-only");
  });

  test("the task can be put in other words by both, and the journal has each of them", async () => {
    const { id, consultant, guest } = await openCall(world);
    await act(guest, [id, "task"], { task: "Не проводится возврат", configuration: "Розница 2.3" });
    const same = await act(consultant.browser, [id, "task"], { task: "Не проводится возврат", configuration: "Розница 2.3" });
    expect(same.body.call).toMatchObject({ task: "Не проводится возврат", configuration: "Розница 2.3" });
    expect((await world.journal.events(id)).filter(({ kind }) => kind === "task-changed")).toMatchObject([
      { actor: "client", facts: { task: "Не проводится возврат", configuration: "Розница 2.3" } },
    ]);
  });

  test("tells both ends to look again after every change", async () => {
    const { id, guest } = await openCall(world);
    world.published.length = 0;
    await act(guest, [id, "pause"]);
    await act(guest, [id, "end"]);
    expect(world.published.filter(([topic]) => topic === `call:${id}`).length).toBeGreaterThanOrEqual(2);
  });

  test("is nobody else's: not seen, not ended, not commented by strangers, with or without an account", async () => {
    const { id } = await openCall(world);
    const stranger = await newPerson(world);
    const otherGuest = (await openCall(world)).guest;
    for (const browser of [new Browser(world), stranger.browser, otherGuest]) {
      expect((await browser.send("GET", `calls/${id}`)).body).toMatchObject({ type: "not-found" });
      expect((await act(browser, [id, "end"])).body).toMatchObject({ type: "not-found" });
      expect((await act(browser, [id, "comments"], { text: "я тут" })).body).toMatchObject({ type: "not-found" });
      expect((await browser.send("GET", `journal/${id}`)).body).toMatchObject({ type: "not-found" });
    }
  });
});

describe("the history", () => {
  test("has a person's calls on both sides, newest first, page by page, with the time and what it cost him", async () => {
    const [anna, boris] = [await newPerson(world), await newPerson(world, { name: "Борис Орлов" })];
    const ids: string[] = [];
    for (const [host, client] of [
      [anna, new Browser(world)],
      [boris, anna.browser],
      [anna, boris.browser],
    ] as const)
      ids.push((await client.join((await invite(host)).token)).body.callId);
    await talk(world, ids[0] as never, 61);
    await act(anna.browser, [ids[0]!, "end"]);
    const first = (await anna.browser.send("GET", "calls?limit=2")).body;
    expect(first.calls).toMatchObject([
      { id: ids[2], side: "consultant" },
      { id: ids[1], side: "client", youPay: false, charged: 0 },
    ]);
    const second = (await anna.browser.send("GET", `calls?limit=2&before=${first.next}`)).body;
    expect(second).toMatchObject({
      calls: [{ id: ids[0], billableSeconds: 61, charged: 200, youPay: true, state: "settled" }],
      next: null,
    });
    expect((await anna.browser.send("GET", "calls?side=client")).body.calls.map((call: { id: string }) => call.id)).toEqual([ids[1]]);
    expect((await anna.browser.send("GET", "calls?before=x")).body).toMatchObject({ type: "invalid-input" });
  });
});
