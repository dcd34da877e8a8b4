/** Hands to metering when an end came on the line and when it left, in order; an end that could not be told is told again. */
import type { CallId, Side } from "@minuta/contracts/ids";
import type { RemotePorts } from "./ports.ts";
import { lastProven, onTheLine, type EndFacts } from "./presence.ts";

const TRY_AGAIN_AFTER_MS = 500;

export interface Line {
  /** Looks at the facts as they are now. */
  step(end: EndFacts, talk: boolean, now: number): void;
  /** Resolves when metering has heard everything told so far. */
  settled(): Promise<void>;
}

export function openLine(ports: RemotePorts, callId: CallId, side: Side): Line {
  let since: number | null = null;
  let telling: Promise<void> = Promise.resolve();

  const begin = async (at: number): Promise<void> => {
    await ports.evidence.begin({ callId, side, at: new Date(at) });
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
      const on = onTheLine(facts, talk, now);
      if (on && since === null) {
        since = now;
        enqueue(() => begin(now));
      } else if (on && since !== null) {
        ports.evidence.seen({ callId, side, at: new Date(lastProven(facts, since)) });
      } else if (!on && since !== null) {
        const at = lastProven(facts, since);
        since = null;
        enqueue(() => end(at));
      }
    },
    settled: () => telling,
  };
}

/** A lost `end` would let time run on, so it is repeated; metering's leases bound what a dead server leaves open. */
async function tellUntilHeard(ports: RemotePorts, tell: () => Promise<void>): Promise<boolean> {
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
