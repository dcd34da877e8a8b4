/** The composition root: the only file that knows every domain. Makes each from what it needs, binds its routes, starts its loops. */
import { join } from "node:path";
import { devApi } from "@minuta/contracts/dev";
import { callId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { z } from "zod";
import type { Config } from "./config.ts";
import { forgetOldAttempts } from "#platform/attempts";
import { openBus, type Bus } from "#platform/bus";
import { byPostgres } from "#platform/bus-postgres";
import { systemClock, type Clock } from "#platform/clock";
import { openDb, type Db, type DbOptions } from "#platform/db";
import { playHistory } from "./demo-history.ts";
import { HISTORY_DAYS, seededChance } from "./demo-history-plan.ts";
import { nightlyProof } from "./nightly-proof.ts";
import { startEvents, type Event, type Subscribers } from "#platform/events";
import { createHttp, type Caller, type Cookies, type Routes } from "#platform/http";
import { startJobs } from "#platform/jobs";
import type { Log } from "#platform/log";
import { createMail, type Mail } from "#platform/mail";
import { migrate } from "#platform/migrate";
import { objectsInFolder, objectsInS3 } from "#platform/objects";
import { forgetOldAnswers } from "#platform/once";
import { servePages } from "#platform/pages";
import type { Certificate } from "#platform/certificate";
import type { Door } from "#platform/door";
import { createFront } from "#platform/front";
import { keysIn } from "#platform/key-file";
import { livePast, type Past } from "#platform/past";
import { serveHttpSockets } from "#platform/http-sockets";
import { openSigning, type Signing } from "#platform/signing";
import { createSockets } from "#platform/socket";
import { callsRoutes, createCalls, GUEST_COOKIE, type Calls } from "#calls";
import { catalogueRoutes, createCatalogue, seedDemoCards } from "#catalogue";
import { createJournal, journalRoutes, type Journal } from "#journal";
import { createLedger, ledgerRoutes } from "#ledger";
import { CHARGING_CONNECTIONS, CHARGING_PATIENCE, createMetering, type Evidence } from "#metering";
import { createPeople, demoPeople, peopleRoutes, seedDemoPeople, SIGN_IN_COOKIE, type DemoSignIn } from "#people";
import { createPresence, presenceRoutes, startPresence } from "#presence";
import { createRecordings, recordingsRoutes, type Recordings, type RecordingsDeps } from "#recordings";
import { openRemote, type RemotePorts } from "#remote";
import { createReports, reportsRoutes } from "#reports";

const DATABASE_CONNECTIONS = 20;
/** A frozen copy holds up nobody else's lease for so long that it runs out: 5 s between renewals and this are less than its 15 s. */
const PATIENCE = { idleInTransactionMs: 8000 };
const FORGET_EVERY_MS = 3_600_000;

export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  /** Where mails, files and keys are kept. */
  readonly folder: string;
  readonly connection: DbOptions["connection"];
  /** Of our own TLS; without one we speak none. */
  readonly certificate?: Certificate | null;
  /** The product's address as people see it. */
  readonly publicUrl: string;
  /** Tells whoever waits for a start that takes longer. */
  readonly tell?: (text: string) => void;
}

export interface App {
  /** On the door's port, with whoever waits there. */
  listen(door: Door): Promise<void>;
  /** Closes channels so that their evidence is written, then everything else; running calls go on with the next start. */
  stop(): Promise<void>;
  /** Empty when this is no demo. */
  readonly demoPeople: readonly DemoSignIn[];
}

