/**
 * The call engine as the screens see it: one state to subscribe to, a few commands. No React here, no UI in the engine.
 * `createCallEngine` is in create.ts; everything else of this folder is inside.
 */
import type { CallView, Meter } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import type { Objection } from "@minuta/contracts/statement";
import type { MediaPath } from "@minuta/contracts/wire";
import type { RecorderState, RecordingTrouble } from "@minuta/contracts/recordings";

export type { MediaPath };

export interface ChatLine {
  readonly id: string;
  readonly from: Side;
  readonly text: string;
  readonly at: Date;
}

export type SharingState = "off" | "asking" | "on" | "blanked" | "refused" | "stopped-by-browser" | "not-supported";
export type MicrophoneState = "off" | "asking" | "on" | "muted" | "refused" | "missing";

export interface CallEngineState {
  /** The channel to our server. `replaced`: the same person opened this call in another tab, which took over. */
  readonly connection: "connecting" | "connected" | "reconnecting" | "replaced" | "closed";
  /** Null until media flows. */
  readonly path: MediaPath | null;
  /** 0 nothing comes through … 3 good. */
  readonly quality: 0 | 1 | 2 | 3;
  /** Six digits that are the same on both screens when nobody stands between them; null until keys are agreed. */
  readonly safetyNumber: string | null;
  readonly otherPresent: boolean;
  readonly otherSharing: "off" | "on" | "blanked";
  readonly otherMicrophone: boolean;
  /** As the server last told; null until the first word. */
  readonly call: CallView | null;
  readonly meter: Meter | null;
  readonly sharing: SharingState;
  readonly microphone: MicrophoneState;
  /** The browser keeps sound back until the person clicks somewhere: show a button that calls `resumeSound`. */
  readonly soundBlocked: boolean;
  readonly chat: readonly ChatLine[];
  /** Client's side: where the consultant points, 0…1 of the shared picture's width and height; null when nowhere. */
  readonly pointer: { readonly x: number; readonly y: number } | null;
  /** Consultant's side: size of the picture that arrives, in pixels; null until the first frame. */
  readonly picture: { readonly width: number; readonly height: number } | null;
  /** The last low-balance warning, to the payer only. */
  readonly minutesLeftWarning: number | null;
  /** What the recorder of this end does. */
  readonly recorder: RecorderState;
  readonly recorderTrouble: RecordingTrouble | null;
  /** Grows when something of the recordings of either side may have changed. */
  readonly recordingsNews: number;
  /** How often red stop was pressed at this end since the page opened. */
  readonly redStops: number;
  /** Proven seconds each side signed. */
  readonly signed: Readonly<Record<Side, number>>;
  /** Why a side last did not sign what it was shown; null: it has not refused since it signed. */
  readonly notSigning: Readonly<Record<Side, Objection | null>>;
}

export interface CallEngine {
  getState(): CallEngineState;
  /** Calls back after every change; returns the unsubscriber (fits `useSyncExternalStore`). */
  subscribe(changed: () => void): () => void;
  /** Client's side; must be called from a click. Never throws: the outcome is in `sharing`. */
  shareScreen(): Promise<void>;
  stopSharing(): void;
  /** Hides the picture for a moment (a password is typed); still billed. */
  blank(hidden: boolean): void;
  /** First `true` asks the browser for the microphone; later ones mute and unmute. Never throws. */
  setMicrophone(on: boolean): Promise<void>;
  resumeSound(): Promise<void>;
  /** Records here while both sides agree; red stop ends it by itself. */
  record(on: boolean): void;
  sendChat(text: string): void;
  /** Consultant's side: 0…1 of the picture; null lifts the pointer. */
  point(at: { x: number; y: number } | null): void;
  /** Shows the other side's picture (consultant) or one's own shared screen, as a still a second (client), inside `host`; returns the detacher. */
  attachPicture(host: HTMLElement): () => void;
  /** The red stop: ends sharing, blank, microphone at once and tells the other side. Also by Esc-Esc. */
  stopEverything(): void;
  /** Leaves the channel; the call itself goes on until ended or the grace runs out. */
  dispose(): void;
}

export interface CallEngineOptions {
  readonly call: CallView;
  /** Whose key signs the minutes; null: a guest's. */
  readonly personId: string | null;
  /** Only for tests and labs: stay on the server's relay, or refuse it, or know of no way but TURN. */
  readonly onlyPath?: "websocket" | "webrtc" | "turn";
}
