/**
 * An office's proxy: takes CONNECT and nothing else; on wish only with a password; on wish looks inside TLS with a certificate of its own,
 * and then refuses WebSockets, or gives an answer on only when it has the whole of it. Run on the gateway.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import { connect, isIP } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import { z } from "zod";

const wishes = z
  .object({
    at: z.string(),
    port: z.int(),
    /** `user:password`. */
    password: z.string().optional(),
    inspect: z.object({ cert: z.string(), key: z.string() }).optional(),
    refuseWebSocket: z.boolean().optional(),
    holdBack: z.boolean().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

const HTTP_REFUSED = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const PASSWORD_PLEASE =
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\nContent-Length: 0\r\n\r\n';

/** Two ends of one conversation: what one loses the other loses. */
function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one);
  for (const [end, far] of [
    [one, other],
    [other, one],
  ] as const) {
    end.on("error", () => far.destroy());
    end.on("close", () => far.destroy());
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
  /** The name TLS asks for; addresses have none. */
  readonly servername: string;
}
const targetOf = (authority: string): Target => {
  const [host = "", port = "443"] = authority.split(":");
  return { host, port: Number(port), servername: isIP(host) === 0 ? host : "" };
};

/** Whom a looked-into connection was meant for. */
const meantFor = new WeakMap<Duplex, Target>();

/** Reads and speaks HTTP inside the TLS that it opened. */
const inside = createServer(passOn);
inside.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
  const target = meantFor.get(incoming.socket);
  if (wishes.refuseWebSocket === true || target === undefined) return void socket.end(HTTP_REFUSED);
  const far = connectTls({ ...target, rejectUnauthorized: false }, () => {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let n = 0; n < incoming.rawHeaders.length; n += 2) lines.push(`${incoming.rawHeaders[n]}: ${incoming.rawHeaders[n + 1]}`);
    far.write(`${lines.join("\r\n")}\r\n\r\n`);
    far.write(head);
    join(socket, far);
  });
  far.on("error", () => socket.destroy());
});

function passOn(incoming: IncomingMessage, reply: ServerResponse): void {
  const target = meantFor.get(incoming.socket);
  if (target === undefined) return void reply.destroy();
  const { method, url, headers } = incoming;
  const far = request({ ...target, method, path: url, headers, rejectUnauthorized: false });
  far.on("response", (answer) => {
    const head = (): void => void reply.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    if (wishes.holdBack !== true) {
      head();
      return void answer.pipe(reply);
    }
    const whole: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => whole.push(chunk));
    answer.on("end", () => {
      head();
      reply.end(Buffer.concat(whole));
    });
    answer.on("error", () => reply.destroy());
  });
  far.on("error", () => reply.destroy());
  reply.on("close", () => far.destroy());
  incoming.pipe(far);
}

const secureContext =
  wishes.inspect === undefined
    ? undefined
    : createSecureContext({ cert: readFileSync(wishes.inspect.cert), key: readFileSync(wishes.inspect.key) });

const proxy = createServer((_, reply) => void reply.writeHead(403).end());
proxy.on("connect", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
  socket.on("error", () => socket.destroy());
  const given = incoming.headers["proxy-authorization"];
  const wanted = wishes.password === undefined ? undefined : `Basic ${Buffer.from(wishes.password).toString("base64")}`;
  if (given !== wanted && wanted !== undefined) return void socket.end(PASSWORD_PLEASE);
  const target = targetOf(incoming.url ?? "");
  if (secureContext !== undefined) {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.unshift(head);
    const opened = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
    opened.on("error", () => opened.destroy());
    meantFor.set(opened, target);
    inside.emit("connection", opened);
    return;
  }
  const far = connect(target, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    far.write(head);
    join(socket, far);
  });
  far.on("error", () => socket.destroy());
});
proxy.listen(wishes.port, wishes.at, () => console.log("ready"));
