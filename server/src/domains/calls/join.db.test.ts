import { CONSENT_VERSION } from "@minuta/contracts/consent";
import { callId } from "@minuta/contracts/ids";
import { describe, expect, test } from "vitest";
import { Browser, callsWorld, invite, newPerson, openCall, topUp } from "./testing.ts";

const world = callsWorld();

describe("joining by a link", () => {
  test("opens the call for both, tells the consultant, and gives the guest a cookie and a private link", async () => {
    const anna = await newPerson(world);
    const invitation = await invite(anna);
    const guest = new Browser(world);
    const { status, body, headers } = await guest.join(invitation.token, { organisation: " ООО «Ромашка» ", inn: "7707083893" });
    expect(status).toBe(200);
    expect(body.privateLink).toMatch(/^\/my\/[\w-]{43}$/);
    expect(String(headers["set-cookie"])).toMatch(/^__Host-minuta-guest=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(world.published).toContainEqual([
      `person:${anna.id}`,
      { t: "invitation-joined", invitationId: invitation.id, callId: body.callId },
    ]);
    expect(world.published).toContainEqual([`call:${body.callId}`, { t: "call-changed", callId: body.callId }]);
    expect(await guest.see(body.callId)).toMatchObject({
      state: "open",
      side: "client",
      youPay: false,
      flags: [],
      task: "Не проводится реализация",
      client: { name: "Ольга Петрова", organisation: "ООО «Ромашка»", inn: "7707083893", email: null, emailConfirmed: false },
    });
    expect(await anna.browser.see(body.callId)).toMatchObject({
      side: "consultant",
      youPay: true,
      meter: { status: "idle", charged: 0, pricePerMinute: 100 },
    });
  });

  test("by the same guest again leads to the same call, by anybody else to a refusal", async () => {
    const anna = await newPerson(world);
    const { token } = await invite(anna);
    const guest = new Browser(world);
    const first = (await guest.join(token)).body;
    expect((await guest.join(token)).body.callId).toBe(first.callId);
    expect((await guest.viewInvitation(token)).body.invitation.callId).toBe(first.callId);
    const stranger = new Browser(world);
    expect((await stranger.viewInvitation(token)).body).toMatchObject({ type: "invitation-used", status: 410 });
    expect((await stranger.joinAtOnce(token)).body).toMatchObject({ type: "invitation-used" });
    expect((await stranger.send("GET", `calls/${first.callId}`)).body).toMatchObject({ type: "not-found" });
  });

  test("by two at once: exactly one wins", async () => {
    const { token } = await invite(await newPerson(world));
    const guests = Array.from({ length: 6 }, () => new Browser(world));
    await Promise.all(guests.map((guest) => guest.viewInvitation(token)));
    const answers = await Promise.all(guests.map((guest) => guest.joinAtOnce(token)));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 410, 410, 410, 410, 410]);
  });

  test("with a double click is one call, although the first answer has brought no cookie yet", async () => {
    const { token } = await invite(await newPerson(world));
    const guest = new Browser(world);
    await guest.viewInvitation(token);
    const [one, two] = await Promise.all([guest.joinAtOnce(token), guest.joinAtOnce(token)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.callId).toBe(two.body.callId);
    expect((await guest.see(one.body.callId)).side).toBe("client");
  });

  test("again after the answer was lost on its way: the page shows the invitation as before, and joining leads to the same call", async () => {
    const { token } = await invite(await newPerson(world));
    const guest = new Browser(world);
    const { callId: first } = (await guest.join(token)).body;
    guest.cookies.delete("__Host-minuta-guest");
    expect((await guest.viewInvitation(token)).body.invitation).toMatchObject({ token, callId: null });
    expect((await guest.joinAtOnce(token)).body.callId).toBe(first);
    expect((await guest.see(first)).side).toBe("client");
  });

  test("with a wrong INN or a name of blanks is refused and uses nothing up", async () => {
    const { token } = await invite(await newPerson(world));
    const guest = new Browser(world);
    expect((await guest.join(token, { inn: "7707083894" })).body).toMatchObject({ type: "inn-not-valid", status: 422 });
    expect((await guest.join(token, { name: "\u0000\u0007\u0001" })).body).toMatchObject({
      type: "invalid-input",
      facts: { fields: ["guest.name"] },
    });
    expect((await guest.join(token)).status).toBe(200);
  });

  test("the journal keeps the very words the client agreed to; consent to unknown words is none", async () => {
    const { token } = await invite(await newPerson(world));
    const guest = new Browser(world);
    const asked = { token, guest: { name: "Ольга Петрова", organisation: null, inn: null, email: null } };
    const unknown = await guest.send("POST", "calls/join", { ...asked, consent: "join-1999" });
    expect(unknown.body).toMatchObject({ type: "invalid-input", facts: { fields: ["consent"] } });
    const { callId: id } = (await guest.send("POST", "calls/join", { ...asked, consent: CONSENT_VERSION })).body;
    const given = (await world.journal.events(callId.parse(id))).find(({ kind }) => kind === "consent-given");
    expect(given).toMatchObject({
      actor: "client",
      facts: { version: CONSENT_VERSION, texts: { ru: expect.stringContaining("журнал звонка") } },
    });
  });

  test("when the consultant's wallet was emptied meanwhile: the client is told kindly, the consultant why, and the link still works after a top-up", async () => {
    const anna = await newPerson(world, { roubles: 1 });
    const [first, second] = [await invite(anna), await invite(anna)];
    expect((await new Browser(world).join(first.token)).status).toBe(200);
    const guest = new Browser(world);
    const refused = await guest.join(second.token);
    expect(refused.body).toEqual({ type: "consultant-not-ready", status: 409, title: expect.any(String), facts: {} });
    expect(world.published).toContainEqual([`person:${anna.id}`, { t: "wallet-empty" }]);
    await topUp(world, anna.id, 100);
    expect((await guest.join(second.token)).status).toBe(200);
  });

  test("signed in: the client is the person himself, identified by his account", async () => {
    const [anna, boris] = [await newPerson(world), await newPerson(world, { name: "Борис Орлов" })];
    const { body } = await boris.browser.join((await invite(anna)).token);
    expect(body.privateLink).toBe(`/call/${body.callId}`);
    expect(await boris.browser.see(body.callId)).toMatchObject({
      side: "client",
      client: { guestId: null, name: "Борис Орлов", emailConfirmed: true, email: null },
    });
    expect(boris.browser.cookies.has("__Host-minuta-guest")).toBe(false);
  });
});

