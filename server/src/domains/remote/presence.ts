/**
 * When an end is on the line (domain rule "On the line"): its channel is alive, and it answered a probe of the other end within the
 * last seconds over the path that carries the media, and voice or screen really arrives somewhere. Pure.
 */
import type { Side } from "@minuta/contracts/ids";
import { PROBE_FRESH_MS, type EndMedia } from "@minuta/contracts/wire";

/** Instants in milliseconds of the server's clock. */
export interface EndFacts {
  readonly connected: boolean;
  /** Last word on its control channel. */
  readonly heardAt: number;
  /** Last time a probe of the other end came back from this one; null: never since it connected. */
  readonly answeredAt: number | null;
}

/** Whether voice or screen is established: shown or heard by the end it is meant for. Chat alone is not talk. */
export function established(media: Readonly<Record<Side, EndMedia>>): boolean {
  const { client, consultant } = media;
  const screen = (client.screen === "on" || client.screen === "blanked") && consultant.receives.screen;
  return screen || (client.microphone === "on" && consultant.receives.voice) || (consultant.microphone === "on" && client.receives.voice);
}

const fresh = (at: number | null, now: number): boolean => at !== null && now - at <= PROBE_FRESH_MS;

export function onTheLine(end: EndFacts, talk: boolean, now: number): boolean {
  return end.connected && talk && fresh(end.heardAt, now) && fresh(end.answeredAt, now);
}

/** The last instant at which an end is known to have been on the line: nothing later is proven, and never before `since`. */
export function lastProven(end: EndFacts, since: number): number {
  return Math.max(since, Math.min(end.heardAt, end.answeredAt ?? since));
}
