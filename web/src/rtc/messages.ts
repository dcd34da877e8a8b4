/** What the page and its channel worker tell each other. The worker holds everything that must not wait for a busy or hidden page. */
import type { CallView, Meter } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import type { Objection } from "@minuta/contracts/statement";
import type { EndMedia, IceServer, RelayKind, Signal } from "@minuta/contracts/wire";
import type { ChatLine, MediaPath } from "./engine.ts";

export type PageToWorker =
  | { readonly t: "start"; readonly origin: string; readonly callId: string; readonly side: Side; readonly personId: string | null }
  /** Of the certificate this page shows over WebRTC. */
  | { readonly t: "fingerprint"; readonly fingerprint: string }
  | {
      readonly t: "media";
      readonly screen: EndMedia["screen"];
      readonly microphone: EndMedia["microphone"];
      readonly path: MediaPath | null;
    }
  /** Frames of the shared screen come there, each when the one before was answered; null when it ended. */
  | { readonly t: "screen"; readonly frames: MessagePort | null }
  /** Whoever records asks here for the shared screen. */
  | { readonly t: "film"; readonly port: MessagePort }
  | { readonly t: "microphone"; readonly data: ReadableStream<AudioData> | null }
  | { readonly t: "surface"; readonly surface: Surface }
  | { readonly t: "loudspeaker"; readonly port: MessagePort }
  /** Where pictures go now, and whether voice goes over the relay. */
  | { readonly t: "send"; readonly pictures: PictureRoute | null; readonly voice: boolean }
  /** Between this page and the other end's, for pictures; null: it is closed. */
  | { readonly t: "lane"; readonly channel: RTCDataChannel | null }
  | { readonly t: "signal"; readonly signal: Signal }
  | { readonly t: "chat"; readonly id: string; readonly text: string }
  /** A probe came back over WebRTC. */
  | { readonly t: "probe-back"; readonly n: number }
  /** Pictures or voice of the other side came over WebRTC. */
  | { readonly t: "direct-came"; readonly screen: boolean; readonly voice: boolean }
  | { readonly t: "ice-servers-please" }
  /** The direct path fell silent. */
  | { readonly t: "doubt" }
  | { readonly t: "red-stop" }
  | { readonly t: "dispose" };

/** By the server, or straight to the other page. */
export type PictureRoute = "relay" | "direct";

/** Where the worker puts the pictures: a track that a video shows, or a canvas where the browser has no such tracks. */
export type Surface = WritableStream<VideoFrame> | OffscreenCanvas;

/** On the port of a film: which frame the asker had last; -1: none. */
export type FilmAsk = number;
/** The newest frame, copied; null: there is none that is newer. */
export type FilmAnswer = { readonly number: number; readonly copy: FrameCopy } | null;
export interface FrameCopy {
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** What they are, but for the time stamp. */
  readonly shape: Omit<VideoFrameBufferInit, "timestamp">;
}

export type WorkerToPage =
  /** The server is reached by another channel than before; what took that one may have taken more. */
  | { readonly t: "moved" }
  | { readonly t: "connection"; readonly connection: "connecting" | "connected" | "reconnecting" | "replaced" | "closed" }
  /** As the server gives them now: at every connection, and when they were asked for. */
  | { readonly t: "ice-servers"; readonly iceServers: readonly IceServer[] }
  /** How the server's relay is reached now. */
  | { readonly t: "relay-kind"; readonly kind: RelayKind }
  | { readonly t: "call"; readonly call: CallView }
  | { readonly t: "meter"; readonly meter: Meter }
  | { readonly t: "low-balance"; readonly minutesLeft: number }
  | { readonly t: "chat"; readonly lines: readonly ChatLine[] }
  | { readonly t: "other"; readonly media: EndMedia | null }
  | { readonly t: "other-red-stop" }
  /** Of the keys that stand now; null: none do. */
  | { readonly t: "safety-number"; readonly number: string | null }
  /** Keys with the other end stand, it said who it is, and committed to the certificate it shows over WebRTC. */
  | {
      readonly t: "about";
      readonly endId: string;
      readonly fingerprint: string;
      /** Pictures may go straight between the two workers. */
      readonly lane: boolean;
    }
  | { readonly t: "recordings-changed" }
  /** Proven seconds each side signed. */
  | { readonly t: "signed"; readonly client: number; readonly consultant: number }
  | { readonly t: "not-signing"; readonly side: Side; readonly why: Objection }
  | { readonly t: "signal"; readonly signal: Signal }
  /** The first picture after a break is shown. */
  | { readonly t: "picture"; readonly width: number; readonly height: number; readonly direct: boolean; readonly drawn: number }
  /** Round trip of a probe over the relay, ms. */
  | { readonly t: "relay-probe"; readonly roundTripMs: number }
  /** The worker's clock, which a browser does not slow down for a hidden page. `drawn`: pictures the worker showed so far; `direct`: the last came straight. */
  | { readonly t: "tick"; readonly drawn: number; readonly direct: boolean };
