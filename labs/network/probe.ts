/** Run beside a browser: what this place of the net really lets through, as one line of JSON. Only what is wanted is tried. */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { z } from "zod";
import { PART_AFTER_MS, STRANGER } from "./stranger-ports.ts";

const PATIENCE_MS = 1200;
const UPLOAD_PATIENCE_MS = 8000;
const BIG_PACKET_BYTES = 1400;
const UPLOAD_BYTES = 150_000;
const LOSS_PACKETS = 300;
const LOSS_EVERY_MS = 4;

const wishes = z
  .object({
    wanted: z.array(z.string()),
    name: z.string(),
    server: z.string(),
    strangers: z.tuple([z.string(), z.string()]),
    /** The other end's own address behind its gateway. */
    otherEnd: z.string(),
    proxy: z.object({ host: z.string(), port: z.int(), password: z.string().optional() }),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));
const [stranger, otherStranger] = wishes.strangers;

const within = <T>(work: Promise<T>, patienceMs = PATIENCE_MS): Promise<T | null> =>
  Promise.race([work.catch(() => null), sleep(patienceMs, null)]);

async function tcp(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  const opened = await within(new Promise<true>((open, fail) => void socket.once("connect", () => open(true)).once("error", fail)));
  socket.destroy();
  return opened === true;
}

/** A computer that is reached refuses a connection at once where nobody listens. */
async function isReached(address: string): Promise<boolean> {
  const socket = connect(9, address);
  const refused = new Promise<boolean>((told) => socket.once("error", ({ code }: NodeJS.ErrnoException) => told(code === "ECONNREFUSED")));
  const reached = await within(refused);
  socket.destroy();
  return reached === true;
}

const seen = z.object({ address: z.string(), port: z.int() });
interface Answer {
  readonly port: number;
  readonly ms: number;
}

/** One socket, for who sees which port matters. */
const socket: Socket = createSocket("udp4");
await new Promise<void>((bound) => socket.bind(0, bound));

/** Says something and waits for whoever answers. */
async function ask(address: string, words: string): Promise<Answer | null> {
  const began = performance.now();
  const answer = new Promise<z.infer<typeof seen>>((heard) =>
    socket.once("message", (text) => heard(seen.parse(JSON.parse(text.toString("utf8"))))),
  );
  socket.send(words, STRANGER.udp, address);
  const came = await within(answer);
  socket.removeAllListeners("message");
  return came === null ? null : { port: came.port, ms: Math.round(performance.now() - began) };
}

async function lossPercent(): Promise<number> {
  let came = 0;
  socket.on("message", () => (came += 1));
  for (let n = 0; n < LOSS_PACKETS; n += 1) {
    socket.send("hello", STRANGER.udp, stranger);
    await sleep(LOSS_EVERY_MS);
  }
  await sleep(PATIENCE_MS);
  socket.removeAllListeners("message");
  return Math.round((1 - came / LOSS_PACKETS) * 1000) / 10;
}

/** How fast a stranger gets what is sent to him. */
async function uplinkKbps(): Promise<number | null> {
  const began = performance.now();
  const socketUp = connect({ port: STRANGER.sink, host: stranger, allowHalfOpen: true });
  socketUp.on("error", () => undefined);
  socketUp.end(Buffer.alloc(UPLOAD_BYTES));
  const told = await within(new Promise((heard) => socketUp.once("data", heard)), UPLOAD_PATIENCE_MS);
  socketUp.destroy();
  return told === null ? null : Math.round((UPLOAD_BYTES * 8) / (performance.now() - began));
}

/** Asks the proxy for a connection: its status, and the connection. */
async function byProxy(authority: string, password?: string): Promise<{ status: number; socket: import("node:stream").Duplex } | null> {
  const { host, port } = wishes.proxy;
  const headers = password === undefined ? {} : { "proxy-authorization": `Basic ${Buffer.from(password).toString("base64")}` };
  return await within(
    new Promise((answered, fail) => {
      const asked = request({ host, port, method: "CONNECT", path: authority, headers });
      asked.on("connect", ({ statusCode }, socketThere) => answered({ status: statusCode ?? 0, socket: socketThere }));
      asked.on("response", ({ statusCode, socket: there }) => answered({ status: statusCode ?? 0, socket: there }));
      asked.on("error", fail).end();
    }),
  );
}

