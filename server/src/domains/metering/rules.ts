/** What metering decides outside SQL. Pure. */
import type { Meter } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import type { ProtocolInterval } from "@minuta/contracts/journal";
import { kopecks, type Kopecks } from "@minuta/contracts/money";

/** The seconds of the minute that came after `from` and by `to`; all of them when a minute or more passed, or nothing is known. */
export function slotsBetween(from: Date | null, to: Date): number[] {
  const last = Math.floor(to.getTime() / 1000);
  const first = from === null ? last - 59 : Math.max(Math.floor(from.getTime() / 1000) + 1, last - 59);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) % 60);
}

/** One meter for all lines of a call: money adds up, time is the longest line's. */
export function togetherInCall(lines: readonly Meter[]): Meter {
  const [first, ...others] = lines;
  if (first === undefined) throw new RangeError("a call has at least one line");
  return others.reduce<Meter>(
    (all, line) => ({
      ...all,
      status: all.status === "ended" ? line.status : all.status,
      provenSeconds: Math.max(all.provenSeconds, line.provenSeconds),
      billableSeconds: Math.max(all.billableSeconds, line.billableSeconds),
      charged: sum(all.charged, line.charged),
      reserved: sum(all.reserved, line.reserved),
      pricePerMinute: sum(all.pricePerMinute, line.pricePerMinute),
    }),
    withoutColumns(first),
  );
}

const sum = (a: Kopecks, b: Kopecks): Kopecks => kopecks(a + b);

function withoutColumns({
  status,
  provenSeconds,
  billableSeconds,
  charged,
  reserved,
  pricePerMinute,
  minutesLeft,
  pauseEndsAt,
  pausedBy,
}: Meter): Meter {
  return { status, provenSeconds, billableSeconds, charged, reserved, pricePerMinute, minutesLeft, pauseEndsAt, pausedBy };
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

const whyPaused = { person: "paused", "top-up": "paused-for-top-up", signature: "paused-for-signature" } as const;

export interface CallEvidence {
  readonly life: Span;
  readonly presence: readonly (Span & { readonly side: Side })[];
  readonly pauses: readonly (Span & { readonly why: keyof typeof whyPaused })[];
}

/**
 * The life of a call as contiguous stretches, each with why it counted or not. Whole seconds are cut from the running total, so that
 * the counted ones add up to the proven seconds, rounded once.
 */
export function stretches({ life, presence, pauses }: CallEvidence): ProtocolInterval[] {
  const within = (span: Span) => [span.from, span.to].map((at) => Math.min(Math.max(at.getTime(), life.from.getTime()), life.to.getTime()));
  const edges = [...new Set([life, ...presence, ...pauses].flatMap(within))].sort((a, b) => a - b);
  const found: { from: number; to: number; why: ProtocolInterval["why"] }[] = [];
  let together = false;
  for (const [index, to] of edges.entries()) {
    const from = edges[index - 1];
    if (from === undefined) continue;
    const why = whyAt({ presence, pauses }, from, together);
    together ||= why === "on-the-line";
    const last = found.at(-1);
    if (last?.why === why) last.to = to;
    else found.push({ from, to, why });
  }
  return inWholeSeconds(found);
}

/** What the time right after `at` is; evidence does not change before the next edge. */
function whyAt({ presence, pauses }: Pick<CallEvidence, "presence" | "pauses">, at: number, together: boolean): ProtocolInterval["why"] {
  const covers = (span: Span): boolean => span.from.getTime() <= at && at < span.to.getTime();
  const pause = pauses.find(covers);
  if (pause !== undefined) return whyPaused[pause.why];
  const here = new Set(presence.filter(covers).map(({ side }) => side));
  if (here.size === 2) return "on-the-line";
  if (!together) return "waiting";
  return here.has("client") ? "consultant-away" : "client-away";
}

function inWholeSeconds(found: readonly { from: number; to: number; why: ProtocolInterval["why"] }[]): ProtocolInterval[] {
  const totals = { counted: 0, other: 0 };
  return found.map(({ from, to, why }) => {
    const kind = why === "on-the-line" ? "counted" : "other";
    const before = Math.floor(totals[kind] / 1000);
    totals[kind] += to - from;
    return { from: new Date(from), to: new Date(to), seconds: Math.floor(totals[kind] / 1000) - before, counted: kind === "counted", why };
  });
}
