/** What a change of an end's screen, microphone or path is called in the journal. Pure. */
import type { JournalKind } from "@minuta/contracts/journal";
import type { EndMedia } from "@minuta/contracts/wire";

export interface MediaEvent {
  readonly kind: JournalKind;
  readonly facts: Record<string, unknown>;
}

const shown = (screen: EndMedia["screen"]): boolean => screen === "on" || screen === "blanked";

function screenEvent(before: EndMedia["screen"], now: EndMedia["screen"]): MediaEvent | null {
  if (before === now) return null;
  if (now === "blanked") return { kind: "blanked", facts: {} };
  if (now === "on") return { kind: before === "blanked" ? "unblanked" : "screen-shared", facts: {} };
  if (now === "refused" || now === "not-supported") return { kind: "screen-refused", facts: { why: now } };
  return shown(before) ? { kind: "screen-stopped", facts: { by: now === "off" ? "person" : "browser" } } : null;
}

function microphoneEvent(before: EndMedia["microphone"], now: EndMedia["microphone"]): MediaEvent | null {
  if (before === now) return null;
  if (now === "on") return { kind: "microphone-on", facts: {} };
  if (now === "refused" || now === "missing") return { kind: "microphone-refused", facts: { why: now } };
  return before === "on" ? { kind: "microphone-off", facts: {} } : null;
}

export function mediaEvents(before: EndMedia, now: EndMedia): MediaEvent[] {
  const path: MediaEvent | null =
    now.path !== null && now.path !== before.path ? { kind: "path-changed", facts: { path: now.path } } : null;
  return [screenEvent(before.screen, now.screen), microphoneEvent(before.microphone, now.microphone), path].filter(
    (event) => event !== null,
  );
}