export async function startApp(options: AppOptions): Promise<App> {
  const { config, log, connection, publicUrl } = options;
  const clock = systemClock;
  const { db, charging } = openDbs(options);
  await migrate(db.pool);
  // Read where it is used only: every start has people in calls who wait for it.
  const carrier = config.NATS_URL === undefined ? byPostgres(connection) : (await import("#platform/bus-nats")).byNats(config.NATS_URL);
  const bus = await openBus({ carrier, clock, log });
  const mail = createMail({ smtpUrl: config.SMTP_URL ?? null, from: config.MAIL_FROM, folder: join(options.folder, "mail"), clock, log });
  const signing = await openSigning(config.KEYS_DIR ?? join(options.folder, "keys"));
  const recordingsStore = await recordingsStoreOf(options);
  const platform = { db, bus, mail, clock, log, signing, publicUrl, demo: config.DEMO, recordingsStore };
  const domains = createDomains(platform);
  const { presence, calls, journal, metering, recordings } = domains;

  const front = createFront({ certificate: options.certificate ?? null, behindProxy: config.BEHIND_PROXY, log });
  const http = createHttp({
    db,
    log,
    makeServer: front.makeServer,
    behindProxy: config.BEHIND_PROXY,
    identify: (cookies) => identify(domains, cookies),
    isParty: (caller, params) => isParty(calls, caller, params),
  });
  bindRoutes(http, { ...domains, ...platform });
  await servePages(http.server);

  const sockets = createSockets({ server: http.server.server, callerOf: http.callerOf, log });
  serveHttpSockets(http.server, sockets, clock);
  const evidence = metering.startEvidence();
  const ice = await iceSettings(config, options.folder);
  const remote = openRemote(remotePorts({ ...domains, ...platform, sockets, evidence, ice, onTurn: front.onTurn }));
  const stops: (() => void | Promise<void>)[] = [
    startEvents({ db, clock, log, subscribers: subscribersOf(domains, bus) }),
    metering.startChargingPass(charging),
    calls.start(),
    recordings.start(),
    startPresence(presence, { clock, log }),
    clock.every(FORGET_EVERY_MS, () => forget(db).catch((error: unknown) => log.warn({ err: error }, "app.forgetting_failed"))),
  ];
  if (config.DEMO) await startDemo(platform, domains, options);

  return {
    demoPeople: config.DEMO ? demoPeople() : [],
    async listen(door) {
      await door.open(http.server);
      const udpPort = config.UDP_PORT ?? door.port;
      if (udpPort !== 0) await remote.listenUdp({ host: config.HOST, port: udpPort });
      // Who comes back to his call goes before what can wait.
      stops.unshift(await startJobs(db, jobsOf(platform, domains, config), log));
    },
    async stop() {
      // From now on nobody new comes: who left would be back before we are gone.
      const closed = http.server.close();
      // Channels first, so that their evidence is written while everything still works.
      sockets.close();
      await remote.stop();
      await journal.flush();
      await evidence.close();
      sockets.drop();
      front.close();
      await closed;
      front.close();
      for (const stop of stops) await stop();
      await bus.close();
      await Promise.all([charging.close(), db.close()]);
    },
  };
}

/** The charging pass has connections of its own: the busiest page does not keep it waiting, and it waits for nobody for long. */
function openDbs({ connection, log }: AppOptions): { db: Db; charging: Db } {
  const onError = (error: Error): void => log.warn({ err: error }, "db.connection_lost");
  return {
    db: openDb({ connection, poolSize: DATABASE_CONNECTIONS, patience: PATIENCE, onError }),
    charging: openDb({ connection, poolSize: CHARGING_CONNECTIONS, patience: CHARGING_PATIENCE, onError }),
  };
}

async function recordingsStoreOf({ config, folder }: AppOptions): Promise<Platform["recordingsStore"]> {
  const url = config.RECORDINGS_S3_URL;
  return {
    objects: url === undefined ? objectsInFolder(join(folder, "recordings")) : objectsInS3(url),
    keys: await keysIn(join(folder, "keys", "recordings.json")),
    keptDays: config.RECORDINGS_DAYS,
  };
}

function bindRoutes(
  http: Routes,
  { people, ledger, catalogue, presence, calls, recordings, journal, ...platform }: Domains & Platform,
): void {
  peopleRoutes(http, people, calls.guestOf);
  ledgerRoutes(http, ledger);
  catalogueRoutes(http, catalogue);
  presenceRoutes(http, presence);
  callsRoutes(http, calls);
  recordingsRoutes(http, recordings, calls.partyOf);
  journalRoutes(http, journal, calls.partyOf);
  reportsRoutes(http, createReports({ db: platform.db, findOwner: people.person }));
  if (platform.demo) devRoutes(http, platform.mail);
}

