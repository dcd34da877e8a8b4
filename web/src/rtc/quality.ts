/** The bar the person sees, from how long a probe takes on the path in use. Pure. */
import type { MediaPath } from "./engine.ts";

/** Nothing came back for this long: nothing comes through. */
const SILENT_AFTER_MS = 4_000;

export interface Measured {
  readonly path: MediaPath | null;
  /** Of the last probe on that path; null: none came back yet. */
  readonly roundTripMs: number | null;
  readonly sinceLastMs: number;
}

/** 0 nothing comes through, 1 poor (over 600 ms), 2 fair (over 250 ms), 3 good. */
export function qualityOf({ path, roundTripMs, sinceLastMs }: Measured): 0 | 1 | 2 | 3 {
  if (path === null || roundTripMs === null || sinceLastMs > SILENT_AFTER_MS) return 0;
  if (roundTripMs > 600 || sinceLastMs > SILENT_AFTER_MS / 2) return 1;
  return roundTripMs > 250 ? 2 : 3;
}