describe("for fairness it is written down", () => {
  test("that the consultant joined his own link: he is the client in that browser and the consultant in his other one", async () => {
    const anna = await newPerson(world);
    const elsewhere = new Browser(world);
    elsewhere.cookies.set("person", anna.id);
    const { body } = await elsewhere.join((await invite(anna)).token);
    expect(await elsewhere.see(body.callId)).toMatchObject({ side: "client", flags: ["own-link"] });
    expect(await anna.browser.see(body.callId)).toMatchObject({ side: "consultant", flags: ["own-link"] });
    const events = await world.journal.events(callId.parse(body.callId));
    expect(events.find(({ kind }) => kind === "flagged")?.facts).toEqual({ flags: ["own-link"] });
  });

  test("that both ends came from one address, and from one browser", async () => {
    const anna = await newPerson(world);
    await anna.browser.send("GET", "calls/invitations");
    const neighbour = new Browser(world, anna.browser.address);
    expect((await neighbour.see((await neighbour.join((await invite(anna)).token)).body.callId)).flags).toEqual(["same-address"]);
    const { token } = await invite(anna);
    anna.browser.cookies.delete("person");
    expect((await anna.browser.see((await anna.browser.join(token)).body.callId)).flags).toEqual(["same-address", "same-device"]);
  });
});

describe("a private link", () => {
  test("opens the call in another browser; a changed one opens nothing", async () => {
    const { id, privateLink } = await openCall(world);
    const token = privateLink.replace("/my/", "");
    const atHome = new Browser(world);
    expect((await atHome.send("POST", "calls/private", { token })).body).toEqual({ callId: id });
    expect((await atHome.see(id)).side).toBe("client");
    const wrong = token.replace(/^./, (first) => (first === "A" ? "B" : "A"));
    expect((await new Browser(world).send("POST", "calls/private", { token: wrong })).body).toMatchObject({ type: "token-not-valid" });
  });

  test("is no cookie, and a cookie is no link: neither is kept in clear", async () => {
    const { id, guest, privateLink } = await openCall(world);
    const forger = new Browser(world);
    forger.cookies.set("__Host-minuta-guest", privateLink.replace("/my/", ""));
    expect((await forger.send("GET", `calls/${id}`)).status).toBe(404);
    const cookie = guest.cookies.get("__Host-minuta-guest")!;
    expect((await forger.send("POST", "calls/private", { token: cookie })).body).toMatchObject({ type: "token-not-valid" });
    const { rows } = await world.database.db.pool.query("select string_agg(t::text, ' ') as everything from calls.guest_token t");
    expect(rows[0].everything).not.toContain(cookie);
  });
});
