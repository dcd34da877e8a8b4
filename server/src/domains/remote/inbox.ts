/** Messages of one socket, in order, held back until it is known whose socket it is. */
import type { RawData } from "ws";
import { closeCodes } from "@minuta/contracts/wire";
import type { Clock } from "#platform/clock";
import type { Log } from "#platform/log";
import type { Channel } from "#platform/socket";
import { EARLY_BYTES_MAX, EARLY_MESSAGES_MAX, FIRST_MESSAGE_WITHIN_MS } from "./limits.ts";

export type Received = { readonly text: string } | { readonly bytes: Uint8Array };

export interface Inbox {
  /** The first message; null when the socket closed, kept silent for too long or talked too much before it was answered. */
  first(): Promise<Received | null>;
  /** Hands over what waits and everything that comes. */
  open(heard: (received: Received) => void): void;
}

export function inboxOf(socket: Channel, { clock, log }: { clock: Clock; log: Log }): Inbox {
  const waiting: Received[] = [];
  let waitingBytes = 0;
  let heard: ((received: Received) => void) | null = null;
  // A mistake of ours in one message must not take the server down.
  const hand = (received: Received): void => {
    try {
      heard?.(received);
    } catch (error) {
      log.error({ err: error }, "remote.message_failed");
      socket.close(1011, "internal");
    }
  };
  let tellFirst: (received: Received | null) => void = () => {};
  const first = new Promise<Received | null>((resolve) => (tellFirst = resolve));
  const stopTimer = clock.after(FIRST_MESSAGE_WITHIN_MS, () => socket.close(closeCodes.badMessage, "silent"));
  socket.on("message", (data, binary) => {
    // What still comes after our goodbye is nobody's word any more.
    if (socket.readyState !== socket.OPEN) return;
    const received = binary ? { bytes: bytesOf(data) } : { text: bytesOf(data).toString("utf8") };
    stopTimer();
    if (heard !== null) return hand(received);
    waitingBytes += lengthOf(data);
    if (waiting.push(received) > EARLY_MESSAGES_MAX || waitingBytes > EARLY_BYTES_MAX) {
      waiting.length = 0;
      return socket.close(closeCodes.tooMuch, "too much");
    }
    const [earliest] = waiting;
    if (waiting.length === 1 && earliest !== undefined) tellFirst(earliest);
  });
  socket.on("close", () => {
    waiting.length = 0;
    stopTimer();
    tellFirst(null);
  });
  return {
    first: () => first,
    open(hear) {
      heard = hear;
      for (const received of waiting.slice(1)) hand(received);
      waiting.length = 0;
    },
  };
}

const lengthOf = (data: RawData): number => bytesOf(data).length;

export function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
