/**
 * How many bits a second the pictures may take, and how many pictures may be on the way, steered by how long a picture takes
 * to reach the other end (there and back). A path that is not full answers in its own time; a queue shows as more than a picture of
 * that size may take. The path's own time is only believed of a picture that went out alone. Pure.
 */

export const BITRATE_MIN = 150_000;
export const BITRATE_MAX = 8_000_000;
const BITRATE_START = 2_500_000;

/** Queueing that is always forgiven: a busy computer, Wi-Fi. */
const FORGIVEN_MS = 60;
const FEWER = 0.75;
const MORE = 1.08;
const STEP_EVERY_MS = 250;
/** The path's own time is measured again after this long: the way may be another one now. */
const BASE_GOOD_FOR_MS = 10_000;
const FRAME_MS = 1000 / 30;
const UNDERWAY_AT_LEAST = 3;
const UNDERWAY_AT_MOST = 10;

export interface Rate {
  /** Bits a second for the encoder. */
  readonly bitrate: number;
  /** There and back with nothing in the way, ms; null before the first picture arrived. */
  readonly baseMs: number | null;
  readonly baseAt: number;
  readonly changedAt: number;
}

export const startingRate: Rate = { bitrate: BITRATE_START, baseMs: null, baseAt: 0, changedAt: 0 };

export interface Arrived {
  /** From sending the picture until the other end's word came back. */
  readonly roundTripMs: number;
  readonly bytes: number;
  /** Nothing else was on the way when it went out. */
  readonly alone: boolean;
  /** Bits that went out in the last second: a rate nobody uses is neither raised nor lowered. */
  readonly usedBitrate: number;
  readonly now: number;
}

export function afterArrival(rate: Rate, arrived: Arrived): Rate {
  const known = withBase(rate, arrived);
  const { baseMs, bitrate } = known;
  const { now, roundTripMs, bytes, usedBitrate } = arrived;
  if (now - known.changedAt < Math.max(STEP_EVERY_MS, roundTripMs)) return known;
  const queueMs = roundTripMs - (baseMs ?? roundTripMs);
  const allowedMs = FORGIVEN_MS + (1.25 * bytes * 8 * 1000) / bitrate;
  // Where the pictures hardly use the rate, the delay is not of their making: a busy computer, another's traffic.
  if (queueMs > allowedMs && usedBitrate > bitrate / 4)
    return { ...known, bitrate: Math.max(BITRATE_MIN, bitrate * FEWER), changedAt: now };
  if (queueMs < allowedMs / 2 && usedBitrate > bitrate / 2)
    return { ...known, bitrate: Math.min(BITRATE_MAX, bitrate * MORE), changedAt: now };
  return known;
}

function withBase(rate: Rate, { alone, roundTripMs, now }: Arrived): Rate {
  const newer = alone && (wantsAlone(rate, now) || rate.baseMs === null);
  return newer || roundTripMs <= (rate.baseMs ?? Infinity) ? { ...rate, baseMs: roundTripMs, baseAt: now } : rate;
}

/** Its own time is not known yet. */
export const onAnotherWay = (rate: Rate): Rate => ({ ...rate, baseMs: null });

/** Whether the next picture should wait until nothing is on the way, so that the path's own time can be measured. */
export function wantsAlone(rate: Rate, now: number): boolean {
  return rate.baseMs !== null && now - rate.baseAt > BASE_GOOD_FOR_MS;
}

/** Pictures that may be on the way: three, more on a long path, so that its length does not cost frames. */
export function underwayAtMost({ baseMs }: Rate): number {
  const needed = Math.ceil((baseMs ?? 0) / FRAME_MS) + 1;
  return Math.min(UNDERWAY_AT_MOST, Math.max(UNDERWAY_AT_LEAST, needed));
}
