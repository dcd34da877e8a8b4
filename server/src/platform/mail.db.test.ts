import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { testDatabase, type TestDatabase } from "../testing.ts";
import { systemClock } from "./clock.ts";
import { startJobs } from "./jobs.ts";
import { createLog } from "./log.ts";
import { createMail } from "./mail.ts";

const FROM = "Минута <noreply@minuta.example>";
const LETTER = {
  to: "client@firma.example",
  subject: "Подтвердите адрес — Минута",
  text: "Откройте ссылку:\n\nhttps://minuta.example/confirm?token=abc\n.\n..точки в начале строк\n",
};
const log = createLog("silent");

/** What the mail server does to one conversation: where it answers something else than it should. */
type Mood = { greeting?: string; rcpt?: string; data?: string; end?: string; closeAfterData?: boolean };

/** A small mail server (RFC 5321): takes mails, or behaves as the moods say, one for each conversation in turn. */
class SmtpServer {
  readonly received: { from: string; to: string[]; message: string }[] = [];
  /** The Message-ID of every message offered, taken or not. */
  readonly offered: string[] = [];
  conversations = 0;
  readonly moods: Mood[];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(moods: Mood[] = []) {
    this.moods = moods;
    this.server = createServer((socket) => this.talk(socket, this.moods[this.conversations++] ?? {}));
  }
  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}?ignoreTLS=true`;
  }
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }

  private talk(socket: Socket, mood: Mood): void {
    this.sockets.add(socket);
    socket.on("error", () => {});
    const say = (line: string) => socket.write(`${line}\r\n`);
    const envelope = { from: "", to: [] as string[], message: "" };
    let inData = false;
    let waiting = "";
    say(mood.greeting ?? "220 mail.test ESMTP");
    if (mood.greeting) return void socket.end();
    const commands: Record<string, (line: string) => void> = {
      EHLO: () => say("250-mail.test\r\n250 8BITMIME"),
      MAIL: (line) => {
        envelope.from = line;
        say("250 ok");
      },
      RCPT: (line) => {
        if (!mood.rcpt) envelope.to.push(line);
        say(mood.rcpt ?? "250 ok");
      },
      DATA: () => {
        inData = mood.data === undefined;
        say(mood.data ?? "354 go on");
        if (mood.closeAfterData) socket.destroy();
      },
      RSET: () => say("250 ok"),
      QUIT: () => {
        say("221 bye");
        socket.end();
      },
    };
    socket.on("data", (bytes) => {
      waiting += bytes.toString("utf8");
      for (let at = waiting.indexOf("\r\n"); at >= 0; at = waiting.indexOf("\r\n")) {
        const line = waiting.slice(0, at);
        waiting = waiting.slice(at + 2);
        if (!inData) (commands[line.slice(0, 4).toUpperCase()] ?? (() => say("502 what?")))(line);
        else if (line !== ".") envelope.message += `${line.startsWith(".") ? line.slice(1) : line}\r\n`;
        else {
          inData = false;
          this.offered.push(shown(envelope.message).header("Message-ID"));
          if (!mood.end) this.received.push({ ...envelope });
          say(mood.end ?? "250 taken");
        }
      }
    });
  }
}

/** Header and text of a message as a mail program would show them; enough for what we send: one text part. */
function shown(message: string): { header: (name: string) => string; text: string } {
  const [head = "", ...body] = message.split("\r\n\r\n");
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, " ");
  const header = (name: string): string => {
    const raw = new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1] ?? "";
    const bytesOf = (kind: string, word: string) =>
      kind.toUpperCase() === "B" ? Buffer.from(word, "base64") : quotedBytes(word.replaceAll("_", " "));
    return raw
      .replaceAll(/\?=\s+=\?/g, "?==?")
      .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) => bytesOf(kind, word).toString("utf8"));
  };
  const encoded = body.join("\r\n\r\n");
  const encodings: Record<string, (text: string) => Buffer> = {
    base64: (text) => Buffer.from(text, "base64"),
    "quoted-printable": (text) => quotedBytes(text.replaceAll("=\r\n", "")),
  };
  const decode = encodings[header("Content-Transfer-Encoding")] ?? ((text: string) => Buffer.from(text));
  return { header, text: decode(encoded).toString("utf8").replaceAll("\r\n", "\n") };
}
const quotedBytes = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "minuta-mail-"));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const mailTo = (smtpUrl: string | null, into = folder, toLog = log) =>
  createMail({ smtpUrl, from: FROM, folder: into, clock: systemClock, log: toLog });
type Mail = ReturnType<typeof mailTo>;

describe("without a mail server", () => {
  test("a mail becomes a file any mail program opens, and can be read by developers, newest first", async () => {
    const mail = mailTo(null);
    const stop = await startJobs(database.db, mail.jobs, log);
    await database.db.tx((tx) => mail.send(tx, LETTER));
    await vi.waitFor(async () => expect(await mail.readMails()).toHaveLength(1), { timeout: 10_000 });
    await database.db.tx((tx) => mail.send(tx, { ...LETTER, subject: "Second" }));
    await vi.waitFor(async () => expect(await mail.readMails()).toHaveLength(2), { timeout: 10_000 });
    await stop();

    const mails = await mail.readMails();
    expect(mails.map(({ subject }) => subject)).toEqual(["Second", LETTER.subject]);
    expect(mails[1]).toMatchObject(LETTER);
    const files = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
    expect(files).toHaveLength(2);
    const message = await readFile(join(folder, files[0]!), "utf8");
    expect(message.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const { header, text } = shown(message);
    expect({ from: header("From"), to: header("To"), subject: header("Subject"), text }).toEqual({ from: FROM, ...LETTER });
    expect(header("Message-ID")).toBe(`<${mails[1]!.id}@minuta.example>`);
    expect(header("Auto-Submitted")).toBe("auto-generated");
    expect(Math.abs(Date.parse(header("Date")) - Date.parse(mails[1]!.at))).toBeLessThan(1_000);
  });

  test("a mail of a transaction that was rolled back is never sent", async () => {
    const own = join(folder, "rolled-back");
    const mail = mailTo(null, own);
    const stop = await startJobs(database.db, mail.jobs, log);
    await expect(
      database.db.tx(async (tx) => {
        await mail.send(tx, { ...LETTER, subject: "never" });
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    await database.db.tx((tx) => mail.send(tx, { ...LETTER, subject: "afterwards" }));
    await vi.waitFor(async () => expect((await mail.readMails()).map(({ subject }) => subject)).toEqual(["afterwards"]), {
      timeout: 10_000,
    });
    await stop();
  });

  test("an address or subject with line breaks adds no header and no recipient", async () => {
    const own = join(folder, "breaks");
    const mail = mailTo(null, own);
    await deliver(mail, { ...LETTER, to: "client@firma.example\r\nBcc: spy@evil.example", subject: "Hello\r\nBcc: spy@evil.example" });
    const [file] = (await readdir(own)).filter((name) => name.endsWith(".eml"));
    expect(await readFile(join(own, file!), "utf8")).not.toMatch(/^Bcc:/im);
  });
});

const deliver = (mail: Mail, letter: typeof LETTER) =>
  mail.jobs["platform.send_mail"]!({ id: "0198c0de-0000-7000-8000-000000000001", ...letter });

describe("with a mail server", () => {
  let server: SmtpServer;
  afterEach(() => server.close());
  const start = async (...moods: Mood[]): Promise<Mail> => {
    server = new SmtpServer(moods);
    return mailTo(await server.listen());
  };

  test("a mail arrives whole: Cyrillic, links, lines that begin with dots", async () => {
    const mail = await start();
    await deliver(mail, LETTER);
    expect(server.received).toHaveLength(1);
    const [{ from, to, message }] = server.received as [SmtpServer["received"][number]];
    expect(from).toMatch(/^MAIL FROM:<noreply@minuta\.example>/);
    expect(to).toEqual(["RCPT TO:<client@firma.example>"]);
    const { header, text } = shown(message);
    expect({ from: header("From"), to: header("To"), subject: header("Subject"), text }).toEqual({ from: FROM, ...LETTER });
    expect(await mail.readMails()).toEqual([]);
  });

  test.each<[string, Mood]>([
    ["is going down (421)", { greeting: "421 shutting down" }],
    ["does not take the recipient now (450, greylisting)", { rcpt: "450 try again" }],
    ["has no room before the message (452)", { data: "452 no room" }],
    ["fails after the message (451)", { end: "451 local error" }],
    ["closes in the middle of the message", { closeAfterData: true }],
    ["refuses us altogether (554): the setting is to be mended", { greeting: "554 no service for you" }],
  ])("that %s: the mail is tried again and arrives once", async (_, mood) => {
    const mail = await start(mood);
    await expect(deliver(mail, LETTER)).rejects.toThrow();
    expect(server.received).toHaveLength(0);
    await deliver(mail, LETTER);
    expect(server.received).toHaveLength(1);
  });

  test("that knows no such recipient (550) is not asked again; the log says so without the letter or its address", async () => {
    const warn = vi.fn();
    server = new SmtpServer([{ rcpt: "550 no such user" }]);
    const mail = mailTo(await server.listen(), folder, Object.assign(createLog("silent"), { warn }));
    await deliver(mail, LETTER);
    expect(server.received).toHaveLength(0);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]).toEqual([{ mailId: "0198c0de-0000-7000-8000-000000000001", reply: 550 }, "mail.refused_for_good"]);
  });

  test("that fails for a while: the queue keeps the mail and sends it later, with one Message-ID in all attempts", async () => {
    const mail = await start({ end: "451 local error" });
    const stop = await startJobs(database.db, mail.jobs, log);
    await database.db.tx((tx) => mail.send(tx, LETTER));
    await vi.waitFor(() => expect(server.received).toHaveLength(1), { timeout: 15_000 });
    await stop();
    expect(server.offered).toHaveLength(2);
    expect(new Set(server.offered).size).toBe(1);
    expect((await database.db.pool.query("select 1 from graphile_worker.jobs")).rowCount).toBe(0);
  });
});
