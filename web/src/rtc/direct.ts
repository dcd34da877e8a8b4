/**
 * Whether the direct path (WebRTC) is to be trusted with media: up when it has proven itself, down at once when it stalls, and after
 * every fall it has to prove itself for longer, so that media does not swing to and fro. Pure; instants in ms.
 */

/** An echo goes over the direct path this often. */
export const ECHO_EVERY_MS = 125;
/** Without an echo for this long something is odd: the channel to the server may have been lost by the same cause. */
const ODD_AFTER_MS = 300;
/** Without an echo for this long the path carries nothing. */
export const STALLED_AFTER_MS = 1500;
/** Without an echo for this long ICE is started anew. */
const RESTART_AFTER_MS = 2000;
/** One side makes the offers, and no oftener than this. */
export const RESTART_AT_MOST_EVERY_MS = 4000;
const PROVEN_AFTER_MS = 1500;
const PROVEN_AFTER_AT_MOST_MS = 60_000;
/** A path that held this long is as good as new. */
const FORGIVEN_AFTER_MS = 300_000;

export interface Direct {
  /** The last echo that came back. */
  readonly echoAt: number | null;
  /** Since when echoes have come without a gap. */
  readonly steadySince: number | null;
  readonly falls: number;
  readonly good: boolean;
}

export const untried: Direct = { echoAt: null, steadySince: null, falls: 0, good: false };

const mustProveMs = (falls: number): number => Math.min(PROVEN_AFTER_AT_MOST_MS, PROVEN_AFTER_MS * 2 ** falls);

export function echoCame(direct: Direct, now: number): Direct {
  const steadySince = direct.steadySince ?? now;
  const good = direct.good || now - steadySince >= mustProveMs(direct.falls);
  const falls = good && now - steadySince >= FORGIVEN_AFTER_MS ? 0 : direct.falls;
  return { echoAt: now, steadySince, falls, good };
}

/** To be asked at every tick. */
export function timePassed(direct: Direct, now: number): Direct {
  if (direct.echoAt === null || now - direct.echoAt < STALLED_AFTER_MS || direct.steadySince === null) return direct;
  return fallen(direct);
}

/** Whether a path that carried fell silent, if only because a page is busy. */
export const isOdd = ({ good, echoAt }: Direct, now: number): boolean => good && echoAt !== null && now - echoAt >= ODD_AFTER_MS;

/** The path is not to be used for another reason: no picture came over it, the connection was closed. */
export function fallen(direct: Direct): Direct {
  return { ...direct, steadySince: null, falls: direct.good ? direct.falls + 1 : direct.falls, good: false };
}

/** Whether ICE is to be started anew. `since`: when the connection was made. */
export function wantsRestart(
  direct: Direct,
  { now, since, restartedAt, restarts }: { now: number; since: number; restartedAt: number | null; restarts: number },
): boolean {
  const silentMs = now - Math.max(direct.echoAt ?? since, since);
  const waitMs = Math.min(30_000, RESTART_AT_MOST_EVERY_MS * 2 ** Math.max(0, restarts - 1));
  return silentMs >= RESTART_AFTER_MS && (restartedAt === null || now - restartedAt >= waitMs);
}
