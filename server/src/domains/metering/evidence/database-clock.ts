/** What this process knows of the database's clock: an offset between two bounds, as one round trip can tell. Pure. */

export interface Offset {
  /** Milliseconds to add to the monotonic clock: at least, and at most. */
  readonly earliest: number;
  readonly latest: number;
}

/** The database said `now` some time between sending and receiving. */
export const offsetOf = (now: Date, { sentMs, receivedMs }: { sentMs: number; receivedMs: number }): Offset => ({
  earliest: now.getTime() - receivedMs,
  latest: now.getTime() - sentMs,
});

/** The earliest or the latest instant of the database's clock that `ms` may have been. */
export const toDatabaseTime = (offset: Offset, bound: keyof Offset, ms: number): Date =>
  new Date(bound === "earliest" ? Math.floor(ms + offset.earliest) : Math.ceil(ms + offset.latest));

/** Beyond the bounds, which hold the round trips: less than this is a clock that is being set right. */
const JUMP_MS = 500;
/** How much two clocks that nobody sets part at most. */
const DRIFT = 0.001;

/** Whether the database's clock leapt forward between two round trips. A leap backward needs nothing: time that comes twice counts once. */
export const jumped = (before: Offset, after: Offset): boolean => after.earliest > before.latest + JUMP_MS;

/**
 * What two round trips tell together, `elapsedMs` apart, when the clock did not leap. A slow one tells next to nothing: were it believed
 * alone, a leap shorter than it would pass unseen, and what the clock leapt over would be somebody's time. Where they contradict each
 * other the clock was set a little, by no more than is certain.
 */
export function narrowed(before: Offset, after: Offset, elapsedMs: number): Offset {
  const drift = DRIFT * elapsedMs;
  if (after.latest < before.earliest - drift) return after;
  const latest = Math.min(after.latest, Math.max(after.earliest, before.latest + drift));
  return { earliest: Math.min(latest, Math.max(after.earliest, before.earliest - drift)), latest };
}
