/**
 * When an end is on the line (domain rule "On the line"): its channel is alive, and it answered a probe of the other end within the
 * last seconds over the path that carries the media, and voice or screen really arrives somewhere. Pure.
 */
import { PROBE_FRESH_MS, RELAY_SILENT_MS } from "@minuta/contracts/wire";

/** Instants in milliseconds of the server's clock. */
export interface EndFacts {
  readonly connected: boolean;
  /** When anything of it last came to the server, on either channel. */
  readonly heardAt: number;
  /** Its voice and pictures come to the server too. */
  readonly relayed: boolean;
  /** Last time a probe of the other end came back from this one; null: never since it connected. */
  readonly answeredAt: number | null;
}

export function onTheLine({ connected, heardAt, relayed, answeredAt }: EndFacts, talk: boolean, now: number): boolean {
  const heard = now - heardAt <= (relayed ? RELAY_SILENT_MS : PROBE_FRESH_MS);
  return connected && talk && heard && answeredAt !== null && now - answeredAt <= PROBE_FRESH_MS;
}

/** The last instant at which an end is known to have been on the line: nothing later is proven, and never before `since`. */
export function lastProven(end: EndFacts, since: number): number {
  return Math.max(since, Math.min(end.heardAt, end.answeredAt ?? since));
}
