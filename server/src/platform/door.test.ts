/** Who comes before the product is ready is served when it is. */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import Fastify from "fastify";
import { afterEach, expect, test } from "vitest";
import { closedDoor, type Door } from "./door.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function knock(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  undo.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** A product that takes the door's port over. */
async function moveIn(door: Door): Promise<void> {
  const product = Fastify({ forceCloseConnections: true });
  undo.push(() => product.close());
  product.get("/", (_, reply) => reply.header("connection", "close").send("at your service"));
  await door.open(product);
}

test("a request that came before the product was ready is answered by it, and so is one after", async () => {
  const door = await closedDoor("127.0.0.1", 0);
  const early = await knock(door.port);
  early.write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
  await new Promise((passed) => setTimeout(passed, 50));
  await moveIn(door);
  expect(await text(early)).toContain("at your service");
  expect(await (await fetch(`http://127.0.0.1:${door.port}/`)).text()).toBe("at your service");
});

test("a port of somebody else is passed over for the next free one", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  undo.push(() => other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const door = await closedDoor("127.0.0.1", port);
  await moveIn(door);
  expect(door.port).toBeGreaterThan(port);
  await knock(door.port);
});

test("localhost is one port on whichever of its addresses there are", async () => {
  const door = await closedDoor("localhost", 0);
  const addresses = (await lookup("localhost", { all: true })).map(({ address }) => address);
  for (const host of addresses) {
    const socket = connect({ host, port: door.port });
    undo.push(() => socket.destroy());
    await once(socket, "connect");
  }
  await moveIn(door);
});
