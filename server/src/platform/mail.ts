/**
 * Mail: queued in the transaction that has a reason for it, sent by a job. Without a mail server each mail becomes a file in a folder
 * (RFC 5322, opens in any mail program) and can be read by developers.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SendMailOptions, Transporter } from "nodemailer";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Tx } from "./db.ts";
import { addJob, type JobHandlers } from "./jobs.ts";
import type { Log } from "./log.ts";

export interface NewMail {
  /** Of what is told again: the same id is the same letter. */
  readonly id?: string;
  /** One address, already checked to be one. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface MailOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; null: mails stay in the folder. */
  readonly smtpUrl: string | null;
  /** Sender, as `Name <address>`. */
  readonly from: string;
  /** Made when the first mail is written. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

const readableMail = z.object({ id: z.string(), to: z.string(), subject: z.string(), text: z.string(), at: z.iso.datetime() });
/** A mail that stayed in the folder; `at` is RFC 3339. */
export type ReadableMail = z.infer<typeof readableMail>;

export interface Mail {
  /** The mail goes out if and only if the transaction commits; at least once, with the same Message-ID if again. */
  send(tx: Tx, mail: NewMail): Promise<void>;
  /** The mails in the folder, newest first, at most a hundred; none when a mail server is configured. */
  readMails(): Promise<ReadableMail[]>;
  readonly jobs: JobHandlers;
}

const TASK = "platform.send_mail";
const READABLE_MAX = 100;
/** A mail server that is silent for so long is tried again later. */
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;

const queuedMail = z.object({ id: z.uuid(), to: z.string(), subject: z.string(), text: z.string() });
type QueuedMail = z.infer<typeof queuedMail>;

export function createMail(options: MailOptions): Mail {
  const { smtpUrl } = options;
  const deliver = smtpUrl === null ? (mail: QueuedMail) => keep(options, mail) : deliverBySmtp(options, smtpUrl);
  return {
    send: (tx, { id = randomUUID(), to, subject, text }) => addJob(tx, { task: TASK, payload: { id, to, subject, text } }),
    readMails: async () => (smtpUrl === null ? readKept(options.folder) : []),
    jobs: { [TASK]: (payload) => deliver(queuedMail.parse(payload)) },
  };
}

/** Read when there is something to send: every start has people in calls who wait for it. */
const nodemailer = () => import("nodemailer");

/** The message itself. Made by a machine, so that no vacation answers come back (RFC 3834). */
function messageOf({ from }: MailOptions, { id, to, subject, text }: QueuedMail, at: Date): SendMailOptions {
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  return {
    messageId: `<${id}@${domain}>`,
    date: at,
    from,
    to: { name: "", address: to },
    subject,
    text,
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

function deliverBySmtp(options: MailOptions, url: string): (mail: QueuedMail) => Promise<void> {
  let transport: Transporter | null = null;
  return async (mail) => {
    transport ??= (await nodemailer()).createTransport({
      url,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
    });
    try {
      await transport.sendMail(messageOf(options, mail, options.clock.now()));
    } catch (error) {
      if (!isRefusedForGood(error)) throw error;
      options.log.warn({ mailId: mail.id, reply: z.object({ responseCode: z.int() }).parse(error).responseCode }, "mail.refused_for_good");
    }
  };
}

const recipientRefused = z.object({ responseCode: z.int().min(500).max(599), command: z.enum(["RCPT TO", "DATA"]) });

/** 5xx to the recipient or to the message: trying again would change nothing (RFC 5321, 4.2.1). 5xx before that is a wrong setting, tried again until it is mended. */
const isRefusedForGood = (error: unknown): boolean => recipientRefused.safeParse(error).success;

async function keep(options: MailOptions, mail: QueuedMail): Promise<void> {
  const at = options.clock.now();
  const { createTransport } = await nodemailer();
  const written = await createTransport({ streamTransport: true, buffer: true, newline: "windows" }).sendMail(messageOf(options, mail, at));
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const name = join(options.folder, `${at.toISOString().replaceAll(/[:.]/g, "-")}-${mail.id}`);
  const readable: ReadableMail = { ...mail, at: at.toISOString() };
  await writeWhole(`${name}.eml`, z.instanceof(Buffer).parse(written.message));
  await writeWhole(`${name}.json`, JSON.stringify(readable));
}

/** Never half a file under the final name. */
async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  await writeFile(`${file}.part`, content, { mode: 0o600 });
  await rename(`${file}.part`, file);
}

async function readKept(folder: string): Promise<ReadableMail[]> {
  const names = await readdir(folder).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .reverse()
    .slice(0, READABLE_MAX);
  return Promise.all(newest.map(async (name) => readableMail.parse(JSON.parse(await readFile(join(folder, name), "utf8")))));
}
