/** The rules of recordings: when something may be recorded, which segments are taken, what is a gap, what plays as one file. Pure. */
import {
  SEGMENT_SECONDS_MAX,
  type RecorderState,
  type RecordingConsent,
  type RecordingTrouble,
  type SegmentFacts,
} from "@minuta/contracts/recordings";
import type { Side } from "@minuta/contracts/ids";

/** A recorder says something every few seconds; one that is silent for so long is taken to fail. */
export const SILENT_SECONDS = 25;
/** Counted time that nobody recorded, from so long on: a new recorder needs a moment. */
const GAP_SECONDS = 5;
/** An end's idea of the server's clock may be off by so much, and a recorder stops a moment after it was told to. */
export const CLOCK_SECONDS = 10;
/** Recorders of one side in one call. */
export const TAKES_MAX = 500;
/** Answers and changes of mind of one side in one call. */
export const CONSENTS_MAX = 200;
/**
 * What is missing so long after the call is written down as missing: when the client's time to say how it went is over (calls/rules.ts).
 * A page that died has come back by then, after a weekend too.
 */
export const LATE_SECONDS = 72 * 3600;
/** What is still on an end's own disk may come for so long after the call. */
export const UPLOAD_DAYS = 30;
/** The same person opening the same recording again within so long is one line of the log. */
export const ACCESS_MINUTES = 10;

export interface Decision {
  readonly side: Side;
  readonly agreed: boolean;
  readonly at: Date;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

export function consentOf(decisions: readonly Decision[], side: Side): RecordingConsent {
  const last = decisions.findLast((one) => one.side === side);
  if (last === undefined) return "unasked";
  return last.agreed ? "agreed" : "refused";
}

/** The stretches in which both sides agreed; the last one is open until `now`. `decisions` in order. */
export function agreedSpans(decisions: readonly Decision[], now: Date): Span[] {
  const agreed: Record<Side, boolean> = { client: false, consultant: false };
  const spans: Span[] = [];
  let since: Date | null = null;
  for (const { side, agreed: agrees, at } of decisions) {
    agreed[side] = agrees;
    const both = agreed.client && agreed.consultant;
    if (both && since === null) since = at;
    if (!both && since !== null) {
      spans.push({ from: since, to: at });
      since = null;
    }
  }
  return since === null ? spans : [...spans, { from: since, to: now }];
}

const secondsOf = ({ from, to }: Span): number => (to.getTime() - from.getTime()) / 1000;

/** Whether the segment has the length of one and lies in time both agreed to have recorded, but for what clocks differ. */
export function takes(segment: Pick<SegmentFacts, "from" | "to">, agreed: readonly Span[]): "yes" | "not-a-segment" | "not-agreed" {
  const seconds = secondsOf(segment);
  if (seconds <= 0 || seconds > SEGMENT_SECONDS_MAX + CLOCK_SECONDS) return "not-a-segment";
  const slackMs = CLOCK_SECONDS * 1000;
  const within = agreed.some(
    ({ from, to }) => segment.from.getTime() >= from.getTime() - slackMs && segment.to.getTime() <= to.getTime() + slackMs,
  );
  return within ? "yes" : "not-agreed";
}

/** Whole seconds between two segments of a side that were counted and agreed to be recorded, and are not; 0 when that is nothing to speak of. */
export function gapSeconds({ from, to }: Span, counted: readonly Span[], agreed: readonly Span[]): number {
  let milliseconds = 0;
  for (const one of counted)
    for (const other of agreed) {
      const start = Math.max(from.getTime(), one.from.getTime(), other.from.getTime());
      const end = Math.min(to.getTime(), one.to.getTime(), other.to.getTime());
      milliseconds += Math.max(0, end - start);
    }
  const seconds = Math.floor(milliseconds / 1000);
  return seconds >= GAP_SECONDS ? seconds : 0;
}

export interface Told {
  readonly recorder: RecorderState;
  readonly why: RecordingTrouble | null;
}

/** What of a recorder's news is written in the journal; a pause is the call's, and stands there already. */
export function newsOf(before: Told | null, now: Told): "recording-started" | "recording-stopped" | "recording-failed" | null {
  const was = before ?? { recorder: "off", why: null };
  switch (now.recorder) {
    case "failing":
      return was.recorder === "failing" && was.why === now.why ? null : "recording-failed";
    case "off":
      return was.recorder === "off" ? null : "recording-stopped";
    case "recording":
    case "paused":
      return was.recorder === "off" || was.recorder === "failing" ? "recording-started" : null;
  }
}

export interface Piece extends Span {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** Pieces in the order of time that play as one file: of one kind of picture, or with voices only beside them. */
export function filesOf<P extends Piece>(pieces: readonly P[]): P[][] {
  const files: P[][] = [];
  let kind: string | null = null;
  for (const piece of [...pieces].sort((one, other) => one.from.getTime() - other.from.getTime())) {
    const its = piece.codec === null ? null : `${piece.codec} ${piece.width}x${piece.height}`;
    const last = files.at(-1);
    if (last !== undefined && (its === null || kind === null || its === kind)) last.push(piece);
    else {
      files.push([piece]);
      kind = null;
    }
    kind = its ?? kind;
  }
  return files;
}
