/** The composition root: the only file that knows every domain. Makes each from what it needs, binds its routes, starts its loops. */
import { join } from "node:path";
import { devApi } from "@minuta/contracts/dev";
import pg from "pg";
import type { Config } from "./config.ts";
import { openBus } from "#platform/bus";
import { systemClock } from "#platform/clock";
import { openDb, type DbOptions } from "#platform/db";
import { startEvents } from "#platform/events";
import { createHttp, type Routes } from "#platform/http";
import { startJobs } from "#platform/jobs";
import type { Log } from "#platform/log";
import { createMail, type Mail } from "#platform/mail";
import { migrate } from "#platform/migrate";
import { servePages } from "#platform/pages";
import { createSockets } from "#platform/socket";
import { createPeople, demoPeople, peopleRoutes, seedDemoPeople, SIGN_IN_COOKIE, type DemoSignIn } from "#people";

const DATABASE_CONNECTIONS = 20;

export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  /** Where mails, files and keys are kept. */
  readonly folder: string;
  readonly connection: DbOptions["connection"];
  /** The product's address as people see it. */
  readonly publicUrl: string;
}

export interface App {
  listen(at: { host: string; port: number }): Promise<void>;
  /** Closes channels so that their evidence is written, then everything else; running calls go on with the next start. */
  stop(): Promise<void>;
  /** Empty when this is no demo. */
  readonly demoPeople: readonly DemoSignIn[];
}

export async function startApp(options: AppOptions): Promise<App> {
  const { config, log, connection, publicUrl } = options;
  const clock = systemClock;
  const db = openDb({ connection, poolSize: DATABASE_CONNECTIONS, onError: (error) => log.warn({ err: error }, "db.connection_lost") });
  await migrate(db.pool);
  const bus = await openBus({ connect: () => new pg.Client(connection), clock, log });
  const mail = createMail({ smtpUrl: config.SMTP_URL ?? null, from: config.MAIL_FROM, folder: join(options.folder, "mail"), clock, log });

  const people = createPeople({ db, bus, mail, publicUrl, demo: config.DEMO });

  const http = createHttp({
    db,
    log,
    behindProxy: config.BEHIND_PROXY,
    async identify(cookies) {
      const signIn = cookies.get(SIGN_IN_COOKIE);
      const person = signIn === undefined ? null : await people.resolveCaller(signIn);
      return { personId: person?.personId ?? null, roles: person?.roles ?? [], signInId: person?.signInId ?? null, guestId: null };
    },
    isParty: async () => false,
  });
  const sockets = createSockets({ server: http.server.server, callerOf: http.callerOf, log });
  peopleRoutes(http, people, async () => null);
  if (config.DEMO) devRoutes(http, mail);
  await servePages(http.server);

  const stopJobs = await startJobs(db, { ...mail.jobs }, log);
  const stopEvents = startEvents({ db, clock, log, subscribers: {} });
  if (config.DEMO) await db.tx((tx) => seedDemoPeople(tx));

  return {
    demoPeople: config.DEMO ? demoPeople() : [],
    listen: async (at) => void (await http.server.listen(at)),
    async stop() {
      sockets.close();
      await http.server.close();
      await stopEvents();
      await stopJobs();
      await bus.close();
      await db.close();
    },
  };
}

/** What a demo tells anyone: its sign-ins, and the mails that stayed in the folder. */
function devRoutes(http: Routes, mail: Mail): void {
  http.bind(devApi.demo, async () => ({ people: [...demoPeople()] }));
  http.bind(devApi.mail, async () => ({ mails: (await mail.readMails()).map((one) => ({ ...one, at: new Date(one.at) })) }));
}
