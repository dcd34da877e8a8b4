import { once } from "node:events";
import { request as requestOver, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  HTTP_SOCKET_HEADER,
  httpSocketOpened,
  httpSocketPaths,
  PieceReader,
  pieceKinds,
  readClose,
  writePiece,
  type Piece,
} from "@minuta/contracts/http-socket";
import cookie from "@fastify/cookie";
import Fastify, { type FastifyInstance } from "fastify";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "./clock.ts";
import { sendProblem } from "./http.ts";
import { serveHttpSockets } from "./http-sockets.ts";
import { createLog } from "./log.ts";
import { createSockets, type OpenedSocket, type Sockets } from "./socket.ts";

let server: FastifyInstance;
let sockets: Sockets;
let opened: OpenedSocket[];
let heard: string[];
let closed: Set<OpenedSocket>;
let address: string;

beforeEach(async () => {
  server = Fastify();
  server.setErrorHandler((error, request, reply) => sendProblem({ error, request, reply, log: createLog("silent") }));
  await server.register(cookie);
  const nobody = { personId: null, roles: [], signInId: null, guestId: null, address: "", agent: "" };
  sockets = createSockets({ server: server.server, callerOf: async () => nobody, log: createLog("silent") });
  [opened, heard, closed] = [[], [], new Set()];
  sockets.route({
    path: "/api/remote/call/:callId",
    onOpen(one) {
      opened.push(one);
      one.socket.on("message", (data, binary) => heard.push(`${binary ? "binary" : "text"} ${(data as Buffer).toString("utf8")}`));
      one.socket.on("close", () => closed.add(one));
    },
  });
  serveHttpSockets(server, sockets, systemClock);
  await server.listen({ port: 0, host: "127.0.0.1" });
  address = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  sockets.close();
  server.server.closeAllConnections();
  await server.close();
});

async function openSocket(path = "/api/remote/call/7", origin: string | null = address): Promise<Response> {
  const headers = { "content-type": "application/json", ...(origin === null ? {} : { origin }) };
  return await fetch(address + httpSocketPaths.open, { method: "POST", headers, body: JSON.stringify({ path }) });
}
const tokenOf = async (reply: Response): Promise<string> => httpSocketOpened.parse(await reply.json()).token;

const text = (said: string): Uint8Array<ArrayBuffer> => writePiece({ kind: pieceKinds.text, payload: Buffer.from(said) });

async function up(token: string, from: number, ...said: readonly string[]): Promise<number> {
  const body = new Blob(said.map(text));
  const headers = { [HTTP_SOCKET_HEADER]: token, "content-type": "application/octet-stream" };
  return (await fetch(`${address}${httpSocketPaths.up}?from=${from}&got=0`, { method: "POST", headers, body })).status;
}

async function poll(token: string, from: number, hold = 5): Promise<string[]> {
  const reply = await fetch(`${address}${httpSocketPaths.down}?from=${from}&hold=${hold}`, { headers: { [HTTP_SOCKET_HEADER]: token } });
  return said(new PieceReader().push(new Uint8Array(await reply.arrayBuffer())) ?? []);
}
const said = (pieces: readonly Piece[]): string[] =>
  pieces
    .filter(({ kind }) => kind !== pieceKinds.nothing)
    .map(({ kind, payload }) => (kind === pieceKinds.close ? `closed ${readClose(payload)}` : Buffer.from(payload).toString("utf8")));

