import { personId } from "@minuta/contracts/ids";
import { describe, expect, test } from "vitest";
import { peopleWorld, signedUp } from "./testing.ts";

const world = peopleWorld();

describe("a profile", () => {
  test("takes name, firm, INN, own rate and language, and leaves the rest", async () => {
    const { browser, email } = await signedUp(world);
    const changed = await browser.send("PATCH", "me", { firm: "ООО «Учёт»", inn: "7707083893", ownRateKopecks: 2_000, locale: "en" });
    expect(changed.body.person).toMatchObject({
      name: "Пётр Иванов",
      email,
      firm: "ООО «Учёт»",
      inn: "7707083893",
      ownRateKopecks: 2_000,
      locale: "en",
      verified: false,
    });
    expect(await browser.me()).toEqual(changed.body.person);
    expect((await browser.send("PATCH", "me", { firm: null, ownRateKopecks: null })).body.person).toMatchObject({
      firm: null,
      inn: "7707083893",
      ownRateKopecks: null,
    });
  });

  test("with an INN whose check digits fail is refused with nothing changed", async () => {
    const { browser } = await signedUp(world);
    const refused = await browser.send("PATCH", "me", { name: "Другое Имя", inn: "7707083894" });
    expect(refused).toMatchObject({ status: 422, body: { type: "inn-not-valid" } });
    expect(await browser.me()).toMatchObject({ name: "Пётр Иванов", inn: null });
  });

  test("verified by an operator is not verified any more once the firm changes", async () => {
    const { browser, id } = await signedUp(world);
    await world.database.db.pool.query("update people.person set verified = true where id = $1", [id]);
    expect((await browser.send("PATCH", "me", { locale: "en" })).body.person.verified).toBe(true);
    expect((await browser.send("PATCH", "me", { firm: "ООО «Другая»" })).body.person.verified).toBe(false);
  });

  test("is shown to others as a card; unknown persons have none", async () => {
    const { browser, id, email } = await signedUp(world);
    await browser.send("PATCH", "me", { firm: "ООО «Учёт»" });
    const stranger = personId.parse("0198c0de-0000-7000-8000-00000000dead");
    expect(await world.people.cards([id, id, stranger])).toEqual(
      new Map([[id, { name: "Пётр Иванов", firm: "ООО «Учёт»", inn: null, verified: false }]]),
    );
    expect((await world.database.db.tx((tx) => world.people.findPersonByEmail(tx, email.toUpperCase())))?.id).toBe(id);
    expect(await world.people.person(stranger)).toBeNull();
  });
});
