import { signInId } from "@minuta/contracts/ids";
import { describe, expect, test } from "vitest";
import { createPeople, demoPeople, seedDemoPeople } from "./index.ts";
import { Browser, newestMailTo, peopleWorld, tokenIn } from "./testing.ts";

const world = peopleWorld();

describe("demo people", () => {
  test("are made once, can sign in with the shown password, and one of them is an operator", async () => {
    const added = await world.database.db.tx(seedDemoPeople);
    expect(added.map(({ name }) => name)).toEqual([
      "Анна Смирнова",
      "Игорь Петров",
      "Мария Кузнецова",
      "Ольга Белова",
      "Сергей Волков",
      "Оператор Минуты",
    ]);
    expect(await world.database.db.tx(seedDemoPeople)).toEqual([]);
    for (const { email, password, role } of demoPeople()) {
      const browser = new Browser(world);
      expect((await browser.signIn(email, password)).status).toBe(200);
      expect((await browser.me()).roles).toEqual(role === "operator" ? ["operator"] : []);
    }
  });

  test("cannot be used where the server is not a demo any more: not by password, not by an old cookie, not by a reset", async () => {
    const [anna] = demoPeople();
    const browser = new Browser(world);
    await browser.signIn(anna!.email, anna!.password);
    const grownUp = createPeople({ ...world.deps, demo: false });
    const nobody = { personId: null, roles: [], signInId: null, guestId: null, address: "10.1.1.1", agent: "" };
    await expect(grownUp.signIn(anna!, nobody)).rejects.toMatchObject({ type: "email-or-password-wrong" });
    expect(await grownUp.resolveCaller(browser.cookie!)).toBeNull();
    await grownUp.requestReset(anna!.email, nobody);
    const token = tokenIn((await newestMailTo(world, anna!.email)).text);
    await expect(grownUp.resetPassword({ token, password: "новый пароль навсегда" }, nobody)).rejects.toMatchObject({
      type: "token-not-valid",
    });
    expect((await world.people.resolveCaller(browser.cookie!))?.signInId).toEqual(expect.schemaMatching(signInId));
  });
});