/** A stream that is read only as far as it is asked. */
async function stream(token: string, from: number): Promise<IncomingMessage> {
  const headers = { [HTTP_SOCKET_HEADER]: token };
  const request = requestOver(`${address}${httpSocketPaths.down}?from=${from}&hold=stream`, { headers, agent: false });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

async function read(response: IncomingMessage, count: number): Promise<string[]> {
  const [reader, all] = [new PieceReader(), [] as string[]];
  for await (const chunk of response) {
    all.push(...said(reader.push(chunk as Buffer) ?? []));
    if (all.length >= count) break;
  }
  return all;
}

describe("a socket over HTTP", () => {
  test("leads where a WebSocket would, and carries text and binary both ways in order", async () => {
    const token = await tokenOf(await openSocket());
    expect(opened[0]?.params).toEqual({ callId: "7" });
    expect(opened[0]?.reached.host).toBe(new URL(address).host);
    expect(await up(token, 0, "hello", "again")).toBe(204);
    expect(heard).toEqual(["text hello", "text again"]);
    const down = await stream(token, 0);
    opened[0]?.socket.send("welcome");
    opened[0]?.socket.send(Buffer.from("picture"));
    expect(await read(down, 2)).toEqual(["welcome", "picture"]);
  });

  test("loses nothing and says nothing twice when connections break and answers are lost", async () => {
    const token = await tokenOf(await openSocket());
    for (const word of ["a", "b", "c"]) opened[0]?.socket.send(word);
    const first = await stream(token, 0);
    expect(await read(first, 1)).toContain("a");
    expect(await read(await stream(token, 1), 2)).toEqual(["b", "c"]);
    expect(await poll(token, 2)).toEqual(["c"]);
    expect(await up(token, 0, "x", "y")).toBe(204);
    expect(await up(token, 0, "x", "y", "z")).toBe(204);
    expect(heard).toEqual(["text x", "text y", "text z"]);
  });

  test("answers whole as soon as there is something to say", async () => {
    const token = await tokenOf(await openSocket());
    const asked = poll(token, 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    opened[0]?.socket.send("news");
    expect(await asked).toEqual(["news"]);
    expect(await poll(token, 1, 0)).toEqual([]);
  });

  test("ends when the page asks for what is gone or leaves out a word", async () => {
    const token = await tokenOf(await openSocket());
    expect(await up(token, 5, "late")).toBe(410);
    expect([...closed]).toContain(opened[0]);
    expect(await up(token, 0, "after")).toBe(404);
  });

  test("says goodbye with its code, by a restart of the server too", async () => {
    const [one, other] = [await tokenOf(await openSocket()), await tokenOf(await openSocket())];
    opened[0]?.socket.close(4001, "replaced");
    expect(await poll(one, 0)).toEqual(["closed 4001"]);
    const down = await stream(other, 0);
    sockets.close();
    expect(await read(down, 1)).toEqual(["closed 1012"]);
  });

  test("is open to pages of ours only, and to whoever knows its token", async () => {
    expect((await openSocket("/api/remote/call/7", null)).status).toBe(403);
    expect((await openSocket("/api/remote/nowhere")).status).toBe(404);
    expect(await up("guessed", 0, "hello")).toBe(404);
    expect(heard).toEqual([]);
  });

  test("keeps for a page that does not read no more than its limit", async () => {
    const token = await tokenOf(await openSocket());
    const down = await stream(token, 0);
    down.pause();
    const piece = Buffer.alloc(1_000_000);
    for (let n = 0; n < 40; n += 1) opened[0]?.socket.send(piece);
    expect(opened[0]?.socket.bufferedAmount).toBeLessThanOrEqual(13_000_000);
    expect(opened[0]?.socket.readyState).not.toBe(opened[0]?.socket.OPEN);
    down.destroy();
  });
});

test("pieces cut anywhere come out as they went in, and what is none of ours is refused", () => {
  const piece = fc.record({ kind: fc.constantFrom(...Object.values(pieceKinds)), payload: fc.uint8Array({ maxLength: 60 }) });
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (all, cuts) => {
        const [reader, bytes] = [new PieceReader(), Buffer.concat(all.map(writePiece))];
        const got: Piece[] = [];
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const end = at + (cuts[n % cuts.length] ?? 1);
          got.push(...(reader.push(bytes.subarray(at, end)) ?? []));
          at = end;
        }
        expect(got.map(({ kind, payload }) => [kind, [...payload]])).toEqual(all.map(({ kind, payload }) => [kind, [...payload]]));
        expect(reader.unfinished).toBe(0);
      },
    ),
  );
  expect(new PieceReader().push(Buffer.from("<html>blocked"))).toBeNull();
});
