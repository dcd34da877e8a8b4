/** For the tests of calls and of the journal: both behind real HTTP, a real database, the real meter and ledger, and browsers that keep their cookies. */
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallView } from "@minuta/contracts/calls";
import { CONSENT_VERSION } from "@minuta/contracts/consent";
import { callId, personId, type CallId, type PersonId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { protocolFile, type ProtocolFile } from "@minuta/contracts/protocol-file";
import { mkdtemp, rm } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, vi } from "vitest";
import { systemClock } from "#platform/clock";
import { startEvents } from "#platform/events";
import { createHttp, type Http } from "#platform/http";
import { keysIn } from "#platform/key-file";
import { createLog } from "#platform/log";
import type { NewMail } from "#platform/mail";
import { objectsInFolder, type Objects } from "#platform/objects";
import { openSigning, type Signing } from "#platform/signing";
import { createJournal, journalRoutes, type Journal } from "#journal";
import { createLedger, type Ledger } from "#ledger";
import { createCatalogue, type Catalogue } from "#catalogue";
import { createMetering, type Metering } from "#metering";
import { createPeople, type People } from "#people";
import { createPresence, type Presence } from "#presence";
import { createRecordings, recordingsRoutes, type Recordings, type RecordingsDeps } from "#recordings";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { callsRoutes, createCalls, GUEST_COOKIE, type Calls } from "./index.ts";

const log = createLog("silent");
const NOON = new Date("2026-11-23T09:00:00.000Z");

export interface World {
  database: TestDatabase;
  calls: Calls;
  journal: Journal;
  recordings: Recordings;
  /** Where the recordings' bytes and the keys are. */
  folder: string;
  /** Persons who are arbiters of every call. */
  readonly arbiters: Set<PersonId>;
  metering: Metering;
  ledger: Ledger;
  catalogue: Catalogue;
  presence: Presence;
  signing: Signing;
  people: People;
  http: Http;
  /** Moves the clocks of the database and of the program on together; open pages stay known. */
  wait(seconds: number): Promise<void>;
  /** What was told on the bus, and mailed, in this test. */
  readonly published: [string, unknown][];
  readonly mails: NewMail[];
}

