/**
 * When an end is on the line (domain rule "On the line"): its channel is alive, and it answered a probe of the other end within the
 * last seconds over the path that carries the media, and voice or screen really arrives somewhere. Pure.
 */
import { PROBE_FRESH_MS } from "@minuta/contracts/wire";

/** Instants in milliseconds of the server's clock. */
export interface EndFacts {
  readonly connected: boolean;
  /** Last word on its control channel. */
  readonly heardAt: number;
  /** Last time a probe of the other end came back from this one; null: never since it connected. */
  readonly answeredAt: number | null;
}

const fresh = (at: number | null, now: number): boolean => at !== null && now - at <= PROBE_FRESH_MS;

export function onTheLine(end: EndFacts, talk: boolean, now: number): boolean {
  return end.connected && talk && fresh(end.heardAt, now) && fresh(end.answeredAt, now);
}

/** The last instant at which an end is known to have been on the line: nothing later is proven, and never before `since`. */
export function lastProven(end: EndFacts, since: number): number {
  return Math.max(since, Math.min(end.heardAt, end.answeredAt ?? since));
}
