/** WebSockets on the page's own origin and port: the handshake is checked here (path, Origin, who calls), messages are the domains' business. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { WebSocketServer, type WebSocket } from "ws";
import type { Caller } from "./http.ts";
import { checkOrigin } from "./http.ts";
import type { Log } from "./log.ts";

/** One message of a call channel at most: a key frame of a large screen. */
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024;

/** Whoever does not answer our goodbye is cut off after this. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface OpenedSocket {
  readonly socket: WebSocket;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** How the page reached us: the host it named, whether by TLS of ours, and the address of ours it came to. */
  readonly reached: { readonly host: string; readonly secure: boolean; readonly address: string | null };
}

export interface SocketRoute {
  /** `/api/remote/call/:callId`; parameters are one path segment each. */
  readonly path: string;
  onOpen(opened: OpenedSocket): void;
}

export interface Sockets {
  route(route: SocketRoute): void;
  /** Refuses new sockets and closes the open ones with code 1012 (service restart), so that the ends come back at once. */
  close(): void;
}

export interface SocketOptions {
  readonly server: Server;
  readonly callerOf: (request: IncomingMessage) => Promise<Caller>;
  readonly log: Log;
}

export function createSockets({ server, callerOf, log }: SocketOptions): Sockets {
  const routes: { pattern: URLPattern; route: SocketRoute }[] = [];
  // closeTimeout is missing in the library's types.
  const limits = { maxPayload: MESSAGE_MAX_BYTES, closeTimeout: CLOSE_TIMEOUT_MS };
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...limits });
  let closing = false;

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://any");
    const found = routes
      .map(({ pattern, route }) => ({ route, match: pattern.exec({ pathname: url.pathname }) }))
      .find(({ match }) => match !== null);
    if (closing || !found?.match) return reject(stream, "404 Not Found");
    try {
      if (request.headers.origin === undefined) return reject(stream, "403 Forbidden");
      checkOrigin(request.headers.origin, request.headers.host);
    } catch {
      return reject(stream, "403 Forbidden");
    }
    const caller = await callerOf(request);
    const params = Object.fromEntries(Object.entries(found.match.pathname.groups).map(([name, value]) => [name, value ?? ""]));
    webSockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on("error", (error) => log.debug({ err: error }, "socket.failed"));
      found.route.onOpen({ socket, caller, params, reached: reachedBy(request) });
    });
  };
  server.on("upgrade", (request, stream, head) => {
    stream.on("error", () => stream.destroy());
    upgrade(request, stream, head).catch((error: unknown) => {
      log.error({ err: error }, "socket.handshake_failed");
      stream.destroy();
    });
  });
  return {
    route: (route) => void routes.push({ pattern: new URLPattern({ pathname: route.path }), route }),
    close() {
      closing = true;
      for (const socket of webSockets.clients) socket.close(1012, "restart");
    },
  };
}

function reachedBy({ headers, socket }: IncomingMessage): OpenedSocket["reached"] {
  return { host: headers.host ?? "", secure: socket instanceof TLSSocket, address: socket.localAddress ?? null };
}

function reject(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