/** Filled before the first test of the file that calls this; the clocks stand still between the steps of a test. */
export function callsWorld({ recordingsIn = inFolder }: { recordingsIn?: (folder: string) => Promise<Objects> } = {}): World {
  const world = { published: [] as [string, unknown][], mails: [] as NewMail[], arbiters: new Set<PersonId>() } as World;
  let passedMs = 0;
  const clock = {
    now: () => new Date(NOON.getTime() + passedMs),
    monotonicMs: () => passedMs,
    every: () => () => {},
    after: systemClock.after,
  };
  let stopEvents: () => Promise<void>;
  beforeAll(async () => {
    world.database = await testDatabase();
    const { db } = world.database;
    world.metering = createMetering({ db, clock, log });
    world.ledger = createLedger({ db, findPersonByEmail: async () => null, burnPerMinute: world.metering.burnPerMinute });
    const mail = { send: async (_: unknown, one: NewMail) => void world.mails.push(one) };
    const bus = { publish: (topic: string, message: unknown) => void world.published.push([topic, message]) };
    const publicUrl = "https://minuta.example";
    const people = (world.people = createPeople({ db, mail, bus, publicUrl, demo: true }));
    world.presence = createPresence({ db, bus, clock });
    world.catalogue = createCatalogue({ db, people, availability: (ids) => world.presence.availability(ids) });
    const { metering, presence, catalogue } = world;
    world.calls = createCalls({
      db,
      mail,
      bus,
      publicUrl,
      clock,
      log,
      people,
      catalogue,
      presence,
      metering,
      clientKeys: (reader, id) => world.journal.witness.clientKeys(reader, id),
      record: (tx, id, event) => world.journal.append(tx, id, event),
    });
    world.signing = await openSigning(await mkdtemp(join(tmpdir(), "keys-")));
    await makeRecordings(world, { bus, clock, recordingsIn });
    const { calls, recordings, signing } = world;
    world.journal = createJournal({ db, clock, log, calls, metering, people, recordings, signing, publicUrl });
    world.wait = async (seconds) => {
      passedMs += seconds * 1000;
      await world.database.advanceClock(seconds);
      await world.presence.look();
    };
    world.http = serve(world);
    await world.http.server.ready();
    const heard = [world.calls.subscribers, world.journal.subscribers];
    const topics = [...new Set(heard.flatMap((one) => Object.keys(one)))];
    const subscribers = Object.fromEntries(
      topics.map((topic) => [topic, heard.flatMap((one: Journal["subscribers"]) => one[topic] ?? [])]),
    );
    stopEvents = startEvents({ db, clock: systemClock, log, subscribers });
    await world.database.setClock(clock.now());
  });
  afterAll(async () => {
    await stopEvents();
    await world.http.server.close();
    await world.database.close();
    await rm(world.folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    world.published.length = 0;
    world.mails.length = 0;
  });
  return world;
}

interface Given extends Pick<RecordingsDeps, "bus" | "clock"> {
  readonly recordingsIn: (folder: string) => Promise<Objects>;
}

const inFolder = async (folder: string): Promise<Objects> => objectsInFolder(join(folder, "recordings"));

async function makeRecordings(world: World, { recordingsIn, ...given }: Given): Promise<void> {
  world.folder = await mkdtemp(join(tmpdir(), "minuta-calls-"));
  world.recordings = createRecordings({
    ...given,
    db: world.database.db,
    log,
    objects: await recordingsIn(world.folder),
    keys: await keysIn(join(world.folder, "keys", "recordings.json")),
    keptDays: 90,
    calls: world.calls,
    counted: async (id) => (await world.metering.intervals(id)).filter((interval) => interval.counted),
    isArbiter: async (_, person) => world.arbiters.has(person),
    record: (tx, id, event) => world.journal.append(tx, id, event),
  });
}

/** Signing in is another domain's: here a cookie names the person. */
const PERSON_COOKIE = "person";

function serve(world: World): Http {
  const http = createHttp({
    db: world.database.db,
    log,
    behindProxy: true,
    isParty: async (caller, params) => (await world.calls.partyOf((params as { callId: CallId }).callId, caller)) !== null,
    identify: async (cookies) => {
      const person = cookies.get(PERSON_COOKIE);
      const guest = cookies.get(GUEST_COOKIE);
      return {
        personId: person === undefined ? null : personId.parse(person),
        roles: [],
        signInId: null,
        guestId: guest === undefined ? null : await world.calls.callerOfGuestCookie(guest),
      };
    },
  });
  callsRoutes(http, world.calls);
  journalRoutes(http, world.journal, world.calls.partyOf);
  recordingsRoutes(http, world.recordings, world.calls.partyOf);
  return http;
}

let addresses = 0;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly payload?: object;
  readonly more?: Readonly<Record<string, string>>;
}

/** A browser at an address of its own, keeping its cookies. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly address: string;
  private readonly world: World;
  private key: string | null = null;

  constructor(world: World, address?: string) {
    this.world = world;
    addresses += 1;
    this.address = address ?? `10.${Math.floor(addresses / 62_500)}.${Math.floor(addresses / 250) % 250}.${addresses % 250}`;
  }

  /** The same browser, sending each command under this id. Otherwise each is a new command. */
  withKey(key: string): Browser {
    const same = new Browser(this.world, this.address);
    for (const [name, value] of this.cookies) same.cookies.set(name, value);
    same.key = key;
    return same;
  }
  /** The same browser in another network. */
  at(address: string): Browser {
    const moved = new Browser(this.world, address);
    for (const [name, value] of this.cookies) moved.cookies.set(name, value);
    return moved;
  }
  /** The same, for a part of what is there: `bytes=0-99`. */
  get(path: string, range?: string) {
    return this.ask({ method: "GET", path, ...(range === undefined ? {} : { more: { range } }) });
  }
  /** A body of bytes goes as such, anything else as JSON. */
  send(method: Method, path: string, payload?: object) {
    return this.ask({ method, path, ...(payload === undefined ? {} : { payload }) });
  }
  private async ask({ method, path, payload, more = {} }: Asked) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      "x-forwarded-for": this.address,
      "user-agent": "Firefox",
      "idempotency-key": this.key ?? randomUUID(),
      ...(cookie ? { cookie } : {}),
      ...(payload instanceof Uint8Array ? { "content-type": "application/octet-stream" } : {}),
      ...more,
    };
    const answer = await this.world.http.server.inject({ method, url: `/api/${path}`, headers, ...(payload ? { payload } : {}) });
    for (const { name, value } of answer.cookies) this.cookies.set(name, value);
    return {
      status: answer.statusCode,
      body: answer.headers["content-type"]?.includes("json") ? answer.json() : null,
      headers: answer.headers,
      bytes: answer.rawPayload,
    };
  }
  viewInvitation(token: string) {
    return this.send("GET", `calls/invitations/${token}/view`);
  }
  /** As the page does: looks at the invitation, then joins. */
  async join(token: string, guest: object = {}) {
    await this.viewInvitation(token);
    return this.joinAtOnce(token, guest);
  }
  joinAtOnce(token: string, guest: object = {}) {
    return this.send("POST", "calls/join", {
      token,
      guest: { name: "Ольга Петрова", organisation: null, inn: null, email: null, ...guest },
      consent: CONSENT_VERSION,
    });
  }
  async see(id: string): Promise<CallView> {
    const answer = await this.send("GET", `calls/${id}`);
    expect(answer.status).toBe(200);
    return answer.body.call;
  }
}

