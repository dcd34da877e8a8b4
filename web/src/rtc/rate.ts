/**
 * How many bits a second the pictures on the relay may take, steered by how long a picture takes to be shown (there and back).
 * A path that is not full answers in its own time; a queue shows as more than a picture of that size may take. Pure.
 */

export const BITRATE_MIN = 150_000;
export const BITRATE_MAX = 8_000_000;
const BITRATE_START = 2_500_000;

/** Queueing that is always forgiven: decoding, a busy computer, Wi-Fi. */
const FORGIVEN_MS = 60;
const FEWER = 0.75;
const MORE = 1.08;
const STEP_EVERY_MS = 250;
/** The path's own time is the least of about this long, so that a longer path after a change of network is believed in the end. */
const BASE_FORGOTTEN_AFTER_MS = 15_000;

export interface Rate {
  /** Bits a second for the encoder. */
  readonly bitrate: number;
  /** There and back with nothing in the way, ms; null before the first picture was shown. */
  readonly baseMs: number | null;
  readonly baseAt: number;
  readonly changedAt: number;
}

export const startingRate: Rate = { bitrate: BITRATE_START, baseMs: null, baseAt: 0, changedAt: 0 };

export interface Shown {
  /** From handing the picture to the socket until the other end said it is shown. */
  readonly roundTripMs: number;
  readonly bytes: number;
  /** Bits that went out in the last second: a rate nobody uses is not raised. */
  readonly usedBitrate: number;
  readonly now: number;
}

export function afterShown(rate: Rate, shown: Shown): Rate {
  const known = withBase(rate, shown);
  const { baseMs, bitrate } = known;
  const queueMs = shown.roundTripMs - (baseMs ?? shown.roundTripMs);
  const allowedMs = FORGIVEN_MS + (1.25 * shown.bytes * 8 * 1000) / bitrate;
  if (shown.now - known.changedAt < Math.max(STEP_EVERY_MS, shown.roundTripMs)) return known;
  if (queueMs > allowedMs) return { ...known, bitrate: Math.max(BITRATE_MIN, bitrate * FEWER), changedAt: shown.now };
  if (queueMs < allowedMs / 2 && shown.usedBitrate > bitrate / 2) return { ...known, bitrate: Math.min(BITRATE_MAX, bitrate * MORE), changedAt: shown.now };
  return known;
}

function withBase(rate: Rate, { roundTripMs, now }: Shown): Rate {
  const better = rate.baseMs === null || roundTripMs <= rate.baseMs || now - rate.baseAt > BASE_FORGOTTEN_AFTER_MS;
  return better ? { ...rate, baseMs: roundTripMs, baseAt: now } : rate;
}
