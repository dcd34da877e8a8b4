/** What the page's recorder and its worker tell each other. */
import type { CallId, Side } from "@minuta/contracts/ids";
import type { RecorderState, RecordingTrouble } from "@minuta/contracts/recordings";

export type PageToRecorder =
  | { readonly t: "start"; readonly origin: string; readonly callId: CallId; readonly side: Side; readonly takeId: string }
  | { readonly t: "state"; readonly recorder: RecorderState; readonly why: RecordingTrouble | null }
  | { readonly t: "begin"; readonly segmentId: string; readonly at: number }
  | { readonly t: "data"; readonly segmentId: string; readonly bytes: ArrayBuffer }
  /** It ends then; what its encoder is behind with still comes. */
  | { readonly t: "stopped"; readonly segmentId: string; readonly at: number }
  | { readonly t: "close"; readonly segmentId: string; readonly at: number }
  /** Nothing more comes of this take. */
  | { readonly t: "end" };

export type RecorderToPage =
  | { readonly t: "failed"; readonly segmentId: string; readonly why: RecordingTrouble }
  /** A piece of it is on the disk. */
  | { readonly t: "written"; readonly segmentId: string };
