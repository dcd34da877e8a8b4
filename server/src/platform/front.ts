/**
 * The one port. The first byte of a TCP connection says what it is: TURN (0x00-0x03), TLS (0x16) or HTTP (a letter), and so does the
 * first byte inside TLS. Whatever lets the page through lets the rest through with it. Here are the limits of whoever has said nothing
 * yet; HTTP and TURN have their own.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { Certificate } from "./certificate.ts";
import type { Log } from "./log.ts";

/** Not imported: an import looks at all a built-in module has, and at node:http's WebSocket hangs a whole HTTP client (20 ms of each start). */
const { createServer } = process.getBuiltinModule("node:http");

const FIRST_BYTE_WITHIN_MS = 10_000;
const HANDSHAKE_WITHIN_MS = 10_000;
/** Connections of one address; a whole office may be behind one. Our own machine is not counted: it would be a proxy of ours. */
const CONNECTIONS_PER_ADDRESS = 512;
/** Connections of all that have not said what they want. */
const UNDECIDED_MAX = 2_000;

const LAST_TURN_BYTE = 0x03;
const TLS_BYTE = 0x16;
const OWN_MACHINE: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

export interface FrontOptions {
  /** Null: without TLS, behind a proxy or on one's own machine. */
  readonly certificate: Certificate | null;
  /** All connections come from the proxy's address. */
  readonly behindProxy: boolean;
  readonly log: Log;
}

export interface Front {
  /** Fastify's `serverFactory`: an HTTP server that shares its port. */
  makeServer(serve: RequestListener): Server;
  /** Connections that begin as TURN does; without a taker they are closed. */
  onTurn(take: (socket: Socket) => void): void;
  /** Ends what is not HTTP, so that the HTTP server can close. */
  close(): void;
}

type Take = (socket: Socket) => void;
const drop: Take = (socket) => void socket.destroy();

export function createFront({ certificate, behindProxy, log }: FrontOptions): Front {
  const admit = behindProxy ? () => true : countAddresses();
  /** Connections that are not HTTP, or not yet: HTTP ends its own. By the other end, which is the same within TLS. */
  const others = new Map<string, Socket>();
  const tell = decider();
  let takeTurn = drop;

  const decide = (socket: Socket, { http, tls }: { http: Take; tls: Take }): void =>
    tell(socket, (first) => {
      if (first <= LAST_TURN_BYTE) return takeTurn(socket);
      if (first === TLS_BYTE) return tls(socket);
      others.delete(otherEnd(socket));
      http(socket);
    });
  const watch = (socket: Socket): void => {
    const key = otherEnd(socket);
    others.set(key, socket);
    socket.on("close", () => others.get(key) === socket && others.delete(key));
  };

  const leading = createServer(toHttps);
  return {
    makeServer(serve) {
      const server = createServer(serve);
      const http = asConnections(server);
      const tls = certificate === null ? null : tlsServer(certificate, log);
      tls?.on("secureConnection", (socket) => {
        socket.on("error", () => socket.destroy());
        decide(socket, { http, tls: drop });
      });
      const ways = tls === null ? { http, tls: drop } : { http: asConnections(leading), tls: asConnections(tls) };
      server.removeAllListeners("connection");
      server.on("connection", (socket) => {
        socket.on("error", () => socket.destroy());
        if (!admit(socket)) return drop(socket);
        watch(socket);
        decide(socket, ways);
      });
      return server;
    },
    onTurn: (take) => void (takeTurn = take),
    close() {
      for (const socket of others.values()) socket.destroy();
      leading.closeAllConnections();
    },
  };
}

const otherEnd = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** Hands a connection to whoever serves this server's own now. */
function asConnections(server: Server | TlsServer): Take {
  const listeners = server.listeners("connection");
  return (socket) => {
    for (const listen of listeners) Reflect.apply(listen, server, [socket]);
  };
}

/** Waits for a connection's first byte and puts it back. */
function decider(): (socket: Socket, decided: (first: number) => void) => void {
  let undecided = 0;
  return (socket, decided) => {
    undecided += 1;
    const timer = setTimeout(() => socket.destroy(), FIRST_BYTE_WITHIN_MS);
    const stop = (): void => {
      undecided -= 1;
      clearTimeout(timer);
      socket.off("close", stop);
      socket.off("data", hear);
    };
    const hear = (chunk: Buffer): void => {
      stop();
      socket.pause();
      socket.unshift(chunk);
      const first = chunk[0] ?? 0;
      decided(first);
      // TLS reads what was put back by itself.
      if (first !== TLS_BYTE) process.nextTick(() => socket.resume());
    };
    socket.on("close", stop);
    socket.on("data", hear);
    if (undecided > UNDECIDED_MAX) socket.destroy();
  };
}

/** Whether an address may have one connection more; it is counted until it closes. */
function countAddresses(): (socket: Socket) => boolean {
  const counts = new Map<string, number>();
  return (socket) => {
    const address = socket.remoteAddress;
    if (address === undefined) return false;
    if (OWN_MACHINE.has(address)) return true;
    const count = (counts.get(address) ?? 0) + 1;
    if (count > CONNECTIONS_PER_ADDRESS) return false;
    counts.set(address, count);
    socket.on("close", () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
    return true;
  };
}

function tlsServer(certificate: Certificate, log: Log): TlsServer {
  // A browser's TURN names no protocol, its pages name this one.
  const server = createTlsServer({ ...certificate.current(), ALPNProtocols: ["http/1.1"], handshakeTimeout: HANDSHAKE_WITHIN_MS });
  server.on("tlsClientError", (error, socket) => {
    log.debug({ err: error }, "front.handshake_failed");
    socket.destroy();
  });
  certificate.onChange((changed) => server.setSecureContext(changed));
  return server;
}

/** Who typed the address without its "https". */
function toHttps(request: IncomingMessage, response: ServerResponse): void {
  const { host } = request.headers;
  const target = `https://${host}${request.url}`;
  const known = host !== undefined && URL.canParse(target);
  response.writeHead(known ? 308 : 400, known ? { location: target, connection: "close" } : { connection: "close" }).end();
}
