import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { get as getOverHttp, type IncomingMessage } from "node:http";
import { get as getOverTls } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCertificate, type Certificate } from "./certificate.ts";
import { systemClock } from "./clock.ts";
import { createFront, type Front } from "./front.ts";
import { createLog } from "./log.ts";
import { makeCertificate, selfMadeCertificate } from "./self-made.ts";

const log = createLog("silent");
const TURN_HELLO = Buffer.from("000100002112a442", "hex");
const ca = makeCertificate(["localhost", "127.0.0.1"], new Date());
const certificate: Certificate = { current: () => ca, onChange: () => {}, close: () => {} };

let servers: { server: FastifyInstance; front: Front }[];
let folder: string;
beforeEach(async () => {
  servers = [];
  folder = await mkdtemp(join(tmpdir(), "minuta-front-"));
});
afterEach(async () => {
  for (const { server, front } of servers) {
    front.close();
    await server.close();
  }
  await rm(folder, { recursive: true });
});

async function listen(withTls: boolean): Promise<{ port: number; taken: Socket[] }> {
  const front = createFront({ certificate: withTls ? certificate : null, behindProxy: false, log });
  const server = Fastify({ serverFactory: front.makeServer });
  server.get("/", (request, reply) => reply.send(`page by ${request.protocol}`));
  server.post("/", (request, reply) => reply.send(request.body));
  const taken: Socket[] = [];
  front.onTurn((socket) => {
    taken.push(socket);
    socket.on("data", (bytes) => socket.write(`turn:${String(bytes)}`));
  });
  servers.push({ server, front });
  await server.listen({ port: 0, host: "localhost" });
  return { port: (server.server.address() as AddressInfo).port, taken };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}
const answerOf = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith("https") ? getOverTls(url, { ca: ca.cert }, resolve) : getOverHttp(url, resolve);
    request.on("error", reject);
  });

async function turnAnswer(socket: Socket): Promise<string> {
  socket.write(TURN_HELLO);
  const [bytes] = await once(socket, "data");
  socket.destroy();
  return (bytes as Buffer).toString("latin1").slice(0, 5);
}

test("one port has the page and TURN", async () => {
  const { port } = await listen(false);
  expect(await textOf(await answerOf(`http://localhost:${port}/`))).toBe("page by http");
  const large = JSON.stringify({ filler: "x".repeat(300_000) });
  const posted = await fetch(`http://localhost:${port}/`, { method: "POST", headers: { "content-type": "application/json" }, body: large });
  expect(await posted.text()).toBe(large);
  expect(await turnAnswer(connect(port, "127.0.0.1"))).toBe("turn:");
});

test("with a certificate the same port has the page by TLS, TURN by TLS and in the clear, and leads whoever forgot the https", async () => {
  const { port } = await listen(true);
  expect(await textOf(await answerOf(`https://localhost:${port}/`))).toBe("page by https");
  const overTls = connectTls({ port, host: "localhost", ca: ca.cert });
  await once(overTls, "secureConnect");
  expect(await turnAnswer(overTls)).toBe("turn:");
  expect(await turnAnswer(connect(port, "127.0.0.1"))).toBe("turn:");
  const led = await answerOf(`http://localhost:${port}/call/1?a=b`);
  expect([led.statusCode, led.headers.location]).toEqual([308, `https://localhost:${port}/call/1?a=b`]);
  led.resume();
});

test("TLS to a server without a certificate, and TLS within TLS, are closed without an answer", async () => {
  const { port } = await listen(false);
  const plain = connect(port, "127.0.0.1");
  plain.write(Buffer.from("16030100", "hex"));
  await once(plain, "close");
  expect(plain.bytesRead).toBe(0);
});

test("the connections of one client are handed on one byte at a time as well as at once", async () => {
  const { port } = await listen(false);
  const socket = connect(port, "127.0.0.1");
  for (const byte of "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") {
    socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  expect(text).toMatch(/^HTTP\/1.1 200[\s\S]*page by http$/);
});

test("a self-made certificate is kept, its key for its owner only, and made anew for another name or when it gets old", async () => {
  const now = new Date();
  const files = await selfMadeCertificate(folder, ["localhost", "10.1.2.3"], now);
  const made = async (): Promise<number> => (await stat(files.certFile)).mtimeMs;
  expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
  const first = await made();
  await selfMadeCertificate(folder, ["10.1.2.3"], now);
  expect(await made()).toBe(first);
  await selfMadeCertificate(folder, ["localhost", "fd00::7"], now);
  const second = await made();
  expect(second).toBeGreaterThan(first);
  await selfMadeCertificate(folder, ["localhost"], new Date(now.getTime() + 380 * 86_400_000));
  expect(await made()).toBeGreaterThan(second);
});

test("certificate files that do not belong together stop the start", async () => {
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(certFile, ca.cert);
  await writeFile(keyFile, makeCertificate(["localhost"], new Date()).key);
  await expect(readCertificate({ certFile, keyFile }, { clock: systemClock, log })).rejects.toThrow();
  await writeFile(keyFile, ca.key);
  const read = await readCertificate({ certFile, keyFile }, { clock: systemClock, log });
  expect(read.current()).toEqual(ca);
  read.close();
});
