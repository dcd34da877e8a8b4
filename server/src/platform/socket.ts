/**
 * Sockets on the page's own origin and port: the handshake is checked here (path, Origin, who calls), messages are the domains' business.
 * A socket is a WebSocket, or HTTP requests where those are refused (http-sockets.ts); domains see no difference.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { SERVICE_RESTART } from "@minuta/contracts/wire";
import { WebSocketServer, type RawData } from "ws";
import type { Caller } from "./http.ts";
import { checkOrigin } from "./http.ts";
import type { Log } from "./log.ts";

/** One message of a call channel at most: a key frame of a large screen. */
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024;

/** Whoever does not answer our goodbye is cut off after this. */
const CLOSE_TIMEOUT_MS = 2_000;

/** As much of a WebSocket as domains use. */
export interface Channel {
  readonly OPEN: number;
  readonly readyState: number;
  /** Bytes that wait for the page. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  ping(): void;
  on(event: "message", hear: (data: RawData, binary: boolean) => void): unknown;
  on(event: "close" | "pong", hear: () => void): unknown;
}

interface Found {
  readonly route: SocketRoute;
  readonly params: Readonly<Record<string, string>>;
}

export interface OpenedSocket {
  readonly socket: Channel;
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
  /** Leads a socket made otherwise to the route of this path; false when there is none. The request has been checked for its Origin. */
  lead(path: string, request: IncomingMessage, socket: Channel): Promise<boolean>;
  /** Refuses new sockets and closes the open ones with code 1012 (service restart), so that the ends come back at once. */
  close(): void;
  /** Ends those that have not answered the goodbye yet. */
  drop(): void;
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
  const open = new Set<Channel>();
  let closing = false;

  const find = (path: string): Found | null => {
    const { pathname } = new URL(path, "http://any");
    const found = routes.map(({ pattern, route }) => ({ route, match: pattern.exec({ pathname }) })).find(({ match }) => match !== null);
    if (closing || !found?.match) return null;
    return {
      route: found.route,
      params: Object.fromEntries(Object.entries(found.match.pathname.groups).map(([name, value]) => [name, value ?? ""])),
    };
  };
  const begin = async (
    { route, params }: Found,
    request: IncomingMessage,
    use: (opened: (socket: Channel) => void) => void,
  ): Promise<void> => {
    const caller = await callerOf(request);
    use((socket) => {
      if (closing) return socket.terminate();
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      route.onOpen({ socket, caller, params, reached: reachedBy(request) });
    });
  };

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const found = find(request.url ?? "/");
    if (found === null) return reject(stream, "404 Not Found");
    try {
      if (request.headers.origin === undefined) return reject(stream, "403 Forbidden");
      checkOrigin(request.headers.origin, request.headers.host);
    } catch {
      return reject(stream, "403 Forbidden");
    }
    await begin(found, request, (opened) =>
      webSockets.handleUpgrade(request, stream, head, (socket) => {
        socket.on("error", (error) => log.debug({ err: error }, "socket.failed"));
        opened(socket);
      }),
    );
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
    async lead(path, request, socket) {
      const found = find(path);
      if (found !== null) await begin(found, request, (opened) => opened(socket));
      return found !== null;
    },
    close() {
      closing = true;
      for (const socket of open) socket.close(SERVICE_RESTART, "restart");
    },
    drop() {
      for (const socket of open) socket.terminate();
    },
  };
}

function reachedBy({ headers, socket }: IncomingMessage): OpenedSocket["reached"] {
  return { host: headers.host ?? "", secure: socket instanceof TLSSocket, address: socket.localAddress ?? null };
}

function reject(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
