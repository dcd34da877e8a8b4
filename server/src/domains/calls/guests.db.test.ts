import type { CallId, Side } from "@minuta/contracts/ids";
import { headFits } from "@minuta/contracts/protocol-head";
import { fingerprintOf, newKeyPair, signerOf } from "@minuta/contracts/signing";
import { callKeyText } from "@minuta/contracts/statement";
import { describe, expect, test } from "vitest";
import { emit } from "#platform/events";
import { GUEST_COOKIE } from "./index.ts";
import { Browser, callsWorld, heardAll, invite, newPerson, openCall, protocolOf, type Consultant } from "./testing.ts";

const world = callsWorld();

const codeIn = (text: string): string => /\b(\d{6})\b/.exec(text)![1]!;
const askCode = (browser: Browser, callId: string, email: string) => browser.send("POST", `calls/${callId}/guest-email`, { email });
const confirm = (browser: Browser, callId: string, code: string) => browser.send("POST", `calls/${callId}/guest-email/confirm`, { code });

async function confirmed(browser: Browser, callId: string, email: string) {
  await askCode(browser, callId, email);
  return confirm(browser, callId, codeIn(world.mails.at(-1)!.text));
}
async function joined(consultant: Consultant, browser: Browser, guest: object = {}): Promise<CallId> {
  return (await browser.join((await invite(consultant)).token, guest)).body.callId;
}
const bookOf = async ({ browser }: Consultant) => (await browser.send("GET", "calls/clients")).body.clients;

describe("a guest who has an account, or gets one", () => {
  const signUpAs = async (email: string) => {
    const person = await newPerson(world, { name: "Ольга Петрова" });
    await world.database.db.tx((tx) => emit(tx, [{ topic: "people.signed_up", queue: person.id, body: { personId: person.id, email } }]));
    return person;
  };
  const historyOf = async (browser: Browser): Promise<string[]> =>
    (await browser.send("GET", "calls?side=client")).body.calls.map(({ id }: { id: string }) => id);

  test("finds the calls of his confirmed e-mail in his history, and is a party of them; nobody else is", async () => {
    const { id, guest } = await openCall(world);
    const unconfirmed = await openCall(world, { email: "claims1@example.org" });
    await confirmed(guest, id, "claims1@example.org");
    const person = await signUpAs("claims1@example.org");
    await expect.poll(() => historyOf(person.browser)).toEqual([id]);
    expect((await person.browser.see(id)).side).toBe("client");
    expect((await person.browser.send("GET", `calls/${unconfirmed.id}`)).status).toBe(404);
    const stranger = await newPerson(world);
    expect((await stranger.browser.send("GET", `calls/${id}`)).status).toBe(404);
  });

  test("takes them into his cabinet from the browser of the guest, or by the private link; a second person cannot", async () => {
    const { id, guest } = await openCall(world);
    const person = await newPerson(world);
    expect((await person.browser.send("POST", "calls/claim")).body.type).toBe("not-allowed");
    const guestCookie = guest.cookies.get(GUEST_COOKIE)!;
    person.browser.cookies.set(GUEST_COOKIE, guestCookie);
    expect((await person.browser.send("POST", "calls/claim")).status).toBe(200);
    expect(person.browser.cookies.get(GUEST_COOKIE) ?? "", "the browser stands for the person alone").toBe("");
    person.browser.cookies.delete(GUEST_COOKIE);
    expect(await historyOf(person.browser)).toEqual([id]);
    expect((await person.browser.send("POST", `calls/${id}/comments`, { text: "Спасибо" })).status).toBe(200);
    const other = await newPerson(world);
    other.browser.cookies.set(GUEST_COOKIE, guestCookie);
    expect((await other.browser.send("POST", "calls/claim")).body.type).toBe("not-allowed");
  });
});

