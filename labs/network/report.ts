/** What the cells came to: a line each, the last line of the lab, the table of docs/network.md. */
import type { Cell } from "./cell.ts";

export const secondsOf = (ms: number | null): string => (ms === null ? "–" : (ms / 1000).toFixed(1));

export const wayOf = ({ firstPath, path }: Pick<Cell, "firstPath" | "path">): string =>
  firstPath === path || path === null ? (firstPath ?? "–") : `${firstPath} → ${path}`;

export function lineOf(cell: Cell): string {
  const { name, ok, failure, firstPictureMs, event } = cell;
  const head = `${ok ? "✓" : "✗"} ${name.padEnd(24)}${secondsOf(firstPictureMs).padStart(5)} s  ${wayOf(cell)}`;
  if (failure !== null) return `${head}  ${failure}`;
  if (event === null) return head;
  const away = event.awayMs > 0 ? ` (nothing could come for ${secondsOf(event.awayMs)} s)` : "";
  return `${head}  picture away ${secondsOf(event.pictureInterruptionMs)} s, voice ${secondsOf(event.voiceInterruptionMs)} s${away}, ${event.provenSeconds} s proven meanwhile`;
}

const greatest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** The last line. `obstacle`: why no lab could be built. */
export function summaryOf(cells: readonly Cell[], obstacle: string | null = null) {
  const [conditions, events] = [cells.filter(({ kind }) => kind === "condition"), cells.filter(({ kind }) => kind === "event")];
  return {
    lab: "network",
    obstacle,
    conditions: conditions.length,
    connected: conditions.filter(({ ok }) => ok).length,
    events: events.length,
    survived: events.filter(({ ok }) => ok).length,
    firstPictureMsMax: greatest(cells.map(({ firstPictureMs }) => firstPictureMs)),
    /** Beyond what nothing could come through. */
    interruptionMsMax: greatest(
      events.map(({ event }) => (event === null ? null : Math.max(0, (event.pictureInterruptionMs ?? 0) - event.awayMs))),
    ),
    chargedDuringOutageKopecks: events.reduce((sum, { event }) => sum + (event?.chargedKopecks ?? 0), 0),
    cells,
  };
}
