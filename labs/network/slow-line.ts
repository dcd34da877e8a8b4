/** Carries the packets of the slow line from one end to the other: late, and not all of them. Run in a namespace of its own. */
import { createSocket } from "node:dgram";
import { z } from "zod";

const { delayMs, loss } = z.object({ delayMs: z.number(), loss: z.number() }).parse(JSON.parse(process.argv[2] ?? "{}"));

const PORT = 4789;
const ends = [
  { at: "169.254.1.2", from: "169.254.1.1" },
  { at: "169.254.2.2", from: "169.254.2.1" },
] as const;

const sockets = ends.map(() => createSocket({ type: "udp4", recvBufferSize: 4 << 20 }));
await Promise.all(
  ends.map(async ({ at }, index) => {
    await new Promise<void>((bound) => sockets[index]?.bind(PORT, at, bound));
    const far = 1 - index;
    sockets[index]?.on("message", (packet) => {
      if (Math.random() < loss) return;
      setTimeout(() => sockets[far]?.send(packet, PORT, ends[far]?.from), delayMs);
    });
  }),
);
console.log("ready");
