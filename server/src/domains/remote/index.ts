/**
 * Remote: how the two ends of a call reach each other. Signalling, the relay of what it cannot read, chat, and the evidence of
 * presence handed to metering. Live state is in memory and dies with the sockets; what must last is in journal and metering.
 * A call's two ends meet in the memory of one server copy.
 * Design: "How a call connects"; messages and frames: contracts/wire.ts.
 */
import { SERVICE_RESTART } from "@minuta/contracts/wire";
import { serveCheck } from "./check.ts";
import { serveCalls } from "./control.ts";
import { serveLive } from "./live.ts";
import type { RemotePorts } from "./ports.ts";

export type { RemotePorts, WrittenChat } from "./ports.ts";

const LOOK_AT_LINES_EVERY_MS = 250;
const TELL_METERS_EVERY_MS = 1000;
const TELL_WHO_IS_HERE_EVERY_MS = 10_000;

export interface Remote {
  /** STUN and TURN over UDP too, at this address; without it when the port cannot be had. */
  listenUdp(at: { readonly host: string; readonly port: number }): Promise<void>;
  /** Closes every call's sockets so that the ends come back to another copy, and waits until metering has the evidence. */
  stop(): Promise<void>;
}

/** Binds the sockets of calls and of the live channel. */
export function openRemote(ports: RemotePorts): Remote {
  const { clock, log } = ports;
  const { all: rooms, turn } = serveCalls(ports);
  serveLive(ports);
  serveCheck(ports);
  const tried = (what: string, work: () => Promise<void>) => async (): Promise<void> => {
    if (rooms.size > 0) await work().catch((error: unknown) => log.warn({ err: error }, `remote.${what}_failed`));
  };
  const closeAll = async (reason: string): Promise<void> =>
    void (await Promise.all([...rooms.values()].map((room) => room.close(SERVICE_RESTART, reason))));
  const stops = [
    clock.every(
      LOOK_AT_LINES_EVERY_MS,
      tried("looking", async () => {
        const now = clock.now().getTime();
        for (const room of rooms.values()) room.step(now);
      }),
    ),
    clock.every(
      TELL_METERS_EVERY_MS,
      tried("telling_meters", async () => {
        for (const [callId, meter] of await ports.meters([...rooms.keys()])) rooms.get(callId)?.meter(meter);
      }),
    ),
    clock.every(
      TELL_WHO_IS_HERE_EVERY_MS,
      tried("telling_presence", () =>
        ports.calls.seen([...rooms].flatMap(([callId, room]) => room.sides.map((side) => ({ callId, side })))),
      ),
    ),
    ports.evidence.onFenced(() => void closeAll("fenced")),
  ];
  return {
    listenUdp: (at) => turn.listenUdp(at),
    async stop() {
      for (const stop of stops) stop();
      await closeAll("restart");
      turn.close();
    },
  };
}
