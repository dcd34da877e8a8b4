/** Hands to metering when an end came on the line and when it left, in order; an end that could not be told is told again. */
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

  const begin = async (at: number): Promise<void> => {
    const begun = ports.evidence.begin({ callId, side, at: new Date(at) });
    ports.evidence.seen({ callId, side, at: new Date(at) });
    await begun;
    await ports.journal.append(callId, { actor: "server", kind: "on-the-line", facts: { side } });
  };
  const end = async (at: number): Promise<void> => {
    const told = await tellUntilHeard(ports, () => ports.evidence.end({ callId, side, at: new Date(at) }));
    if (told) await ports.journal.append(callId, { actor: "server", kind: "off-the-line", facts: { side } });
  };
  const enqueue = (work: () => Promise<void>): void => {
    telling = telling.then(work).catch((error: unknown) => ports.log.warn({ err: error, callId, side }, "remote.evidence_not_told"));
  };

  return {
    step(facts, talk, now) {
      const stoodStill = now - lookedAt > STOOD_STILL_MS;
      if (stoodStill) believedFrom = now + SOCKETS_READ_WITHIN_MS;
      lookedAt = now;
      const on = onTheLine(facts, talk, now) && lastProven(facts, 0) >= believedFrom;
      if (since !== null && !stoodStill) provenAt = lastProven(facts, since);
      if (since !== null && !on) {
        const at = provenAt;
        since = null;
        enqueue(() => end(at));
      }
      if (on && since === null) {
        since = provenAt = now;
        enqueue(() => begin(now));
      } else if (on) ports.evidence.seen({ callId, side, at: new Date(provenAt) });
    },
    settled: () => telling,
  };
}

/** A lost `end` would let time run on, so it is repeated; metering's leases bound what a dead server leaves open. */
async function tellUntilHeard(ports: LinePorts, tell: () => Promise<void>): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      await tell();
      return true;
    } catch (error) {
      ports.log.warn({ err: error, attempt }, "remote.evidence_retried");
      await new Promise<void>((resolve) => void ports.clock.after(TRY_AGAIN_AFTER_MS, resolve));
    }
  }
  return false;
}
