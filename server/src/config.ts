/** Every setting: its meaning and its default. Read once, from the environment; .env.example is generated from this table. */
import { z } from "zod";

const list = z.string().transform((value) =>
  value
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== ""),
);
const onOff = z.enum(["on", "off"]).transform((value) => value === "on");

export const settings = {
  PORT: {
    meaning: "Port the product listens on; when it is busy the next free one is taken and told",
    schema: z.coerce.number().int().min(0).max(65_535).default(3000),
  },
  HOST: { meaning: "Address the product listens on; 0.0.0.0 to be reached from other machines", schema: z.string().default("localhost") },
  PUBLIC_URL: {
    meaning: "Address people see in their browsers, printed in mails and links; by default http://localhost:PORT",
    schema: z.url().optional(),
  },
  BEHIND_PROXY: { meaning: "on when a reverse proxy in front of us sets X-Forwarded-For", schema: onOff.default(false) },
  TLS_CERT_FILE: {
    meaning: "Certificate with those between it and a known one, PEM; with it we speak TLS ourselves, and read it again when it changes",
    schema: z.string().optional(),
  },
  TLS_KEY_FILE: { meaning: "Private key of TLS_CERT_FILE, PEM", schema: z.string().optional() },
  TLS_SELF_MADE: {
    meaning: "on: TLS with a certificate made here, for a local network; browsers warn of it once",
    schema: onOff.default(false),
  },
  UDP_PORT: {
    meaning: "UDP port of STUN and TURN; by default the number of PORT, 0: none",
    schema: z.coerce.number().int().min(0).max(65_535).optional(),
  },
  PUBLIC_ADDRESSES: {
    meaning:
      "Addresses or names browsers reach this server by besides that of the page, with commas between; by default the one their page came to",
    schema: list.default([]),
  },
  TURN_URLS: {
    meaning: "URLs of a TURN server besides our own (coturn with use-auth-secret), with commas between",
    schema: list.default([]),
  },
  TURN_SECRET: { meaning: "Secret shared with the server of TURN_URLS", schema: z.string().optional() },
  DATA_DIR: { meaning: "Folder of the embedded database, mails, files and keys", schema: z.string().min(1).default(".data") },
  KEYS_DIR: {
    meaning: "Folder of the keys that sign statements and protocols, the same for all copies of the server; by default DATA_DIR/keys",
    schema: z.string().min(1).optional(),
  },
  DATABASE_URL: { meaning: "A PostgreSQL 18 of yours instead of the embedded one", schema: z.string().optional() },
  NATS_URL: {
    meaning:
      "A NATS server that carries news between the copies of the server, as nats://user:password@host:4222; without it PostgreSQL does",
    schema: z
      .string()
      .regex(/^(nats|tls):\/\//)
      .optional(),
  },
  DEMO: {
    meaning:
      "on: demo people and money, their sign-ins shown, mails readable at /dev/mail; by default on with the embedded database on one's own machine, off with DATABASE_URL, a PUBLIC_URL or a HOST others can reach",
    schema: onOff.optional(),
  },
  DEMO_HISTORY: {
    meaning: "on: a new embedded database begins with a month of demo calls, played in a few seconds; off: with demo people only",
    schema: onOff.default(true),
  },
  SMTP_URL: {
    meaning: "Mail server, as smtp://user:password@host:port; without it mails stay in DATA_DIR/mail",
    schema: z.string().optional(),
  },
  MAIL_FROM: { meaning: "Sender of the product's mails", schema: z.string().default("Минута <noreply@minuta.example>") },
  OPERATOR_MAIL: {
    meaning: "Whom to write when the nightly proof of the money fails; without it only the log says so",
    schema: z.email().optional(),
  },
  RECORDINGS_S3_URL: {
    meaning: "Bucket for the recordings, as https://key:secret@host/bucket?region=name; without it they lie in DATA_DIR/recordings",
    schema: z.url().optional(),
  },
  RECORDINGS_DAYS: {
    meaning: "How many days recordings are kept; their hashes stay",
    schema: z.coerce.number().int().min(1).max(3650).default(90),
  },
  LOG_LEVEL: {
    meaning: "fatal, error, warn, info, debug or silent",
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("warn"),
  },
} as const satisfies Record<string, { meaning: string; schema: z.ZodType }>;

type Schemas = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]["schema"] };
const schema = z.object(Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.schema])) as Schemas);

export type Config = Omit<z.output<typeof schema>, "DEMO"> & { readonly DEMO: boolean };

const OWN_MACHINE: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

/** Empty values count as not set. Throws with one line per wrong setting. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.keys(settings).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const result = schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message} (${settings[path[0] as keyof typeof settings].meaning})`,
    );
    throw new Error(`settings that cannot be used:\n${lines.join("\n")}`);
  }
  const { DATABASE_URL, PUBLIC_URL, HOST, DEMO_HISTORY, TLS_CERT_FILE, TLS_KEY_FILE, TURN_URLS, TURN_SECRET } = result.data;
  if ((TLS_CERT_FILE === undefined) !== (TLS_KEY_FILE === undefined)) throw new Error("TLS_CERT_FILE and TLS_KEY_FILE go together");
  if (TURN_URLS.length > 0 && TURN_SECRET === undefined) throw new Error("TURN_URLS needs TURN_SECRET");
  // Everybody knows the demo's passwords: nobody gets it onto the internet without asking for it.
  const { DEMO = DATABASE_URL === undefined && PUBLIC_URL === undefined && OWN_MACHINE.has(HOST) } = result.data;
  return { ...result.data, DEMO, DEMO_HISTORY: DEMO_HISTORY && DEMO && DATABASE_URL === undefined };
}
