/**
 * A web proxy in front of the product, as some firms have them: it refuses WebSockets, or gives an answer only when it has all of it. Or
 * one that lets everything through until the connections it has are forgotten, as when a computer comes to another network.
 */
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface Proxy {
  /** `http://localhost:PORT`: the product as it is seen through the proxy. */
  readonly address: string;
  /** From now on WebSockets pass, and answers come as they are made. */
  relent(): void;
  /** Nothing comes through the WebSockets any more that stand now, and nobody is told; new ones pass. */
  forget(): void;
  close(): Promise<void>;
}

export interface Manners {
  readonly refusesSockets: boolean;
  readonly holdsBack: boolean;
}

export async function startProxy(product: string, { refusesSockets, holdsBack }: Manners): Promise<Proxy> {
  let strict = true;
  /** Sockets, each with its other half. */
  const sockets: (readonly [Duplex, Duplex])[] = [];
  const { hostname, port } = new URL(product);
  const ask = ({ url, method, headers }: IncomingMessage) => request({ host: hostname, port, path: url, method, headers, agent: false });

  const pass = (asked: IncomingMessage, answer: ServerResponse): void => {
    const further = ask(asked);
    further.on("response", (came) => {
      came.on("error", () => answer.destroy());
      if (strict && holdsBack) return void answerWhole(came, answer);
      answer.writeHead(came.statusCode ?? 502, came.headers);
      came.pipe(answer);
    });
    further.on("error", () => answer.destroy());
    answer.on("close", () => further.destroy());
    asked.pipe(further);
  };
  const passSocket = (asked: IncomingMessage, near: Duplex): void => {
    near.on("error", () => near.destroy());
    if (strict && refusesSockets) return void near.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const further = ask(asked);
    further.on("error", () => near.destroy());
    further.on("upgrade", ({ headers }, far) => {
      far.on("error", () => far.destroy());
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
      near.write(["HTTP/1.1 101 Switching Protocols", ...lines, "", ""].join("\r\n"));
      near.pipe(far).pipe(near);
      sockets.push([near, far]);
    });
    further.end();
  };

  const server = createServer(pass);
  server.on("upgrade", passSocket);
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}`,
    relent: () => void (strict = false),
    forget() {
      for (const [near, far] of sockets) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    async close() {
      for (const half of sockets.flat()) half.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answerWhole(came: IncomingMessage, answer: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  came.on("data", (part: Buffer) => parts.push(part));
  await once(came, "end").catch(() => undefined);
  if (!came.complete) return void answer.destroy();
  const body = Buffer.concat(parts);
  const { "transfer-encoding": _, ...headers } = came.headers;
  answer.writeHead(came.statusCode ?? 502, { ...headers, "content-length": body.length }).end(body);
}
