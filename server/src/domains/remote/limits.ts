/** Every limit of the sockets by name, and the bucket that counts. */

/** The first message must come this soon, or the socket is closed. */
export const FIRST_MESSAGE_WITHIN_MS = 10_000;
/** A check before a call lasts this long at most, and says back so many words of so many characters. */
export const CHECK_WITHIN_MS = 15_000;
export const CHECK_ECHOES_MAX = 10;
export const CHECK_TEXT_MAX_LENGTH = 16;
/** Messages that may wait while it is looked up whose socket this is. */
export const EARLY_MESSAGES_MAX = 16;
/** And their bytes: a greeting is small, and anybody may open a socket. */
export const EARLY_BYTES_MAX = 64 * 1024;
/** A page that sent no beat for this long is gone, whatever its socket says (power cut, cable). */
export const SILENT_END_IS_GONE_MS = 8_000;
/** Bytes that may wait for a slow receiver before pictures are dropped; about a second of a fast call. */
export const PICTURE_QUEUE_BYTES = 1_000_000;
/** Voice older than this is worth nothing: bytes waiting on the control channel before voice is dropped. */
export const VOICE_QUEUE_BYTES = 64_000;
/** A receiver with this much waiting on the control channel is gone; it may come back. */
export const CONTROL_QUEUE_BYTES = 4_000_000;
export const CHAT_LINES_IN_WELCOME = 500;
/** A live channel of a person that does not answer pings for this long is closed. */
export const LIVE_PING_EVERY_MS = 20_000;
export const LIVE_CHANNELS_PER_PERSON = 20;

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export const rates = {
  text: { perSecond: 20, burst: 100 },
  chat: { perSecond: 1, burst: 10 },
  /** Voice at 50 packets a second, a signal for each picture shown, a moving pointer. */
  controlFrames: { perSecond: 250, burst: 1000 },
  mediaFrames: { perSecond: 100, burst: 400 },
  mediaBytes: { perSecond: 3_000_000, burst: 12_000_000 },
} as const satisfies Record<string, Rate>;

export interface Bucket {
  /** Whether `amount` may pass now; takes it when it may. `nowMs` only grows. */
  take(amount: number, nowMs: number): boolean;
}

/** A token bucket: full at first, refilled evenly. */
export function bucket(rate: Rate): Bucket {
  let left = rate.burst;
  let filledAt: number | null = null;
  return {
    take(amount, nowMs) {
      left = Math.min(rate.burst, left + ((nowMs - (filledAt ?? nowMs)) * rate.perSecond) / 1000);
      filledAt = nowMs;
      if (left < amount) return false;
      left -= amount;
      return true;
    },
  };
}
