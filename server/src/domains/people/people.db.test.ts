import { personId, signInId, type PersonId } from "@minuta/contracts/ids";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "#platform/clock";
import { createHttp, type Http } from "#platform/http";
import { startJobs } from "#platform/jobs";
import { createLog } from "#platform/log";
import { createMail, type Mail } from "#platform/mail";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createPeople, demoPeople, peopleRoutes, seedDemoPeople, SIGN_IN_COOKIE, type People, type PeopleDeps } from "./index.ts";

const log = createLog("silent");
const PASSWORD = "лошадь скрепка батарея";
let database: TestDatabase;
let folder: string;
let deps: PeopleDeps;
let mail: Mail;
let people: People;
let http: Http;
let stopJobs: () => Promise<void>;
const published: [string, unknown][] = [];

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "minuta-people-"));
  mail = createMail({ smtpUrl: null, from: "Минута <noreply@minuta.example>", folder, clock: systemClock, log });
  deps = { db: database.db, mail, publicUrl: "https://minuta.example", demo: true, bus: { publish: (topic, message) => void published.push([topic, message]) } };
  people = createPeople(deps);
  http = createHttp({
    db: database.db, log, behindProxy: true, isParty: async () => false,
    identify: async (cookies) => {
      const known = await people.resolveCaller(cookies.get(SIGN_IN_COOKIE) ?? "");
      return { personId: known?.personId ?? null, roles: known?.roles ?? [], signInId: known?.signInId ?? null, guestId: null };
    },
  });
  peopleRoutes(http, people, async () => null);
  await http.server.ready();
  stopJobs = await startJobs(database.db, mail.jobs, log);
});
afterAll(async () => {
  await stopJobs();
  await http.server.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.setClock(new Date("2026-11-23T09:00:00Z"));
  published.length = 0;
});

/** A browser at an address of its own (so that limits per address count it alone), keeping its cookie. */
let addresses = 0;
class Browser {
  cookie: string | null = null;
  setCookie = "";
  readonly address = `10.0.${Math.floor(++addresses / 250)}.${addresses % 250}`;

  async send(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, payload?: object) {
    const headers = { "x-forwarded-for": this.address, "user-agent": "Firefox", ...(this.cookie === null ? {} : { cookie: `${SIGN_IN_COOKIE}=${this.cookie}` }) };
    const answer = await http.server.inject({ method, url: `/api/people/${path}`, headers, ...(payload ? { payload } : {}) });
    const set = answer.cookies.find((one) => one.name === SIGN_IN_COOKIE);
    if (set) {
      this.cookie = set.value === "" ? null : set.value;
      this.setCookie = String(answer.headers["set-cookie"]);
    }
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  }
  signIn(email: string, password = PASSWORD) {
    return this.send("POST", "sign-in", { email, password });
  }
  async me() {
    return (await this.send("GET", "me")).body.person;
  }
}

let names = 0;
const freshEmail = (): string => `person${++names}@firma.example`;
const mailsTo = async (email: string) => (await mail.readMails()).filter((one) => one.to === email);
async function newestMailTo(email: string, count = 1) {
  await vi.waitFor(async () => expect(await mailsTo(email)).toHaveLength(count), { timeout: 10_000 });
  return (await mailsTo(email))[0]!;
}
const tokenIn = (text: string): string => /\?token=([\w-]{43})/.exec(text)![1]!;
const askSignUp = (email: string, password = PASSWORD, browser = new Browser()) => browser.send("POST", "sign-up", { email, password, name: "Пётр Иванов", locale: "ru" });

async function signedUp(email = freshEmail()): Promise<{ browser: Browser; email: string; id: PersonId }> {
  const browser = new Browser();
  await askSignUp(email, PASSWORD, browser);
  const answer = await browser.send("POST", "confirm", { token: tokenIn((await newestMailTo(email)).text) });
  expect(answer.status).toBe(200);
  return { browser, email, id: personId.parse(answer.body.person.id) };
}

