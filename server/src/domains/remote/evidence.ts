/** Hands to metering when an end came on the line and when it left, in order. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { PROBE_EVERY_MS } from "@minuta/contracts/wire";
import type { RemotePorts } from "./ports.ts";
import { lastProven, onTheLine, type EndFacts } from "./presence.ts";

const TRY_AGAIN_AFTER_MS = 500;
/**
 * Looked at several times a second; not looked at for this long, the whole process stood still, and what lies between proves nothing.
 * What waited in its sockets meanwhile is read as if it were news, so only what comes a moment later is believed.
 */
const STOOD_STILL_MS = PROBE_EVERY_MS;
const SOCKETS_READ_WITHIN_MS = 500;

export type LinePorts = { readonly journal: Pick<RemotePorts["journal"], "append"> } & Pick<RemotePorts, "evidence" | "clock" | "log">;

export interface Line {
  /** Looks at the facts as they are now. */
  step(end: EndFacts, talk: boolean, now: number): void;
  /** Resolves when metering has heard everything told so far. */
  settled(): Promise<void>;
}

export function openLine(ports: LinePorts, callId: CallId, side: Side): Line {
  let since: number | null = null;
  let provenAt = 0;
  let lookedAt = ports.clock.now().getTime();
  let believedFrom = 0;
  let telling: Promise<void> = Promise.resolve();

  /** Metering knows at once, in its memory, so that no lease asserts more than is known here; the journal follows in order once it is durable. */
  const tell = (kind: "on-the-line" | "off-the-line", told: Promise<void>): void => {
    const heard = untilHeard(ports, told);
    telling = telling
      .then(async () => void ((await heard) && (await ports.journal.append(callId, { actor: "server", kind, facts: { side } }))))
      .catch((error: unknown) => ports.log.warn({ err: error, callId, side }, "remote.evidence_not_told"));
  };

  return {
    step(facts, talk, now) {
      const stoodStill = now - lookedAt > STOOD_STILL_MS;
      if (stoodStill) believedFrom = now + SOCKETS_READ_WITHIN_MS;
      lookedAt = now;
      const on = onTheLine(facts, talk, now) && lastProven(facts, 0) >= believedFrom;
      if (since !== null && !stoodStill) provenAt = Math.max(provenAt, lastProven(facts, since));
      if (since !== null && !on) {
        since = null;
        tell("off-the-line", ports.evidence.end({ callId, side, at: new Date(provenAt) }));
      }
      if (on && since === null) {
        since = provenAt = now;
        tell("on-the-line", ports.evidence.begin({ callId, side, at: new Date(now) }));
      }
      if (on) ports.evidence.seen({ callId, side, at: new Date(provenAt) });
    },
    settled: () => telling,
  };
}

/** What metering knows and could not write is tried again; its leases bound what a dead server leaves open. Answers whether it is durable. */
async function untilHeard(ports: LinePorts, told: Promise<void>): Promise<boolean> {
  for (let [attempt, telling] = [0, told]; attempt < 20; attempt += 1, telling = ports.evidence.flush()) {
    try {
      await telling;
      return true;
    } catch (error) {
      ports.log.warn({ err: error, attempt }, "remote.evidence_retried");
      await new Promise<void>((resolve) => void ports.clock.after(TRY_AGAIN_AFTER_MS, resolve));
    }
  }
  return false;
}
