/** The HTTP requests that stand for sockets: Origin is checked as everywhere, the token of the opening names the socket. */
import { randomBytes } from "node:crypto";
import {
  HTTP_SOCKET_BODY_MAX_BYTES,
  HTTP_SOCKET_HEADER,
  httpSocketDown,
  httpSocketOpen,
  httpSocketPaths,
  httpSocketUp,
  PieceReader,
  pieceKinds,
  writePiece,
} from "@minuta/contracts/http-socket";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "./clock.ts";
import { parseOrRefuse } from "./http.ts";
import { HttpSocket } from "./http-socket.ts";
import { refuse } from "./refusal.ts";
import type { Sockets } from "./socket.ts";

/** Open ones of one address, and of all. */
const PER_ADDRESS_MAX = 100;
const OF_ALL_MAX = 4_000;
/** The echo says its first word at once and its last after this: who hears both together is answered whole. */
const ECHO_LASTS_MS = 1_500;

interface Open {
  readonly socket: HttpSocket;
  readonly address: string;
}

export function serveHttpSockets(server: FastifyInstance, sockets: Pick<Sockets, "lead">, clock: Clock): void {
  const open = new Map<string, Open>();
  const named = (request: FastifyRequest): HttpSocket => {
    const token = request.headers[HTTP_SOCKET_HEADER];
    const found = typeof token === "string" ? open.get(token) : undefined;
    // The page opens another one.
    if (found === undefined) throw refuse("not-found", {});
    return found.socket;
  };

  const opening = async (request: FastifyRequest): Promise<{ token: string }> => {
    if (request.headers.origin === undefined) throw refuse("wrong-origin", {});
    const { path } = parseOrRefuse(httpSocketOpen, request.body);
    const here = [...open.values()].filter(({ address }) => address === request.ip).length;
    if (open.size >= OF_ALL_MAX || here >= PER_ADDRESS_MAX) throw refuse("too-many-attempts", { retryAfterSeconds: 5 });
    const token = randomBytes(24).toString("base64url");
    const socket = new HttpSocket(clock, () => void open.delete(token));
    open.set(token, { socket, address: request.ip });
    if (!(await sockets.lead(path, request.raw, socket))) {
      socket.terminate();
      throw refuse("not-found", {});
    }
    return { token };
  };
  server.route({ method: "POST", url: httpSocketPaths.open, handler: opening });

  server.get(httpSocketPaths.down, (request, reply) => {
    const { from, hold } = parseOrRefuse(httpSocketDown, request.query);
    const socket = named(request);
    const { raw } = reply.hijack();
    const known = hold === "stream" ? socket.streamDown(raw, from) : socket.answerWhole(raw, from, hold);
    if (!known) brokenOff(socket, reply);
  });

  server.get(httpSocketPaths.echo, (_, reply) => {
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    raw.write(writePiece({ kind: pieceKinds.nothing, payload: new Uint8Array(2048) }));
    const stop = clock.after(ECHO_LASTS_MS, () => raw.end("."));
    raw.on("close", stop);
  });

  void server.register((scope, _, done) => {
    const type = "application/octet-stream";
    if (scope.hasContentTypeParser(type)) scope.removeContentTypeParser(type);
    scope.addContentTypeParser(type, { parseAs: "buffer", bodyLimit: HTTP_SOCKET_BODY_MAX_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.post(httpSocketPaths.up, { bodyLimit: HTTP_SOCKET_BODY_MAX_BYTES }, (request, reply) => {
      const numbers = parseOrRefuse(httpSocketUp, request.query);
      const socket = named(request);
      const reader = new PieceReader();
      const pieces = Buffer.isBuffer(request.body) ? reader.push(request.body) : [];
      if (pieces === null || reader.unfinished > 0 || !socket.hear(pieces, numbers)) return brokenOff(socket, reply);
      return reply.status(204).send();
    });
    done();
  });
}

/** What the two ends count differs: nothing more can come of this socket. */
function brokenOff(socket: HttpSocket, reply: FastifyReply): FastifyReply {
  socket.terminate();
  if (!reply.sent) return reply.status(410).send();
  reply.raw.writeHead(410).end();
  return reply;
}
