/** What goes which way, worked out from what is known. Pure. */
import { isWebRtc, type EndMedia, type RelayKind } from "@minuta/contracts/wire";
import type { CallEngineOptions, CallEngineState, MediaPath } from "./engine.ts";
import type { PictureRoute } from "./messages.ts";

export interface Known {
  /** Our channel to the server stands. */
  readonly connected: boolean;
  /** What the other end last said; null: the server says it is not there. */
  readonly other: EndMedia | null;
  /** As it was before our own channel was lost; null: it was not there. */
  readonly otherBefore: EndMedia | null;
  /** Both ends find the direct path good. */
  readonly directUsable: boolean;
  readonly directKind: "webrtc-direct" | "webrtc-relay";
  /** The worker's pictures can go straight to the other page; WebRTC need not make its own. */
  readonly directLane: boolean;
  /** How the server's relay is reached. */
  readonly relayKind: RelayKind;
  readonly onlyPath: CallEngineOptions["onlyPath"] | null;
  readonly paused: boolean;
  /** What may be sent: neither blanked nor muted. */
  readonly screen: boolean;
  readonly microphone: boolean;
  /** The direct path took over, or the picture began, only a moment ago. */
  readonly justBegan: boolean;
}

export interface Plan {
  readonly path: MediaPath | null;
  readonly other: EndMedia | null;
  readonly otherSharing: CallEngineState["otherSharing"];
  readonly otherMicrophone: boolean;
  /** The other's picture should be coming over the direct path. */
  readonly pictureDue: boolean;
  /** Where the worker's pictures go. */
  readonly pictures: PictureRoute | null;
  readonly relayVoice: boolean;
  /** What WebRTC carries as tracks. */
  readonly tracks: { readonly screen: boolean; readonly voice: boolean };
}

export function planOf(known: Known): Plan {
  const other = otherOf(known);
  const path = pathOf(known, other !== null);
  const otherSharing = sharingOf(other);
  return {
    path,
    other,
    otherSharing,
    otherMicrophone: other?.microphone === "on",
    pictureDue: isDirect(path) && otherSharing === "on" && !known.paused,
    ...waysOf(known, path),
  };
}

/** All goes over one path at a time, but for a moment in which WebRTC's own pictures are not yet trusted to show one. */
function waysOf(known: Known, path: MediaPath | null): Pick<Plan, "pictures" | "relayVoice" | "tracks"> {
  const sending = path !== null && !known.paused;
  const direct = isDirect(path);
  const screen = known.screen && sending;
  const voice = known.microphone && sending;
  return {
    pictures: screen ? routeOf(known, direct) : null,
    relayVoice: voice && !direct,
    tracks: { screen: screen && direct && !known.directLane, voice: voice && direct },
  };
}

function routeOf({ directLane, justBegan, onlyPath }: Known, direct: boolean): PictureRoute | null {
  if (direct && directLane) return "direct";
  return (direct && !justBegan) || refusesRelay(onlyPath) ? null : "relay";
}

const sharingOf = (other: EndMedia | null): Plan["otherSharing"] =>
  other?.screen === "on" || other?.screen === "blanked" ? other.screen : "off";

/** While the direct path carries, the other end is there, whatever became of the channel to the server. */
function otherOf({ connected, other, otherBefore, directUsable }: Known): EndMedia | null {
  if (connected && other !== null) return other;
  return directUsable ? (other ?? otherBefore) : null;
}

function pathOf({ directUsable, directKind, relayKind, onlyPath }: Known, otherPresent: boolean): MediaPath | null {
  if (!otherPresent) return null;
  if (directUsable) return directKind;
  return refusesRelay(onlyPath) ? null : relayKind;
}

const refusesRelay = (onlyPath: Known["onlyPath"]): boolean => onlyPath === "webrtc" || onlyPath === "turn";

export const isDirect = isWebRtc;