describe("signing up", () => {
  test("makes a person when the link in the mail is followed, and signs the browser in by a cookie no script can read", async () => {
    const { browser, email } = await signedUp();
    expect(browser.setCookie).toMatch(/^__Host-minuta=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(await browser.me()).toMatchObject({ email, name: "Пётр Иванов", firm: null, inn: null, verified: false, locale: "ru", roles: [], ownRateKopecks: null });
  });

  test("by a link works once", async () => {
    const { email } = await signedUp();
    const again = await new Browser().send("POST", "confirm", { token: tokenIn((await mailsTo(email))[0]!.text) });
    expect(again).toMatchObject({ status: 410, body: { type: "token-not-valid" } });
  });

  test("by a link a day old does not work", async () => {
    const email = freshEmail();
    await askSignUp(email);
    const { text } = await newestMailTo(email);
    await database.advanceClock(24 * 3600);
    expect(await new Browser().send("POST", "confirm", { token: tokenIn(text) })).toMatchObject({ body: { type: "token-not-valid" } });
  });

  test("answers alike for a known and an unknown e-mail; the known one is told by mail and keeps its password", async () => {
    const { email } = await signedUp();
    const [known, unknown] = [await askSignUp(email, "другой пароль совсем"), await askSignUp(freshEmail(), "другой пароль совсем")];
    expect(known.status).toBe(200);
    expect(known.body).toEqual(unknown.body);
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    const told = await newestMailTo(email, 2);
    expect(told.subject).toBe("Вы уже зарегистрированы в Минуте");
    expect(told.text).not.toContain("token");
    expect((await new Browser().signIn(email)).status).toBe(200);
  });

  test("gives no way to find out whether an e-mail has an account: signing in before confirming answers alike for both", async () => {
    const { email: known } = await signedUp();
    const unknown = freshEmail();
    const guess = "пароль постороннего человека";
    await askSignUp(known, guess);
    await askSignUp(unknown, guess);
    const answers = [await new Browser().signIn(known, guess), await new Browser().signIn(unknown, guess)];
    for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { type: "email-not-confirmed" } });
    for (const email of [known, unknown]) expect(await new Browser().signIn(email, "ни тот ни другой")).toMatchObject({ status: 401, body: { type: "email-or-password-wrong" } });
  });

  test("twice with one address: the link followed first decides, the other is worth nothing", async () => {
    const email = freshEmail();
    await askSignUp(email, "первый пароль здесь");
    const first = tokenIn((await newestMailTo(email)).text);
    await askSignUp(email, "второй пароль здесь");
    const second = tokenIn((await newestMailTo(email, 2)).text);
    const answers = await Promise.all([first, second].map((token) => new Browser().send("POST", "confirm", { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  test("writes nothing of what a stranger typed into the mail", async () => {
    const email = freshEmail();
    await new Browser().send("POST", "sign-up", { email, password: PASSWORD, name: "Приз! https://evil.example", locale: "en" });
    const { text, subject } = await newestMailTo(email);
    expect(subject).toBe("Confirm your address for Minuta");
    expect(text).toContain("https://minuta.example/confirm?token=");
    expect(text).not.toContain("evil");
  });

  test("with a password everybody would try is refused and mails nobody", async () => {
    const email = freshEmail();
    expect(await askSignUp(email, "Password2026")).toMatchObject({ status: 422, body: { type: "password-too-weak", facts: { minLength: 10 } } });
    expect(await mailsTo(email)).toHaveLength(0);
  });

  test("the sixth time within an hour with one address waits, from wherever it is asked", async () => {
    const email = freshEmail();
    for (let n = 0; n < 5; n += 1) expect((await askSignUp(email)).status).toBe(200);
    const waits = await askSignUp(email);
    expect(waits).toMatchObject({ status: 429, body: { type: "too-many-attempts" } });
    expect(Number(waits.headers["retry-after"])).toBeGreaterThan(0);
  });
});

describe("signing in", () => {
  test("an unknown e-mail and a wrong password answer alike", async () => {
    const { email } = await signedUp();
    const wrong = await new Browser().signIn(email, "совсем не тот пароль");
    const unknown = await new Browser().signIn(freshEmail(), "совсем не тот пароль");
    expect(wrong).toMatchObject({ status: 401, body: { type: "email-or-password-wrong", facts: {} } });
    expect(unknown.body).toEqual(wrong.body);
    expect(unknown.status).toBe(wrong.status);
    expect(wrong.headers["set-cookie"]).toBeUndefined();
  });

  test("an unknown e-mail costs as much work as a wrong password", async () => {
    const { email } = await signedUp();
    const medianMs = async (of: () => string): Promise<number> => {
      const taken: number[] = [];
      for (let n = 0; n < 9; n += 1) {
        const from = performance.now();
        await new Browser().signIn(of(), "совсем не тот пароль");
        taken.push(performance.now() - from);
      }
      return taken.sort((a, b) => a - b)[4]!;
    };
    const [wrong, unknown] = [await medianMs(() => email), await medianMs(freshEmail)];
    // Without the work an unknown e-mail would be answered in a tenth of the time.
    expect(Math.max(wrong, unknown) / Math.min(wrong, unknown)).toBeLessThan(2);
  });

  test("the e-mail's letter case and spaces around it do not matter", async () => {
    const { email } = await signedUp();
    expect((await new Browser().signIn(` ${email.toUpperCase()} `)).status).toBe(200);
  });

  test("the 11th wrong password in a row waits, the right one too; from another address as well", async () => {
    const { email } = await signedUp();
    for (let n = 0; n < 10; n += 1) expect((await new Browser().signIn(email, `неверный пароль ${n}`)).status).toBe(401);
    expect(await new Browser().signIn(email, "неверный пароль 11")).toMatchObject({ status: 429, body: { type: "too-many-attempts" } });
    const right = await new Browser().signIn(email);
    expect(right.status).toBe(429);
    expect(right.body.facts.retryAfterSeconds).toBeGreaterThan(800);
  });

  test("a wait for an unknown e-mail comes as soon as for a known one", async () => {
    const email = freshEmail();
    for (let n = 0; n < 10; n += 1) expect((await new Browser().signIn(email, `неверный пароль ${n}`)).status).toBe(401);
    expect((await new Browser().signIn(email, "неверный пароль 11")).status).toBe(429);
  });

  test("signing in rightly is never what makes one wait", async () => {
    const { email } = await signedUp();
    for (let n = 0; n < 15; n += 1) {
      await database.advanceClock(1);
      expect((await new Browser().signIn(email)).status).toBe(200);
    }
  });

  test("again in the same browser ends what that browser had before", async () => {
    const { browser, email } = await signedUp();
    const before = browser.cookie!;
    await browser.signIn(email);
    expect(browser.cookie).not.toBe(before);
    expect(await people.resolveCaller(before)).toBeNull();
    expect((await browser.send("GET", "sign-ins")).body.signIns).toHaveLength(1);
  });

  test("with the old password at the moment it is changed does not get in", async () => {
    const { email, id } = await signedUp();
    const lock = await database.db.pool.connect();
    await lock.query("begin");
    await lock.query("update people.person set password_hash = 'changed' where id = $1", [id]);
    const late = new Browser().signIn(email);
    // The sign-in has compared the password and waits for the row.
    await vi.waitFor(async () => expect((await database.db.pool.query("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")).rowCount).toBe(1), { timeout: 5_000 });
    await lock.query("commit");
    lock.release();
    expect(await late).toMatchObject({ status: 401, body: { type: "email-or-password-wrong" } });
  });
});

describe("sign-ins", () => {
  test("are listed with the one in use marked, and an ended one stops at once, its live connections told", async () => {
    const { browser, email } = await signedUp();
    const laptop = new Browser();
    await laptop.signIn(email);
    const { signIns } = (await browser.send("GET", "sign-ins")).body;
    expect(signIns).toHaveLength(2);
    expect(signIns.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
    const other = signIns.find((one: { current: boolean }) => !one.current);
    expect(other).toMatchObject({ address: laptop.address, agent: "Firefox", createdAt: "2026-11-23T09:00:00.000Z" });

    expect((await browser.send("DELETE", `sign-ins/${other.id}`)).status).toBe(200);
    expect(published).toContainEqual([`sign-in:${other.id}`, { t: "ended" }]);
    expect(await laptop.me()).toBeNull();
    expect((await laptop.send("GET", "sign-ins")).body.type).toBe("not-signed-in");
    expect((await browser.me()).email).toBe(email);
    // A second click.
    expect((await browser.send("DELETE", `sign-ins/${other.id}`)).status).toBe(200);
  });

  test("of another person cannot be ended", async () => {
    const { browser: mine } = await signedUp();
    const { browser: theirs, email } = await signedUp();
    const id = (await theirs.send("GET", "sign-ins")).body.signIns[0].id;
    await mine.send("DELETE", `sign-ins/${id}`);
    expect((await theirs.me()).email).toBe(email);
  });

  test("end by signing out, and the cookie is taken back; signing out twice is no mistake", async () => {
    const { browser } = await signedUp();
    const token = browser.cookie!;
    await browser.send("POST", "sign-out");
    expect(browser.cookie).toBeNull();
    expect(await people.resolveCaller(token)).toBeNull();
    expect((await browser.send("POST", "sign-out")).status).toBe(200);
  });

  test("unused for 90 days are over; used ones go on, in the browser too", async () => {
    const { browser, email } = await signedUp();
    for (let month = 0; month < 5; month += 1) {
      await database.advanceClock(89 * 24 * 3600);
      browser.setCookie = "";
      expect((await browser.me()).email).toBe(email);
      expect(browser.setCookie).toContain("Max-Age=7776000");
    }
    await database.advanceClock(90 * 24 * 3600);
    expect(await browser.me()).toBeNull();
  });

  test("note when they were last seen at most once a minute", async () => {
    const { browser, id } = await signedUp();
    const lastSeen = async () => (await people.signIns(id))[0]!.lastSeenAt.toISOString();
    await database.advanceClock(59);
    await browser.me();
    expect(await lastSeen()).toBe("2026-11-23T09:00:00.000Z");
    await database.advanceClock(2);
    await browser.me();
    expect(await lastSeen()).toBe("2026-11-23T09:01:01.000Z");
  });

  test("are kept as hashes: what stands in the database opens nothing", async () => {
    const { browser } = await signedUp();
    const { rows } = await database.db.pool.query("select s::text as row from people.sign_in s union all select s::text from people.sign_up s union all select r::text from people.reset r");
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(browser.cookie);
  });
});

describe("a forgotten password", () => {
  test("is set anew by a link that works once, ends all other sign-ins and tells the owner", async () => {
    const { browser, email } = await signedUp();
    const forgetful = new Browser();
    await forgetful.send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(email, 2)).text);
    const set = await forgetful.send("POST", "reset", { token, password: "новый пароль навсегда" });
    expect(set).toMatchObject({ status: 200, body: { person: { email } } });

    expect(await browser.me()).toBeNull();
    expect(published.filter(([topic]) => topic.startsWith("sign-in:"))).toHaveLength(1);
    expect((await forgetful.me()).email).toBe(email);
    expect((await new Browser().signIn(email)).status).toBe(401);
    expect((await new Browser().signIn(email, "новый пароль навсегда")).status).toBe(200);
    expect((await newestMailTo(email, 3)).subject).toBe("Пароль в Минуте изменён");
    expect(await forgetful.send("POST", "reset", { token, password: "ещё один пароль" })).toMatchObject({ status: 410, body: { type: "token-not-valid" } });
  });

  test("asked for twice: using one link ends the other", async () => {
    const { email } = await signedUp();
    const browser = new Browser();
    await browser.send("POST", "reset-request", { email });
    const first = tokenIn((await newestMailTo(email, 2)).text);
    await browser.send("POST", "reset-request", { email });
    const second = tokenIn((await newestMailTo(email, 3)).text);
    expect((await browser.send("POST", "reset", { token: second, password: "новый пароль навсегда" })).status).toBe(200);
    expect((await browser.send("POST", "reset", { token: first, password: "новый пароль навсегда" })).status).toBe(410);
  });

  test("cannot be set by a link an hour old", async () => {
    const { email } = await signedUp();
    await new Browser().send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(email, 2)).text);
    await database.advanceClock(3600);
    expect((await new Browser().send("POST", "reset", { token, password: "новый пароль навсегда" })).body.type).toBe("token-not-valid");
  });

  test("is not spent by a weak choice: the link still works with a better one", async () => {
    const { email } = await signedUp();
    await new Browser().send("POST", "reset-request", { email });
    const token = tokenIn((await newestMailTo(email, 2)).text);
    expect((await new Browser().send("POST", "reset", { token, password: email })).body.type).toBe("password-too-weak");
    expect((await new Browser().send("POST", "reset", { token, password: "новый пароль навсегда" })).status).toBe(200);
  });

  test("asked for with an address without an account answers the same, and only a mail says so", async () => {
    const { email } = await signedUp();
    const unknown = freshEmail();
    const [one, other] = [await new Browser().send("POST", "reset-request", { email }), await new Browser().send("POST", "reset-request", { email: unknown })];
    expect(other.status).toBe(one.status);
    expect(other.body).toEqual(one.body);
    expect((await newestMailTo(unknown)).text).not.toContain("token");
  });
});

describe("a profile", () => {
  test("takes name, firm, INN, own rate and language, and leaves the rest", async () => {
    const { browser, email } = await signedUp();
    const changed = await browser.send("PATCH", "me", { firm: "ООО «Учёт»", inn: "7707083893", ownRateKopecks: 2_000, locale: "en" });
    expect(changed.body.person).toMatchObject({ name: "Пётр Иванов", email, firm: "ООО «Учёт»", inn: "7707083893", ownRateKopecks: 2_000, locale: "en", verified: false });
    expect(await browser.me()).toEqual(changed.body.person);
    expect((await browser.send("PATCH", "me", { firm: null, ownRateKopecks: null })).body.person).toMatchObject({ firm: null, inn: "7707083893", ownRateKopecks: null });
  });

  test("with an INN whose check digits fail is refused with nothing changed", async () => {
    const { browser } = await signedUp();
    const refused = await browser.send("PATCH", "me", { name: "Другое Имя", inn: "7707083894" });
    expect(refused).toMatchObject({ status: 422, body: { type: "inn-not-valid" } });
    expect(await browser.me()).toMatchObject({ name: "Пётр Иванов", inn: null });
  });

  test("verified by an operator is not verified any more once the firm changes", async () => {
    const { browser, id } = await signedUp();
    await database.db.pool.query("update people.person set verified = true where id = $1", [id]);
    expect((await browser.send("PATCH", "me", { locale: "en" })).body.person.verified).toBe(true);
    expect((await browser.send("PATCH", "me", { firm: "ООО «Другая»" })).body.person.verified).toBe(false);
  });

  test("is shown to others as a card; unknown persons have none", async () => {
    const { browser, id, email } = await signedUp();
    await browser.send("PATCH", "me", { firm: "ООО «Учёт»" });
    const stranger = personId.parse("0198c0de-0000-7000-8000-00000000dead");
    expect(await people.cards([id, id, stranger])).toEqual(new Map([[id, { name: "Пётр Иванов", firm: "ООО «Учёт»", inn: null, verified: false }]]));
    expect((await database.db.tx((tx) => people.findPersonByEmail(tx, email.toUpperCase())))?.id).toBe(id);
    expect(await people.person(stranger)).toBeNull();
  });
});

describe("demo people", () => {
  test("are made once, can sign in with the shown password, and one of them is an operator", async () => {
    const added = await database.db.tx(seedDemoPeople);
    expect(added.map(({ name }) => name)).toEqual(["Анна Смирнова", "Игорь Петров", "Оператор Минуты"]);
    expect(await database.db.tx(seedDemoPeople)).toEqual([]);
    for (const { email, password, role } of demoPeople()) {
      const browser = new Browser();
      expect((await browser.signIn(email, password)).status).toBe(200);
      expect((await browser.me()).roles).toEqual(role === "operator" ? ["operator"] : []);
    }
  });

  test("cannot be used where the server is not a demo any more: not by password, not by an old cookie, not by a reset", async () => {
    const [anna] = demoPeople();
    const browser = new Browser();
    await browser.signIn(anna!.email, anna!.password);
    const grownUp = createPeople({ ...deps, demo: false });
    const nobody = { personId: null, roles: [], signInId: null, guestId: null, address: "10.1.1.1", agent: "" };
    await expect(grownUp.signIn(anna!, nobody)).rejects.toMatchObject({ type: "email-or-password-wrong" });
    expect(await grownUp.resolveCaller(browser.cookie!)).toBeNull();
    await grownUp.requestReset(anna!.email, nobody);
    const token = tokenIn((await newestMailTo(anna!.email)).text);
    await expect(grownUp.resetPassword({ token, password: "новый пароль навсегда" }, nobody)).rejects.toMatchObject({ type: "token-not-valid" });
    expect((await people.resolveCaller(browser.cookie!))?.signInId).toEqual(expect.schemaMatching(signInId));
  });
});
