/** The product's port, taken as soon as the program runs: who comes before the product is ready waits for it, and is not refused. */
import { createServer, type Server, type Socket } from "node:net";

/** How far from the asked port a free one is looked for. */
const PORTS_TRIED = 50;
/** What Node's HTTP server asks of its connections. */
const AS_HTTP = { allowHalfOpen: true, noDelay: true };
/** Connections that wait at most; further ones are refused, as all were without a door. */
const WAITING_MAX = 1_000;

/** Fastify, of which this is known. */
export interface Product {
  readonly server: Server;
  ready(): PromiseLike<unknown>;
  listen(at: { host: string; port: number }): Promise<unknown>;
}

export interface Door {
  readonly port: number;
  /** The product takes the port over, and with it whoever came meanwhile. */
  open(product: Product): Promise<void>;
}

/** At the asked port, or the next one nobody listens on; 0 asks the system for any. Refuses (throws) when all are busy. */
export async function closedDoor(host: string, port: number): Promise<Door> {
  const candidates = port === 0 ? [0] : Array.from({ length: PORTS_TRIED }, (_, step) => port + step);
  for (const candidate of candidates) {
    const door = await doorAt(host, candidate);
    if (door !== null) return door;
  }
  throw new Error(`ports ${port} to ${port + PORTS_TRIED - 1} are all busy: set PORT`);
}

async function doorAt(host: string, asked: number): Promise<Door | null> {
  const waiting: Socket[] = [];
  const come = (socket: Socket): void => {
    socket.on("error", () => socket.destroy());
    if (waiting.length < WAITING_MAX) waiting.push(socket);
    else socket.destroy();
  };
  const servers: Server[] = [];
  const close = (): void => servers.forEach((server) => void server.close());
  let port = asked;
  // "localhost" is two addresses, and browsers may try either.
  for (const address of host === "localhost" ? ["127.0.0.1", "::1"] : [host]) {
    const server = await listening(address, port, come);
    if (server === "busy") {
      close();
      return null;
    }
    if (server === "no such address") continue;
    servers.push(server);
    port = portOf(server) ?? port;
  }
  return {
    port,
    async open(product) {
      await product.ready();
      // Whom the system has let in already is taken over first.
      await new Promise((taken) => setImmediate(taken));
      close();
      await product.listen({ host, port });
      for (const socket of waiting) {
        product.server.emit("connection", socket);
        socket.resume();
      }
    },
  };
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : null;
}

function listening(host: string, port: number, come: (socket: Socket) => void): Promise<Server | "busy" | "no such address"> {
  return new Promise((answer) => {
    const server = createServer({ pauseOnConnect: true, ...AS_HTTP }, come);
    server.once("error", (error: NodeJS.ErrnoException) =>
      answer(error.code === "EADDRINUSE" || error.code === "EACCES" ? "busy" : "no such address"),
    );
    server.listen({ host, port, exclusive: true }, () => answer(server));
  });
}
