import { describe, expect, test } from "vitest";
import { Browser, freshEmail, newestMailTo, peopleWorld, signedUp, tokenIn } from "./testing.ts";

const world = peopleWorld();

describe("a forgotten password", () => {
  test("is set anew by a link that works once, ends all other sign-ins and tells the owner", async () => {
    const { browser, email } = await signedUp(world);
    const forgetful = new Browser(world);
    await forgetful.send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(world, email, 2)).text);
    const set = await forgetful.send("POST", "reset", { token, password: "новый пароль навсегда" });
    expect(set).toMatchObject({ status: 200, body: { person: { email } } });

    expect(await browser.me()).toBeNull();
    expect(world.published.filter(([topic]) => topic.startsWith("sign-in:"))).toHaveLength(1);
    expect((await forgetful.me()).email).toBe(email);
    expect((await new Browser(world).signIn(email)).status).toBe(401);
    expect((await new Browser(world).signIn(email, "новый пароль навсегда")).status).toBe(200);
    expect((await newestMailTo(world, email, 3)).subject).toBe("Пароль в Минуте изменён");
    expect(await forgetful.send("POST", "reset", { token, password: "ещё один пароль" })).toMatchObject({
      status: 410,
      body: { type: "token-not-valid" },
    });
  });

  test("asked for twice: using one link ends the other", async () => {
    const { email } = await signedUp(world);
    const browser = new Browser(world);
    await browser.send("POST", "reset-request", { email });
    const first = tokenIn((await newestMailTo(world, email, 2)).text);
    await browser.send("POST", "reset-request", { email });
    const second = tokenIn((await newestMailTo(world, email, 3)).text);
    expect((await browser.send("POST", "reset", { token: second, password: "новый пароль навсегда" })).status).toBe(200);
    expect((await browser.send("POST", "reset", { token: first, password: "новый пароль навсегда" })).status).toBe(410);
  });

  test("cannot be set by a link an hour old", async () => {
    const { email } = await signedUp(world);
    await new Browser(world).send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(world, email, 2)).text);
    await world.database.advanceClock(3600);
    expect((await new Browser(world).send("POST", "reset", { token, password: "новый пароль навсегда" })).body.type).toBe(
      "token-not-valid",
    );
  });

  test("is not spent by a weak choice: the link still works with a better one", async () => {
    const { email } = await signedUp(world);
    await new Browser(world).send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(world, email, 2)).text);
    expect((await new Browser(world).send("POST", "reset", { token, password: email })).body.type).toBe("password-too-weak");
    expect((await new Browser(world).send("POST", "reset", { token, password: "новый пароль навсегда" })).status).toBe(200);
  });

  test("asked for with an address without an account answers the same, and only a mail says so", async () => {
    const { email } = await signedUp(world);
    const unknown = freshEmail();
    const [one, other] = [
      await new Browser(world).send("POST", "reset-request", { email }),
      await new Browser(world).send("POST", "reset-request", { email: unknown }),
    ];
    expect(other.status).toBe(one.status);
    expect(other.body).toEqual(one.body);
    expect((await newestMailTo(world, unknown)).text).not.toContain("token");
  });
});
