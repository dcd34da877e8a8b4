/** For the tests of people: people behind real HTTP, a real database and real mails, and browsers that keep their cookie. */
import { personId, type PersonId } from "@minuta/contracts/ids";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, vi } from "vitest";
import { systemClock } from "#platform/clock";
import { createHttp, type Http } from "#platform/http";
import { startJobs } from "#platform/jobs";
import { createLog } from "#platform/log";
import { createMail, type Mail } from "#platform/mail";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createPeople, peopleRoutes, SIGN_IN_COOKIE, type People, type PeopleDeps } from "./index.ts";

export const PASSWORD = "лошадь скрепка батарея";
const log = createLog("silent");

export interface World {
  database: TestDatabase;
  deps: PeopleDeps;
  people: People;
  mail: Mail;
  http: Http;
  /** What was told on the bus in this test. */
  readonly published: [string, unknown][];
}

/** Filled before the first test of the file that calls this; the database's clock stands at one moment at the start of each. */
export function peopleWorld(): World {
  const world = { published: [] as [string, unknown][] } as World;
  let folder: string;
  let stopJobs: () => Promise<void>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "minuta-people-"));
    world.database = await testDatabase();
    const { db } = world.database;
    world.mail = createMail({ smtpUrl: null, from: "Минута <noreply@minuta.example>", folder, clock: systemClock, log });
    const bus = { publish: (topic: string, message: unknown) => void world.published.push([topic, message]) };
    world.deps = { db, mail: world.mail, publicUrl: "https://minuta.example", demo: true, bus };
    world.people = createPeople(world.deps);
    world.http = serve(world);
    await world.http.server.ready();
    stopJobs = await startJobs(db, world.mail.jobs, log);
  });
  afterAll(async () => {
    await stopJobs();
    await world.http.server.close();
    await world.database.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await world.database.setClock(new Date("2026-11-23T09:00:00Z"));
    world.published.length = 0;
  });
  return world;
}

function serve({ database, people }: World): Http {
  const http = createHttp({
    db: database.db,
    log,
    behindProxy: true,
    isParty: async () => false,
    identify: async (cookies) => {
      const known = await people.resolveCaller(cookies.get(SIGN_IN_COOKIE) ?? "");
      return { personId: known?.personId ?? null, roles: known?.roles ?? [], signInId: known?.signInId ?? null, guestId: null };
    },
  });
  peopleRoutes(http, people, async () => null);
  return http;
}

let addresses = 0;

/** A browser at an address of its own (so that limits per address count it alone), keeping its cookie. */
export class Browser {
  cookie: string | null = null;
  /** The last Set-Cookie header for the sign-in. */
  setCookie = "";
  readonly address: string;
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    addresses += 1;
    this.address = `10.0.${Math.floor(addresses / 250)}.${addresses % 250}`;
  }

  async send(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, payload?: object) {
    const cookie = this.cookie === null ? {} : { cookie: `${SIGN_IN_COOKIE}=${this.cookie}` };
    const headers = { "x-forwarded-for": this.address, "user-agent": "Firefox", ...cookie };
    const answer = await this.world.http.server.inject({ method, url: `/api/people/${path}`, headers, ...(payload ? { payload } : {}) });
    const set = answer.cookies.find((one) => one.name === SIGN_IN_COOKIE);
    if (set) {
      this.cookie = set.value === "" ? null : set.value;
      this.setCookie = String(answer.headers["set-cookie"]);
    }
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  }
  askSignUp(email: string, password = PASSWORD) {
    return this.send("POST", "sign-up", { email, password, name: "Пётр Иванов", locale: "ru" });
  }
  signIn(email: string, password = PASSWORD) {
    return this.send("POST", "sign-in", { email, password });
  }
  async me() {
    return (await this.send("GET", "me")).body.person;
  }
}

let names = 0;
export const freshEmail = (): string => `person${++names}@firma.example`;

export const mailsTo = async ({ mail }: World, email: string) => (await mail.readMails()).filter((one) => one.to === email);

/** Waits until `count` mails have come to the address. */
export async function newestMailTo(world: World, email: string, count = 1) {
  await vi.waitFor(async () => expect(await mailsTo(world, email)).toHaveLength(count), { timeout: 10_000 });
  return (await mailsTo(world, email))[0]!;
}

export const tokenIn = (text: string): string => /\?token=([\w-]{43})/.exec(text)![1]!;

/** A person who has just followed the link in the mail. */
export async function signedUp(world: World): Promise<{ browser: Browser; email: string; id: PersonId }> {
  const [browser, email] = [new Browser(world), freshEmail()];
  await browser.askSignUp(email);
  const answer = await browser.send("POST", "confirm", {
    token: tokenIn((await newestMailTo(world, email)).text),
    password: PASSWORD,
  });
  expect(answer.status).toBe(200);
  return { browser, email, id: personId.parse(answer.body.person.id) };
}