function jobsOf(platform: Platform, { calls, recordings, ledger }: Domains, config: Config): Parameters<typeof startJobs>[1] {
  const prove = nightlyProof({ ...platform, ledger }, config.OPERATOR_MAIL);
  return { ...platform.mail.jobs, ...calls.jobs, ...recordings.jobs, "ledger.prove": prove };
}

/** Answers and attempts are kept no longer than they are needed. */
async function forget(db: Db): Promise<void> {
  await db.run(forgetOldAnswers);
  await db.run(forgetOldAttempts);
}

interface Platform {
  readonly db: Db;
  readonly bus: Bus;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly log: Log;
  readonly signing: Signing;
  readonly publicUrl: string;
  readonly demo: boolean;
  readonly recordingsStore: Pick<RecordingsDeps, "objects" | "keys" | "keptDays">;
}

export type Domains = ReturnType<typeof createDomains>;

/** From the lowest up; what a lower one needs of a higher one is handed in as a port. */
function createDomains(platform: Platform) {
  const { db, bus, clock, log, signing, publicUrl } = platform;
  const people = createPeople(platform);
  const metering = createMetering({ db, clock, log });
  const ledger = createLedger({
    db,
    findPersonByEmail: async (tx, email) => (await people.findPersonByEmail(tx, email))?.id ?? null,
    burnPerMinute: metering.burnPerMinute,
  });
  const presence = createPresence({ db, bus, clock });
  const catalogue = createCatalogue({ db, people, availability: (personIds) => presence.availability(personIds) });
  const calls: Calls = createCalls({
    ...platform,
    people,
    catalogue,
    presence,
    metering,
    clientKeys: (reader, id) => journal.witness.clientKeys(reader, id),
    record: (tx, callId, event) => journal.append(tx, callId, event),
  });
  const recordings: Recordings = createRecordings({
    ...platform,
    ...platform.recordingsStore,
    calls,
    counted: async (id) => (await metering.intervals(id)).filter((interval) => interval.counted),
    // Disputes come later; until then nobody but the parties opens a recording.
    isArbiter: async () => false,
    record: (tx, callId, event) => journal.append(tx, callId, event),
  });
  const journal: Journal = createJournal({ db, clock, log, calls, metering, people, recordings, signing, publicUrl });
  return { people, metering, ledger, catalogue, presence, calls, recordings, journal };
}

async function identify(
  { people, calls }: Domains,
  cookies: Pick<Cookies, "get">,
): Promise<Pick<Caller, "personId" | "roles" | "signInId" | "guestId">> {
  const signIn = cookies.get(SIGN_IN_COOKIE);
  const guest = cookies.get(GUEST_COOKIE);
  const person = signIn === undefined ? null : await people.resolveCaller(signIn);
  const guestId = guest === undefined ? null : await calls.callerOfGuestCookie(guest);
  return { personId: person?.personId ?? null, roles: person?.roles ?? [], signInId: person?.signInId ?? null, guestId };
}

const ofCall = z.object({ callId });

async function isParty(calls: Calls, caller: Caller, params: unknown): Promise<boolean> {
  const named = ofCall.safeParse(params);
  return named.success && (await calls.partyOf(named.data.callId, caller)) !== null;
}

/** What metering tells reaches the journal, the calls, and the screens that are open. */
function subscribersOf({ calls, journal }: Domains, bus: Bus): Subscribers {
  const tell = async ({ topic, body }: Event): Promise<void> => {
    const told = z.object({ callId, minutesLeft: z.int().optional() }).parse(body);
    if (topic === "metering.low_balance") bus.publish(`call:${told.callId}`, { t: "low-balance", minutesLeft: told.minutesLeft ?? 0 });
    bus.publish(`call:${told.callId}`, { t: "call-changed" });
  };
  const all: Record<string, ((heard: Event) => Promise<void>)[]> = {};
  for (const subscribers of [calls.subscribers, journal.subscribers] as Subscribers[]) {
    for (const [topic, heard] of Object.entries(subscribers)) all[topic] = [...(all[topic] ?? []), ...heard];
  }
  for (const topic of ["metering.low_balance", "metering.paused_for_top_up", "metering.paused_for_signature", "metering.resumed"])
    all[topic] = [...(all[topic] ?? []), tell];
  return all;
}

