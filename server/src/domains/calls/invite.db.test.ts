import { describe, expect, test } from "vitest";
import { Browser, callsWorld, invite, newPerson, openCall } from "./testing.ts";

const world = callsWorld();

describe("an invitation", () => {
  test("is a link its owner sees again, and nobody else", async () => {
    const [anna, igor] = [await newPerson(world), await newPerson(world)];
    const { token } = await invite(anna);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await anna.browser.send("GET", "calls/invitations")).body.invitations).toMatchObject([
      { token, code: null, task: "Не проводится реализация", ownRateKopecks: 2000 },
    ]);
    expect((await igor.browser.send("GET", "calls/invitations")).body.invitations).toEqual([]);
    expect((await new Browser(world).send("GET", "calls/invitations")).body).toMatchObject({ type: "not-signed-in" });
  });

  test("tells a stranger who invites and what for, before he joins", async () => {
    const { token } = await invite(await newPerson(world));
    const { body } = await new Browser(world).viewInvitation(token);
    expect(body.invitation).toEqual({
      token,
      task: "Не проводится реализация",
      configuration: "Бухгалтерия 3.0",
      ownRateKopecks: 2000,
      callId: null,
      consultant: { name: "Анна Смирнова", firm: "ИП Смирнова", inn: "7707083893", verified: false },
    });
  });

  test("is refused while the wallet has not enough for the first minutes", async () => {
    const poor = await newPerson(world, { roubles: 0 });
    const answer = await poor.browser.send("POST", "calls/invitations", { task: "", configuration: null, ownRateKopecks: null });
    expect(answer).toMatchObject({ status: 402, body: { type: "wallet-empty", facts: { freeKopecks: 0 } } });
  });

  test("asked for twice with one command id is one invitation", async () => {
    const anna = await newPerson(world);
    const asked = { task: "", configuration: null, ownRateKopecks: null };
    const browser = anna.browser.withKey("0198c0de-0000-4000-8000-000000000001");
    const [one, two] = await Promise.all([
      browser.send("POST", "calls/invitations", asked),
      browser.send("POST", "calls/invitations", asked),
    ]);
    expect(one.body).toEqual(two.body);
    expect((await anna.browser.send("GET", "calls/invitations")).body.invitations).toHaveLength(1);
  });

  test("with letters that cannot be printed in the task keeps the rest", async () => {
    const { token } = await invite(await newPerson(world), { task: "Не\u0000 проводится \u202Eреализация \uD800" });
    expect((await new Browser(world).viewInvitation(token)).body.invitation.task).toBe("Не проводится реализация \uFFFD");
  });

  test("leads nowhere after a week, and after it was withdrawn; an unknown one never did", async () => {
    const anna = await newPerson(world);
    const [late, withdrawn] = [await invite(anna), await invite(anna)];
    expect((await anna.browser.send("DELETE", `calls/invitations/${withdrawn.id}`)).status).toBe(200);
    expect((await anna.browser.send("DELETE", `calls/invitations/${withdrawn.id}`)).status).toBe(200);
    const guest = new Browser(world);
    expect((await guest.viewInvitation(withdrawn.token)).body).toMatchObject({ type: "invitation-expired" });
    expect((await guest.joinAtOnce(withdrawn.token)).body).toMatchObject({ type: "invitation-expired" });
    await world.wait(7 * 24 * 3600 + 1);
    expect((await guest.joinAtOnce(late.token)).body).toMatchObject({ type: "invitation-expired" });
    expect((await guest.joinAtOnce("A".repeat(43))).body).toMatchObject({ type: "invitation-unknown" });
    expect((await anna.browser.send("GET", "calls/invitations")).body.invitations).toEqual([]);
  });

  test("is withdrawn by its owner only, and not once it was used", async () => {
    const [anna, igor] = [await newPerson(world), await newPerson(world)];
    const { id, token } = await invite(anna);
    expect((await igor.browser.send("DELETE", `calls/invitations/${id}`)).body).toMatchObject({ type: "not-found" });
    await new Browser(world).join(token);
    expect((await anna.browser.send("DELETE", `calls/invitations/${id}`)).body).toMatchObject({ type: "invitation-used" });
  });
});

describe("a code", () => {
  const newCode = async (consultant: Awaited<ReturnType<typeof newPerson>>, id: string): Promise<string> =>
    (await consultant.browser.send("POST", `calls/invitations/${id}/code`)).body.invitation.code;
  const find = (browser: Browser, code: string) => browser.send("POST", "calls/invitations/find", { code });

  test("of nine digits stands for the link, typed with or without blanks", async () => {
    const anna = await newPerson(world);
    const { id, token } = await invite(anna);
    const code = await newCode(anna, id);
    expect(code).toMatch(/^\d{9}$/);
    const typed = `${code.slice(0, 3)} ${code.slice(3, 6)}-${code.slice(6)}`;
    expect((await find(new Browser(world), typed)).body.invitation).toMatchObject({ token, callId: null });
  });

  test("works for ten minutes, until a newer one is made, and until the invitation is used; then it is answered like a wrong one", async () => {
    const anna = await newPerson(world);
    const { id, token } = await invite(anna);
    const wrong = (await find(new Browser(world), "000000000")).body;
    expect(wrong).toMatchObject({ type: "code-unknown", status: 404 });
    const first = await newCode(anna, id);
    const second = await newCode(anna, id);
    expect((await find(new Browser(world), first)).body).toEqual(wrong);
    await world.wait(9 * 60);
    expect((await find(new Browser(world), second)).status).toBe(200);
    await world.wait(61);
    expect((await find(new Browser(world), second)).body).toEqual(wrong);
    const third = await newCode(anna, id);
    await new Browser(world).join(token);
    expect((await find(new Browser(world), third)).body).toEqual(wrong);
  });

  test("is made by the owner of a link that still works", async () => {
    const { consultant } = await openCall(world);
    const used = (await consultant.browser.send("GET", "calls/invitations")).body.invitations[0];
    expect((await consultant.browser.send("POST", `calls/invitations/${used.id}/code`)).body).toMatchObject({ type: "invitation-used" });
    const other = await newPerson(world);
    expect((await other.browser.send("POST", `calls/invitations/${used.id}/code`)).body).toMatchObject({ type: "not-found" });
  });

  test("guessed too often from one address is not answered any more", async () => {
    const guesser = new Browser(world);
    const answers = [];
    for (let guess = 0; guess < 11; guess += 1) answers.push((await find(guesser, String(100_000_000 + guess))).body.type);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => "code-unknown"), "too-many-attempts"]);
  });
});
