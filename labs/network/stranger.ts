/**
 * Strangers to prove the lab with: two addresses that tell whoever writes from which address and port he is seen, and on wish let the
 * other answer; and doors of TCP that open, that take everything, that answer in parts.
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer, type Server } from "node:net";
import { z } from "zod";
import { PART_AFTER_MS, STRANGER } from "./stranger-ports.ts";

const { addresses, cert, key } = z
  .object({ addresses: z.tuple([z.string(), z.string()]), cert: z.string(), key: z.string() })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

const listen = (server: Server, port: number): Promise<void> =>
  new Promise<void>((listening) => server.listen(port, addresses[0], listening));

const sockets = addresses.map(() => createSocket("udp4"));
for (const [index, at] of addresses.entries()) {
  await new Promise<void>((bound) => sockets[index]?.bind(STRANGER.udp, at, bound));
  sockets[index]?.on("message", (wish, { address, port }) => {
    const answers = sockets[wish.toString("latin1").startsWith("other") ? 1 - index : index];
    answers?.send(JSON.stringify({ address, port }), port, address);
  });
}
const quiet = (server: Server): Server => server.on("connection", (socket) => void socket.on("error", () => socket.destroy()));
await listen(quiet(createServer((socket) => void socket.end("here"))), STRANGER.tcp);
const sink = createServer({ allowHalfOpen: true }, (socket) => void socket.resume().on("end", () => socket.end("all of it")));
await listen(quiet(sink), STRANGER.sink);
const parts = createHttps({ cert: readFileSync(cert), key: readFileSync(key) }, (_, reply) => {
  reply.write("one part");
  setTimeout(() => reply.end("and the other"), PART_AFTER_MS);
});
await listen(parts, STRANGER.parts);
console.log("ready");
