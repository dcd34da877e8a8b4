/** What a server that stops does with those who are connected, and with those who are about to be. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SERVICE_RESTART } from "@minuta/contracts/wire";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Caller } from "./http.ts";
import { createLog } from "./log.ts";
import { createSockets, type Sockets } from "./socket.ts";

const nobody: Caller = { personId: null, roles: [], signInId: null, guestId: null, address: "", agent: "" };
let server: Server;
let sockets: Sockets;
let opened: number;
/** Who calls is found out when this resolves. */
let known: Promise<void>;
let origin: string;

beforeEach(async () => {
  [opened, known] = [0, Promise.resolve()];
  server = createServer();
  sockets = createSockets({ server, callerOf: () => known.then(() => nobody), log: createLog("silent") });
  sockets.route({ path: "/live", onOpen: () => void (opened += 1) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const connect = (): WebSocket => new WebSocket(`${origin.replace("http", "ws")}/live`, { origin });

test("who is connected is told that the server will be back at once", async () => {
  const socket = connect();
  await once(socket, "open");
  sockets.close();
  expect(await once(socket, "close")).toEqual([SERVICE_RESTART, Buffer.from("restart")]);
});

test("a handshake that is under way when the server stops opens nothing, and ends", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  known = promise;
  const socket = connect();
  await once(server, "upgrade");
  sockets.close();
  resolve();
  const [code] = await once(socket, "close");
  expect([code, opened]).toEqual([1006, 0]);
});

test("who comes later is refused", async () => {
  sockets.close();
  const socket = connect();
  socket.on("error", () => undefined);
  const [, reply] = await once(socket, "unexpected-response");
  expect([reply.statusCode, opened]).toEqual([404, 0]);
  socket.terminate();
});

test("who does not answer the goodbye is cut off", async () => {
  const connected = once(server, "connection");
  const socket = connect();
  const [stream] = await connected;
  await once(socket, "open");
  socket.pause();
  const cut = once(stream, "close").then(() => "cut");
  const waiting = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 100, "waiting"));
  sockets.close();
  expect(await Promise.race([cut, waiting()])).toBe("waiting");
  sockets.drop();
  expect(await Promise.race([cut, waiting()])).toBe("cut");
  socket.terminate();
});
