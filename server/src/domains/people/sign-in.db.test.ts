import { verify } from "@node-rs/argon2";
import { describe, expect, test, vi } from "vitest";
import { Browser, freshEmail, peopleWorld, signedUp } from "./testing.ts";

// The real one, watched.
vi.mock("@node-rs/argon2", { spy: true });

const world = peopleWorld();

describe("signing in", () => {
  test("an unknown e-mail and a wrong password answer alike", async () => {
    const { email } = await signedUp(world);
    const wrong = await new Browser(world).signIn(email, "совсем не тот пароль");
    const unknown = await new Browser(world).signIn(freshEmail(), "совсем не тот пароль");
    expect(wrong).toMatchObject({ status: 401, body: { type: "email-or-password-wrong", facts: {} } });
    expect(unknown.body).toEqual(wrong.body);
    expect(unknown.status).toBe(wrong.status);
    expect(wrong.headers["set-cookie"]).toBeUndefined();
  });

  test("an unknown e-mail costs as much work as a wrong password", async () => {
    const { email } = await signedUp(world);
    const workOf = async (tried: string): Promise<string[]> => {
      vi.mocked(verify).mockClear();
      await new Browser(world).signIn(tried, "совсем не тот пароль");
      // The hash's own words say what it costs: $argon2id$v=19$m=…,t=…,p=…$
      return vi.mocked(verify).mock.calls.map(([stored]) => String(stored).split("$").slice(1, 4).join(" "));
    };
    const wrong = await workOf(email);
    expect(wrong.length).toBeGreaterThan(0);
    expect(await workOf(freshEmail())).toEqual(wrong);
  });

  test("the e-mail's letter case and spaces around it do not matter", async () => {
    const { email } = await signedUp(world);
    expect((await new Browser(world).signIn(` ${email.toUpperCase()} `)).status).toBe(200);
  });

  test("the 11th wrong password in a row waits, the right one too; from another address as well", async () => {
    const { email } = await signedUp(world);
    for (let n = 0; n < 10; n += 1) expect((await new Browser(world).signIn(email, `неверный пароль ${n}`)).status).toBe(401);
    expect(await new Browser(world).signIn(email, "неверный пароль 11")).toMatchObject({
      status: 429,
      body: { type: "too-many-attempts" },
    });
    const right = await new Browser(world).signIn(email);
    expect(right.status).toBe(429);
    expect(right.body.facts.retryAfterSeconds).toBeGreaterThan(800);
  });

  test("a wait for an unknown e-mail comes as soon as for a known one", async () => {
    const email = freshEmail();
    for (let n = 0; n < 10; n += 1) expect((await new Browser(world).signIn(email, `неверный пароль ${n}`)).status).toBe(401);
    expect((await new Browser(world).signIn(email, "неверный пароль 11")).status).toBe(429);
  });

  test("signing in rightly is never what makes one wait", async () => {
    const { email } = await signedUp(world);
    for (let n = 0; n < 15; n += 1) {
      await world.database.advanceClock(1);
      expect((await new Browser(world).signIn(email)).status).toBe(200);
    }
  });

  test("again in the same browser ends what that browser had before", async () => {
    const { browser, email } = await signedUp(world);
    const before = browser.cookie!;
    await browser.signIn(email);
    expect(browser.cookie).not.toBe(before);
    expect(await world.people.resolveCaller(before)).toBeNull();
    expect((await browser.send("GET", "sign-ins")).body.signIns).toHaveLength(1);
  });

  test("with the old password at the moment it is changed does not get in", async () => {
    const { email, id } = await signedUp(world);
    const lock = await world.database.db.pool.connect();
    await lock.query("begin");
    await lock.query("update people.person set password_hash = 'changed' where id = $1", [id]);
    const late = new Browser(world).signIn(email);
    // The sign-in has compared the password and waits for the row.
    await vi.waitFor(
      async () =>
        expect(
          (
            await world.database.db.pool.query(
              "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
            )
          ).rowCount,
        ).toBe(1),
      { timeout: 5_000 },
    );
    await lock.query("commit");
    lock.release();
    expect(await late).toMatchObject({ status: 401, body: { type: "email-or-password-wrong" } });
  });
});
