/** The client's screen shows a number after number; what the consultant's screen shows of them, and when. */
import { setTimeout as sleep } from "node:timers/promises";
import { findMarker, MARKER_VALUES, widthOf, type Box } from "../../e2e/harness/marker.ts";
import type { Pixels, Rows } from "../../e2e/harness/pixels.ts";
import type { Stage } from "../../e2e/harness/stage.ts";

export const NUMBER_EVERY_MS = 200;
const LOOK_EVERY_MS = 20;
/** The whole screen takes longer to look at, from what others need. */
const LOOK_EVERYWHERE_EVERY_MS = 100;
/** A number drawn longer ago than this is an old picture; the numbers come round again after more than twice as long. */
const OLD_AFTER_MS = 20_000;

/** The client's page shows him a still of his own screen, and so the marker once more, smaller and a second old: not to be taken for it. */
const MIRRORED_BELOW = 0.6;

export interface Watch {
  /** When numbers appeared on the consultant's screen that had been drawn just before: `performance.now()` instants. */
  readonly seenAt: readonly number[];
  /** When the number was drawn that was seen last. */
  readonly lastDrawnAt: number;
  stop(): Promise<void>;
}

export function watch({ marker, consultant }: Pick<Stage, "marker" | "consultant">): Watch {
  const drawnAt = new Map<number, number>();
  const seenAt: number[] = [];
  let value = 0;
  let lastDrawnAt = -Infinity;
  const draw = setInterval(() => {
    value = (value + 1) % MARKER_VALUES;
    marker.show(value);
    drawnAt.set(value, performance.now());
  }, NUMBER_EVERY_MS);
  let going = true;
  const look = async (): Promise<void> => {
    const read = quickReader((rows) => consultant.screen.pixels(rows));
    let last: number | null = null;
    while (going) {
      const seen = await read();
      const now = performance.now();
      const drawn = seen === null ? -Infinity : (drawnAt.get(seen) ?? -Infinity);
      if (seen !== last && now - drawn < OLD_AFTER_MS) {
        seenAt.push(now);
        lastDrawnAt = drawn;
      }
      last = seen ?? last;
      await sleep(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  return {
    seenAt,
    get lastDrawnAt() {
      return lastDrawnAt;
    },
    async stop() {
      going = false;
      clearInterval(draw);
      await looking;
    },
  };
}

/** Looks first where the marker was last seen, in the pixels that `look` gives: the whole screen takes longer. */
export function quickReader(look: (rows?: Rows) => Promise<Pixels>): () => Promise<number | null> {
  let last: Readonly<Box> | null = null;
  let everywhereAt = -Infinity;
  return async () => {
    const here = last === null ? null : findMarker(await look(last));
    if (here !== null) return here.value;
    if (performance.now() - everywhereAt < LOOK_EVERYWHERE_EVERY_MS) return null;
    const found = findMarker(await look());
    everywhereAt = performance.now();
    if (found === null || (last !== null && widthOf(found.box) < widthOf(last) * MIRRORED_BELOW)) return null;
    last = found.box;
    return found.value;
  };
}

export interface Gap {
  readonly began: number;
  readonly ms: number;
}

/** When both lasted; 0 ms: never. */
export function overlap(one: Gap, other: Gap): Gap {
  const began = Math.max(one.began, other.began);
  return { began, ms: Math.max(0, Math.min(one.began + one.ms, other.began + other.ms) - began) };
}

/** The longest silence among the instants from `from` on: where it began and how long it was. */
export function longestGap(instants: readonly number[], from: number): Gap {
  const after = [from, ...instants.filter((at) => at > from)];
  let [began, ms] = [from, 0];
  for (let n = 1; n < after.length; n += 1) {
    const gap = (after[n] ?? 0) - (after[n - 1] ?? 0);
    if (gap > ms) [began, ms] = [after[n - 1] ?? 0, gap];
  }
  return { began, ms };
}
