import { describe, expect, test } from "vitest";
import { Browser, peopleWorld, signedUp } from "./testing.ts";

const world = peopleWorld();

describe("sign-ins", () => {
  test("are listed with the one in use marked, and an ended one stops at once, its live connections told", async () => {
    const { browser, email } = await signedUp(world);
    const laptop = new Browser(world);
    await laptop.signIn(email);
    const { signIns } = (await browser.send("GET", "sign-ins")).body;
    expect(signIns).toHaveLength(2);
    expect(signIns.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
    const other = signIns.find((one: { current: boolean }) => !one.current);
    expect(other).toMatchObject({ address: laptop.address, agent: "Firefox", createdAt: "2026-11-23T09:00:00.000Z" });

    expect((await browser.send("DELETE", `sign-ins/${other.id}`)).status).toBe(200);
    expect(world.published).toContainEqual([`sign-in:${other.id}`, { t: "ended" }]);
    expect(await laptop.me()).toBeNull();
    expect((await laptop.send("GET", "sign-ins")).body.type).toBe("not-signed-in");
    expect((await browser.me()).email).toBe(email);
    // A second click.
    expect((await browser.send("DELETE", `sign-ins/${other.id}`)).status).toBe(200);
  });

  test("of another person cannot be ended", async () => {
    const { browser: mine } = await signedUp(world);
    const { browser: theirs, email } = await signedUp(world);
    const id = (await theirs.send("GET", "sign-ins")).body.signIns[0].id;
    await mine.send("DELETE", `sign-ins/${id}`);
    expect((await theirs.me()).email).toBe(email);
  });

  test("end by signing out, and the cookie is taken back; signing out twice is no mistake", async () => {
    const { browser } = await signedUp(world);
    const token = browser.cookie!;
    await browser.send("POST", "sign-out");
    expect(browser.cookie).toBeNull();
    expect(await world.people.resolveCaller(token)).toBeNull();
    expect((await browser.send("POST", "sign-out")).status).toBe(200);
  });

  test("unused for 90 days are over; used ones go on, in the browser too", async () => {
    const { browser, email } = await signedUp(world);
    for (let month = 0; month < 5; month += 1) {
      await world.database.advanceClock(89 * 24 * 3600);
      browser.setCookie = "";
      expect((await browser.me()).email).toBe(email);
      expect(browser.setCookie).toContain("Max-Age=7776000");
    }
    await world.database.advanceClock(90 * 24 * 3600);
    expect(await browser.me()).toBeNull();
  });

  test("note when they were last seen at most once a minute", async () => {
    const { browser, id } = await signedUp(world);
    const lastSeen = async () => (await world.people.signIns(id))[0]!.lastSeenAt.toISOString();
    await world.database.advanceClock(59);
    await browser.me();
    expect(await lastSeen()).toBe("2026-11-23T09:00:00.000Z");
    await world.database.advanceClock(2);
    await browser.me();
    expect(await lastSeen()).toBe("2026-11-23T09:01:01.000Z");
  });

  test("are kept as hashes: what stands in the database opens nothing", async () => {
    const { browser } = await signedUp(world);
    const { rows } = await world.database.db.pool.query(
      "select s::text as row from people.sign_in s union all select s::text from people.sign_up s union all select r::text from people.reset r",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(browser.cookie);
  });
});
