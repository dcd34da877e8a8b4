/**
 * Remote: how the two ends of a call reach each other. Signalling, the relay of what it cannot read, chat, and the evidence of
 * presence handed to metering. Live state is in memory and dies with the sockets; what must last is in journal and metering.
 * A call's two ends meet in the memory of one server copy.
 * Design: "How a call connects"; messages and frames: contracts/wire.ts.
 */
import { serveCalls } from "./control.ts";
import { serveLive } from "./live.ts";
import type { RemotePorts } from "./ports.ts";

export type { RemotePorts, WrittenChat } from "./ports.ts";

const LOOK_AT_LINES_EVERY_MS = 250;
const TELL_METERS_EVERY_MS = 1000;

export interface Remote {
  /** Closes every call's sockets so that the ends come back to another copy, and waits until metering has the evidence. */
  stop(): Promise<void>;
}

/** Binds the sockets of calls and of the live channel. */
export function openRemote(ports: RemotePorts): Remote {
  const rooms = serveCalls(ports);
  serveLive(ports);
  const stopLooking = ports.clock.every(LOOK_AT_LINES_EVERY_MS, () => {
    const now = ports.clock.now().getTime();
    for (const room of rooms.all.values()) room.step(now);
  });
  const stopTelling = ports.clock.every(TELL_METERS_EVERY_MS, async () => {
    if (rooms.all.size === 0) return;
    try {
      const meters = await ports.meters([...rooms.all.keys()]);
      for (const [callId, meter] of meters) rooms.all.get(callId)?.meter(meter);
    } catch (error) {
      ports.log.warn({ err: error }, "remote.meters_not_told");
    }
  });
  return {
    async stop() {
      stopLooking();
      stopTelling();
      await Promise.all([...rooms.all.values()].map((room) => room.close(1012, "restart")));
    },
  };
}
