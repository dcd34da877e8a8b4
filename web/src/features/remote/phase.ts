/** What the call is doing, as one word for the screen; and what the person must be told now. Pure: from what the server and the engine said. */
import type { CallView, Meter } from "@minuta/contracts/calls";
import { otherSide, type Side } from "@minuta/contracts/ids";
import type { Objection } from "@minuta/contracts/statement";
import type { CallEngineState } from "../../rtc/engine.ts";

export type Phase =
  | "connecting"
  | "reconnecting"
  | "waiting"
  | "ready"
  | "live"
  | "paused"
  | "paused-for-top-up"
  | "paused-for-signature"
  | "replaced"
  | "closed"
  | "ended";

/** What one moment of a call is judged by. */
export interface Moment {
  readonly state: CallEngineState;
  readonly call: CallView;
  readonly meter: Meter;
}

const byConnection: Partial<Record<CallEngineState["connection"], Phase>> = {
  connecting: "connecting",
  reconnecting: "reconnecting",
  replaced: "replaced",
  closed: "closed",
};

/** The call's end beats everything, then our own channel, then the meter. `ready`: both are here, but neither voice nor screen flows. */
export function phaseOf({ state, call, meter }: Moment): Phase {
  if (call.state !== "open" && call.state !== "ringing") return "ended";
  const broken = byConnection[state.connection];
  if (broken) return broken;
  if (meter.status !== "idle" && meter.status !== "ended") return meter.status;
  return state.otherPresent ? "ready" : "waiting";
}

/** Whether the client's own screen is shared now, hidden for a moment or not. */
export const isShared = ({ state }: Moment): boolean => state.sharing === "on" || state.sharing === "blanked";

/** The client's screen was stopped by somebody else's pause, an empty wallet or missing signatures: it comes back by his own click, not by itself. */
export const isStoppedByOthers = ({ call, meter }: Moment): boolean =>
  call.side === "client" && meter.status.startsWith("paused") && !(meter.status === "paused" && meter.pausedBy === "client");

export type NoticeKey =
  | "reconnecting"
  | "sound-blocked"
  | "sharing-refused"
  | "sharing-stopped-by-browser"
  | "sharing-not-supported"
  | "microphone-refused"
  | "microphone-missing"
  | "other-blanked"
  | "blanked"
  | "low-balance"
  | "not-signing"
  | "own-link";

export type NoticeAction = "resume-sound" | "microphone" | "unblank" | "top-up";

export interface Notice {
  readonly key: NoticeKey;
  readonly tone: "calm" | "warning";
  readonly action: NoticeAction | null;
}

const notice = (key: NoticeKey, tone: Notice["tone"] = "warning", action: NoticeAction | null = null): Notice => ({ key, tone, action });

const ofSharing: Partial<Record<CallEngineState["sharing"], Notice>> = {
  refused: notice("sharing-refused"),
  "stopped-by-browser": notice("sharing-stopped-by-browser"),
  "not-supported": notice("sharing-not-supported"),
  blanked: notice("blanked", "calm", "unblank"),
};
const ofMicrophone: Partial<Record<CallEngineState["microphone"], Notice>> = {
  refused: notice("microphone-refused", "warning", "microphone"),
  missing: notice("microphone-missing", "warning", "microphone"),
};

/** Whose browser does not sign what the server says now; one's own comes first. */
export function notSigner({ state, call }: Pick<Moment, "state" | "call">): { readonly side: Side; readonly why: Objection } | null {
  for (const side of [call.side, otherSide(call.side)]) {
    const why = state.notSigning[side];
    if (why !== null) return { side, why };
  }
  return null;
}

/** Everything that needs a word now, the most pressing first. */
export function noticesOf({ state, call, meter }: Moment): readonly Notice[] {
  const isConsultant = call.side === "consultant";
  // The pause says it itself, and more.
  const unsigned = meter.status !== "paused-for-signature" && notSigner({ state, call }) !== null;
  const found = [
    state.connection === "reconnecting" ? notice("reconnecting") : undefined,
    state.soundBlocked ? notice("sound-blocked", "warning", "resume-sound") : undefined,
    call.youPay && state.minutesLeftWarning !== null ? notice("low-balance", "warning", "top-up") : undefined,
    unsigned ? notice("not-signing") : undefined,
    isConsultant ? undefined : ofSharing[state.sharing],
    ofMicrophone[state.microphone],
    ...(isConsultant ? toConsultant({ state, call }) : []),
  ];
  return found.filter((one) => one !== undefined);
}

const toConsultant = ({ state, call }: Pick<Moment, "state" | "call">): (Notice | undefined)[] => [
  state.otherSharing === "blanked" ? notice("other-blanked", "calm") : undefined,
  call.flags.includes("own-link") ? notice("own-link", "calm") : undefined,
];