async function iceSettings(
  { BEHIND_PROXY, PUBLIC_ADDRESSES, TURN_URLS, TURN_SECRET }: Config,
  folder: string,
): Promise<RemotePorts["ice"]> {
  return {
    onPagePort: !BEHIND_PROXY,
    addresses: PUBLIC_ADDRESSES,
    keys: await keysIn(join(folder, "keys", "turn.json")),
    other: TURN_SECRET === undefined || TURN_URLS.length === 0 ? null : { urls: TURN_URLS, secret: TURN_SECRET },
  };
}

type RemoteParts = Domains &
  Platform &
  Pick<RemotePorts, "sockets" | "ice" | "onTurn"> & {
    readonly evidence: Evidence;
  };

function remotePorts({ calls, journal, metering, presence, bus, db, clock, log, evidence, ...given }: RemoteParts): RemotePorts {
  return {
    sockets: given.sockets,
    ice: given.ice,
    onTurn: given.onTurn,
    bus,
    clock,
    log,
    calls,
    evidence,
    journal: { append: journal.appendSoon, chat: journal.chat },
    witness: journal.witness,
    pages: presence,
    meters: (callIds) => metering.meters(db, callIds),
    onSignInEnded: (signInId, ended) => bus.subscribe(`sign-in:${signInId}`, ended),
    personTopic: (personId) => `person:${personId}`,
    callTopic: (id) => `call:${id}`,
  };
}

/** People, money and cards; in a new database after a month of calls. A month that cannot be played is no reason not to start. */
async function startDemo(platform: Platform, domains: Domains, { config, tell }: AppOptions): Promise<void> {
  const { db, clock, log } = platform;
  const [first] = demoPeople();
  const isNew = first !== undefined && (await domains.people.findPersonByEmail(db, first.email)) === null;
  if (!isNew) return;
  if (!config.DEMO_HISTORY) return seedDemo(db, domains);
  tell?.("First start: a month of demo calls is being played ... ");
  const began = clock.monotonicMs();
  try {
    const calls = await livePast(db, monthBefore, (past) => liveMonth(platform, past));
    tell?.(`${calls} calls in ${((clock.monotonicMs() - began) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    log.error({ err: error }, "demo.history_failed");
    tell?.("it failed, so there are none\n");
    await seedDemo(db, domains);
  }
}

const monthBefore = (present: Date): Date => new Date(present.getTime() - (HISTORY_DAYS + 1) * 86_400_000);
const DEMO_SEED = 1;

/** The product in the past, told to nobody who listens now. */
async function liveMonth(platform: Platform, past: Past): Promise<number> {
  const { db, clock } = past;
  const bus: Bus = { publish: () => {}, subscribe: () => () => {}, close: async () => {} };
  const domains = createDomains({ ...platform, db, clock, bus });
  await seedDemo(db, domains);
  const stops = [domains.metering.startChargingPass(), startEvents({ ...platform, db, clock, subscribers: subscribersOf(domains, bus) })];
  const calls = await playHistory({ past, domains, chance: seededChance(DEMO_SEED) });
  for (const stop of stops) await stop();
  return calls;
}

/** Money for the people of the demo, once: the ledger knows the key. */
const DEMO_TOP_UP_KOPECKS = 150_000;

async function seedDemo(db: Db, { people, ledger, presence }: Domains): Promise<void> {
  await db.tx(async (tx) => {
    for (const person of await seedDemoPeople(tx)) {
      if (person.roles.includes("operator")) continue;
      await ledger.topUp(tx, {
        key: `demo:${person.id}`,
        party: person.id,
        from: "bank",
        amount: kopecks(DEMO_TOP_UP_KOPECKS),
        reason: "Демонстрационное пополнение",
      });
    }
    const consultants = await seedDemoCards(tx, (email) => people.findPersonByEmail(tx, email));
    for (const personId of consultants) await presence.setTakingCalls(tx, personId, true);
  });
}

/** What a demo tells anyone: its sign-ins, and the mails that stayed in the folder. */
function devRoutes(http: Routes, mail: Mail): void {
  http.bind(devApi.demo, async () => ({ people: [...demoPeople()] }));
  http.bind(devApi.mail, async () => ({ mails: (await mail.readMails()).map((one) => ({ ...one, at: new Date(one.at) })) }));
}