async function tlsByProxy(authority: string): Promise<TLSSocket | null> {
  const there = await byProxy(authority, wishes.proxy.password);
  if (there?.status !== 200) return null;
  const opened = connectTls({ socket: there.socket, rejectUnauthorized: false, servername: wishes.name });
  opened.on("error", () => undefined);
  return await within(new Promise<TLSSocket>((secure) => opened.once("secureConnect", () => secure(opened))));
}

const REQUEST = "Host: minuta.lab\r\n";
const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Whether the proxy lets an upgrade through to the server, whatever the server then says. */
async function webSocket(): Promise<boolean> {
  const opened = await tlsByProxy(`${wishes.name}:443`);
  opened?.write(`GET /probe HTTP/1.1\r\n${REQUEST}${UPGRADE}\r\n`);
  const answer = opened === null ? null : await within(new Promise<Buffer>((heard) => opened.once("data", heard)));
  return answer !== null && !answer.toString("latin1").startsWith("HTTP/1.1 403");
}

/** Whether an answer given in two parts, a second apart, comes at once and whole. */
async function heldBack(): Promise<boolean | null> {
  const opened = await tlsByProxy(`${stranger}:${STRANGER.parts}`);
  if (opened === null) return null;
  opened.write(`GET / HTTP/1.1\r\n${REQUEST}Connection: close\r\n\r\n`);
  const at = { first: Infinity };
  opened.on("data", () => (at.first = Math.min(at.first, performance.now())));
  await within(new Promise((ended) => opened.once("end", ended)), 4 * PATIENCE_MS);
  return at.first === Infinity ? null : performance.now() - at.first < PART_AFTER_MS / 2;
}

const findings = {
  /** Lines lose a packet now and then. */
  udp: async () =>
    [await ask(stranger, "hello"), await ask(stranger, "hello"), await ask(stranger, "hello")].some((answer) => answer !== null),
  /** Another machine sees another port: a symmetric NAT. */
  portChanges: async () => {
    const [one, two] = [await ask(stranger, "hello"), await ask(otherStranger, "hello")];
    return one !== null && two !== null && one.port !== two.port;
  },
  /** Who was never written to gets in: a full cone. Asked before he is. */
  strangersGetIn: async () => (await ask(stranger, "other, please")) !== null,
  roundTripMs: async () => {
    const answers = [await ask(stranger, "hello"), await ask(stranger, "hello"), await ask(stranger, "hello")];
    return Math.min(...answers.map((answer) => answer?.ms ?? Infinity));
  },
  lossPercent,
  bigPackets: async () => (await ask(stranger, "x".repeat(BIG_PACKET_BYTES))) !== null,
  uplinkKbps,
  page: async () => await tcp(wishes.server, 443),
  page80: async () => await tcp(wishes.server, 80),
  otherTcp: async () => await tcp(stranger, STRANGER.tcp),
  otherEnd: async () => await isReached(wishes.otherEnd),
  name: async () => (await within(lookup(wishes.name, 4)))?.address === wishes.server,
  /** What the proxy answers to who gives no password. */
  proxy: async () => (await byProxy(`${wishes.name}:443`))?.status ?? null,
  /** Whose certificate comes through the proxy. */
  inspected: async () => (await tlsByProxy(`${wishes.name}:443`))?.getPeerCertificate().issuer.CN === "Minuta lab proxy",
  webSocket,
  heldBack,
};
export type Probe = { readonly [What in keyof typeof findings]: Awaited<ReturnType<(typeof findings)[What]>> };

const order = Object.entries(findings).toSorted(([one], [two]) => Number(two === "strangersGetIn") - Number(one === "strangersGetIn"));
const found: Record<string, unknown> = {};
for (const [what, look] of order) if (wishes.wanted.includes(what)) found[what] = await look();
console.log(JSON.stringify(found));
process.exit(0);
