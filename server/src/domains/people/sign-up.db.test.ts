import { describe, expect, test } from "vitest";
import { Browser, freshEmail, mailsTo, newestMailTo, PASSWORD, peopleWorld, signedUp, tokenIn } from "./testing.ts";

const world = peopleWorld();

describe("signing up", () => {
  test("makes a person when the link in the mail is followed, and signs the browser in by a cookie no script can read", async () => {
    const { browser, email } = await signedUp(world);
    expect(browser.setCookie).toMatch(/^__Host-minuta=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(await browser.me()).toMatchObject({
      email,
      name: "Пётр Иванов",
      firm: null,
      inn: null,
      verified: false,
      locale: "ru",
      roles: [],
      ownRateKopecks: null,
    });
  });

  test("by a link works once", async () => {
    const { email } = await signedUp(world);
    const again = await new Browser(world).send("POST", "confirm", {
      token: tokenIn((await mailsTo(world, email))[0]!.text),
      password: PASSWORD,
    });
    expect(again).toMatchObject({ status: 410, body: { type: "token-not-valid" } });
  });

  test("by a link a day old does not work", async () => {
    const email = freshEmail();
    await new Browser(world).askSignUp(email);
    const { text } = await newestMailTo(world, email);
    await world.database.advanceClock(24 * 3600);
    expect(await new Browser(world).send("POST", "confirm", { token: tokenIn(text), password: PASSWORD })).toMatchObject({
      body: { type: "token-not-valid" },
    });
  });

  test("answers alike for a known and an unknown e-mail; the known one is told by mail and keeps its password", async () => {
    const { email } = await signedUp(world);
    const [known, unknown] = [
      await new Browser(world).askSignUp(email, "другой пароль совсем"),
      await new Browser(world).askSignUp(freshEmail(), "другой пароль совсем"),
    ];
    expect(known.status).toBe(200);
    expect(known.body).toEqual(unknown.body);
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    const told = await newestMailTo(world, email, 2);
    expect(told.subject).toBe("Вы уже зарегистрированы в Минуте");
    expect(told.text).not.toContain("token");
    expect((await new Browser(world).signIn(email)).status).toBe(200);
  });

  test("gives no way to find out whether an e-mail has an account: signing in before confirming answers alike for both", async () => {
    const { email: known } = await signedUp(world);
    const unknown = freshEmail();
    const guess = "пароль постороннего человека";
    await new Browser(world).askSignUp(known, guess);
    await new Browser(world).askSignUp(unknown, guess);
    const answers = [await new Browser(world).signIn(known, guess), await new Browser(world).signIn(unknown, guess)];
    for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { type: "email-not-confirmed" } });
    for (const email of [known, unknown])
      expect(await new Browser(world).signIn(email, "ни тот ни другой")).toMatchObject({
        status: 401,
        body: { type: "email-or-password-wrong" },
      });
  });

  test("twice with one address: the link followed first decides, the other is worth nothing", async () => {
    const email = freshEmail();
    await new Browser(world).askSignUp(email, "первый пароль здесь");
    const first = tokenIn((await newestMailTo(world, email)).text);
    await new Browser(world).askSignUp(email, "второй пароль здесь");
    const second = tokenIn((await newestMailTo(world, email, 2)).text);
    const passwords = ["первый пароль здесь", "второй пароль здесь"];
    const answers = await Promise.all(
      [first, second].map((token, n) => new Browser(world).send("POST", "confirm", { token, password: passwords[n] })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 410]);
    const entries = await Promise.all(passwords.map((password) => new Browser(world).signIn(email, password)));
    expect(entries.map(({ body }) => body.type ?? "in").toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["email-or-password-wrong", "in"]);
  });

  test("of somebody whose address a stranger used right after him makes his own account, whichever letter he opens", async () => {
    const email = freshEmail();
    await new Browser(world).askSignUp(email, "мой собственный пароль");
    await new Browser(world).askSignUp(email, "пароль постороннего человека");
    const token = tokenIn((await newestMailTo(world, email, 2)).text);
    const owner = new Browser(world);
    const mistyped = await owner.send("POST", "confirm", { token, password: "не тот пароль" });
    expect(mistyped).toMatchObject({ status: 401, body: { type: "email-or-password-wrong" } });
    expect((await owner.send("POST", "confirm", { token, password: "мой собственный пароль" })).status).toBe(200);
    expect((await new Browser(world).signIn(email, "пароль постороннего человека")).body.type).toBe("email-or-password-wrong");
    expect((await new Browser(world).signIn(email, "мой собственный пароль")).status).toBe(200);
  });

  test("writes nothing of what a stranger typed into the mail", async () => {
    const email = freshEmail();
    await new Browser(world).send("POST", "sign-up", { email, password: PASSWORD, name: "Приз! https://evil.example", locale: "en" });
    const { text, subject } = await newestMailTo(world, email);
    expect(subject).toBe("Confirm your address for Minuta");
    expect(text).toContain("https://minuta.example/confirm?token=");
    expect(text).not.toContain("evil");
  });

  test("with a password everybody would try is refused and mails nobody", async () => {
    const email = freshEmail();
    expect(await new Browser(world).askSignUp(email, "Password2026")).toMatchObject({
      status: 422,
      body: { type: "password-too-weak", facts: { minLength: 10 } },
    });
    expect(await mailsTo(world, email)).toHaveLength(0);
  });

  test("the sixth time within an hour with one address waits, from wherever it is asked", async () => {
    const email = freshEmail();
    for (let n = 0; n < 5; n += 1) expect((await new Browser(world).askSignUp(email)).status).toBe(200);
    const waits = await new Browser(world).askSignUp(email);
    expect(waits).toMatchObject({ status: 429, body: { type: "too-many-attempts" } });
    expect(Number(waits.headers["retry-after"])).toBeGreaterThan(0);
  });
});