let persons = 0;

export interface Consultant {
  readonly id: PersonId;
  readonly browser: Browser;
}

/** A person with an account and, unless told otherwise, 100 RUB. */
export async function newPerson(world: World, { roubles = 100, name = "Анна Смирнова" } = {}): Promise<Consultant> {
  persons += 1;
  const { rows } = await world.database.db.pool.query(
    "insert into people.person (email, name, firm, inn, locale, password_hash) values ($1, $2, 'ИП Смирнова', '7707083893', 'ru', '-') returning id",
    [`person${persons}@firma.example`, name],
  );
  const id = personId.parse(rows[0].id);
  if (roubles > 0) await topUp(world, id, roubles);
  const browser = new Browser(world);
  browser.cookies.set(PERSON_COOKIE, id);
  return { id, browser };
}

export async function topUp({ database, ledger }: World, party: PersonId, roubles: number): Promise<void> {
  await database.db.tx((tx) =>
    ledger.topUp(tx, { party, amount: kopecks(roubles * 100), from: "bank", key: randomUUID(), reason: "пополнение" }),
  );
}

export async function invite(consultant: Consultant, asked: object = {}) {
  const answer = await consultant.browser.send("POST", "calls/invitations", {
    task: "Не проводится реализация",
    configuration: "Бухгалтерия 3.0",
    ownRateKopecks: 2000,
    ...asked,
  });
  expect(answer.body).toMatchObject({ invitation: { callId: null } });
  return answer.body.invitation as { id: string; token: string };
}

export interface OpenCall {
  readonly id: CallId;
  readonly consultant: Consultant;
  readonly guest: Browser;
  readonly privateLink: string;
}

/** A consultant and a guest in an open call. */
export async function openCall(world: World, guestForm: object = {}): Promise<OpenCall> {
  const consultant = await newPerson(world);
  const guest = new Browser(world);
  const joined = await guest.join((await invite(consultant)).token, guestForm);
  expect(joined.status).toBe(200);
  return { id: callId.parse(joined.body.callId), consultant, guest, privateLink: joined.body.privateLink };
}

/** Both ends are on the line for so many seconds. */
export async function talk({ metering, wait }: World, id: CallId, seconds: number): Promise<void> {
  const evidence = metering.startEvidence();
  for (const side of ["client", "consultant"] as const) await evidence.begin({ callId: id, side });
  for (let left = seconds; left > 0; left -= 5) {
    await wait(Math.min(5, left));
    await evidence.flush();
  }
  for (const side of ["client", "consultant"] as const) await evidence.end({ callId: id, side });
  await evidence.close();
}

/** Until all news told so far are heard. */
export async function heardAll({ database }: World): Promise<void> {
  await vi.waitFor(async () => expect((await database.db.pool.query("select from platform.event")).rowCount).toBe(0), { timeout: 10_000 });
}

/** The file of a call's protocol, read. */
export const protocolOf = async ({ journal }: World, id: CallId): Promise<ProtocolFile> =>
  protocolFile.parse(JSON.parse((await journal.protocolFile(id)).text));