describe("a guest's e-mail", () => {
  test("is confirmed by the six digits mailed to it; then both see an identified client, and the guest has the private link by mail", async () => {
    const { id, guest, consultant } = await openCall(world, { email: "olga1@example.org" });
    expect((await guest.see(id)).client).toMatchObject({ email: "olga1@example.org", emailConfirmed: false });
    const answer = await confirmed(guest, id, "olga1@example.org");
    expect(answer.body.client).toMatchObject({ name: "Ольга Петрова", email: "olga1@example.org", emailConfirmed: true });
    expect((await consultant.browser.see(id)).client.emailConfirmed).toBe(true);
    const mail = world.mails.at(-1)!;
    expect(mail.to).toBe("olga1@example.org");
    const link = /https:\/\/minuta\.example\/my\/([\w-]{43})/.exec(mail.text)![1]!;
    expect((await new Browser(world).send("POST", "calls/private", { token: link })).body).toEqual({ callId: id });
    expect((await world.journal.events(id)).at(-1)).toMatchObject({
      actor: "client",
      kind: "email-confirmed",
      facts: { email: "olga1@example.org" },
    });
    await guest.send("POST", `calls/${id}/end`);
    expect(headFits((await protocolOf(world, id)).protocol)).toBeNull();
    await confirmed(guest, id, "olga1-later@example.org");
    const { protocol } = await protocolOf(world, id);
    expect(protocol.call.client.email).toBe("olga1-later@example.org");
    expect(headFits(protocol), "bound by the event of the confirmation").toBeNull();
    const other = { ...protocol.call, client: { ...protocol.call.client, email: "boss1@example.org" } };
    expect(headFits({ ...protocol, call: other })).toMatch(/^event/);
  });

  test("gets the fingerprint of each key the client's browser signs with, whether it was confirmed before the key came or after", async () => {
    const { id, guest, consultant } = await openCall(world);
    const show = async (side: Side, callId = id): Promise<string> => {
      const signer = await signerOf(await newKeyPair());
      const { publicKey } = signer;
      const signature = await signer.sign(callKeyText(callId, { side, publicKey }));
      expect(
        await world.journal.witness.showKey(callId, {
          side,
          caller: { personId: null, agent: "Firefox", address: "203.0.113.9" },
          publicKey,
          signature,
        }),
      ).not.toBeNull();
      await heardAll(world);
      return fingerprintOf(publicKey);
    };
    const early = [await show("client"), await show("client")];
    expect(world.mails, "an address that is not confirmed may be anybody's").toEqual([]);
    await confirmed(guest, id, "olga10@example.org");
    for (const fingerprint of early) expect(world.mails.at(-1)!.text).toContain(fingerprint);
    const late = await show("client");
    expect(world.mails.at(-1)).toMatchObject({ to: "olga10@example.org", text: expect.stringContaining(late) });
    expect(world.mails.at(-1)!.text).toContain("Раньше в этом звонке подписывал другой браузер");
    const mailed = world.mails.length;
    await show("consultant");
    expect(world.mails, "nor is every key of everybody his affair").toHaveLength(mailed);

    const next = await joined(consultant, guest, { email: "olga10@example.org" });
    expect((await guest.see(next)).client.emailConfirmed, "known from the call before").toBe(true);
    const own = await show("client", next);
    expect(world.mails.at(-1)!.text).toContain(own);
    expect(world.mails.at(-1)!.text, "one key a call is the rule").toContain("Если вы сейчас не в этом звонке");
  });

  test("is not confirmed by guessing: five wrong codes use up the code, a new one starts anew, an old one is dead", async () => {
    const { id, guest } = await openCall(world);
    await askCode(guest, id, "olga2@example.org");
    const first = codeIn(world.mails.at(-1)!.text);
    const wrong = first === "000000" ? "000001" : "000000";
    const left = [];
    for (let guess = 0; guess < 6; guess += 1) left.push((await confirm(guest, id, wrong)).body.facts.attemptsLeft);
    expect(left).toEqual([4, 3, 2, 1, 0, 0]);
    expect((await confirm(guest, id, first)).body).toMatchObject({ type: "confirmation-code-wrong", facts: { attemptsLeft: 0 } });
    await askCode(guest, id, "olga2@example.org");
    const second = codeIn(world.mails.at(-1)!.text);
    await world.wait(16 * 60);
    expect((await confirm(guest, id, second)).body.type).toBe("confirmation-code-wrong");
    expect((await guest.see(id)).client.emailConfirmed).toBe(false);
  });

  test("is the guest's to confirm, not the consultant's; and one address gets few codes, whoever asks", async () => {
    const { id, consultant } = await openCall(world);
    expect((await askCode(consultant.browser, id, "olga3@example.org")).body).toMatchObject({ type: "not-allowed" });
    const answers = [];
    for (let call = 0; call < 6; call += 1) {
      const other = await openCall(world);
      answers.push((await askCode(other.guest, other.id, "victim@example.org")).status);
    }
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("is mailed at most ten times a day to one address, however patiently it is asked for", async () => {
    const { guest, id } = await openCall(world);
    const answers = [];
    for (let code = 0; code < 11; code += 1) {
      // As if an hour had passed.
      await world.database.db.pool.query("delete from platform.attempt where what = 'calls.guest_email' or what like 'POST %'");
      answers.push((await askCode(guest, id, "patient@example.org")).status);
    }
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  });
});

describe("the client book", () => {
  test("has one entry for a guest who comes back with his cookie, under his last name, with calls and minutes", async () => {
    const anna = await newPerson(world);
    const guest = new Browser(world);
    await joined(anna, guest);
    const second = await joined(anna, guest, { name: "Ольга Сергеевна", organisation: "ООО «Ромашка»" });
    const book = await bookOf(anna);
    expect(book).toMatchObject([
      { calls: 2, lastCallId: second, note: "", client: { name: "Ольга Сергеевна", organisation: "ООО «Ромашка»" } },
    ]);
    expect(book[0].client.guestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("joins two entries, with their notes, when the same e-mail is confirmed in another browser", async () => {
    const anna = await newPerson(world);
    const [office, home] = [new Browser(world), new Browser(world)];
    const first = await joined(anna, office);
    const second = await joined(anna, home, { name: "Оля" });
    const [atHome, atOffice] = await bookOf(anna);
    await anna.browser.send("PATCH", `calls/clients/${atOffice.client.guestId}`, { note: "любит, когда объясняют" });
    await anna.browser.send("PATCH", `calls/clients/${atHome.client.guestId}`, { note: "звонит по вечерам" });
    await confirmed(office, first, "olga5@example.org");
    expect(await bookOf(anna)).toHaveLength(2);
    await confirmed(home, second, "olga5@example.org");
    const book = await bookOf(anna);
    expect(book).toMatchObject([
      { calls: 2, note: "любит, когда объясняют\nзвонит по вечерам", client: { guestId: atOffice.client.guestId } },
    ]);
    // Either browser now reaches both calls: it is one guest.
    expect((await office.see(second)).side).toBe("client");
    expect((await home.see(first)).side).toBe("client");
  });

  test("does not join two people of one browser: another address confirmed in it stands for that call only", async () => {
    const anna = await newPerson(world);
    const [shared, own] = [new Browser(world), new Browser(world)];
    await confirmed(shared, await joined(anna, shared), "olga6@example.org");
    const igors = await joined(anna, own, { name: "Игорь" });
    await confirmed(own, igors, "igor6@example.org");
    const borrowed = await joined(anna, shared, { name: "Игорь" });
    await confirmed(shared, borrowed, "igor6@example.org");
    expect((await shared.see(borrowed)).client).toMatchObject({ email: "igor6@example.org", emailConfirmed: true });
    expect((await shared.send("GET", `calls/${igors}`)).status).toBe(404);
    expect(await bookOf(anna)).toHaveLength(2);
  });

  test("a known guest who names his confirmed address again need not confirm it again; another address he must", async () => {
    const anna = await newPerson(world);
    const guest = new Browser(world);
    await confirmed(guest, await joined(anna, guest), "olga7@example.org");
    expect((await guest.see(await joined(anna, guest, { email: "olga7@example.org" }))).client.emailConfirmed).toBe(true);
    expect((await guest.see(await joined(anna, guest, { email: "boss7@example.org" }))).client.emailConfirmed).toBe(false);
  });

  test("takes notes on one's own clients only", async () => {
    const { consultant } = await openCall(world);
    const [{ client }] = await bookOf(consultant);
    const other = await newPerson(world);
    expect((await other.browser.send("PATCH", `calls/clients/${client.guestId}`, { note: "чужой" })).body).toMatchObject({
      type: "not-found",
    });
    expect(await bookOf(consultant)).toMatchObject([{ note: "" }]);
  });

  test("names clients with an account, and not the consultant himself when he tried his own link", async () => {
    const [anna, boris] = [await newPerson(world), await newPerson(world, { name: "Борис Орлов" })];
    await joined(anna, boris.browser);
    await joined(anna, anna.browser);
    expect(await bookOf(anna)).toMatchObject([{ calls: 1, client: { guestId: null, name: "Борис Орлов", emailConfirmed: true } }]);
  });
});
