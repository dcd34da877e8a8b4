/** Asking the browser for the screen and the microphone, and what it answered. */
import type { MicrophoneState, SharingState } from "./engine.ts";

/** Larger screens are scaled down: small text stays readable and the encoder keeps up. */
const WIDTH_MAX = 2560;
const HEIGHT_MAX = 1600;

/** The whole screen is what a consultant needs; this page itself is never offered. Not all of it is in TypeScript's DOM library. */
const wishes: DisplayMediaStreamOptions & Readonly<Record<string, unknown>> = {
  video: { displaySurface: "monitor", frameRate: { max: 30 }, width: { max: WIDTH_MAX }, height: { max: HEIGHT_MAX } },
  audio: false,
  monitorTypeSurfaces: "include",
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
  systemAudio: "exclude",
};

type Asked<State> = { readonly track: MediaStreamTrack } | { readonly state: State };

/** Must be called from a click. Never throws. */
export async function askScreen(): Promise<Asked<Extract<SharingState, "refused" | "not-supported">>> {
  if (navigator.mediaDevices?.getDisplayMedia === undefined) return { state: "not-supported" };
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia(wishes);
    const [track] = stream.getVideoTracks();
    if (track === undefined) return { state: "refused" };
    track.contentHint = "text";
    return { track };
  } catch (error) {
    return { state: error instanceof DOMException && error.name === "NotSupportedError" ? "not-supported" : "refused" };
  }
}

/** Never throws. */
export async function askMicrophone(): Promise<Asked<Extract<MicrophoneState, "refused" | "missing">>> {
  if (navigator.mediaDevices?.getUserMedia === undefined) return { state: "missing" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
    const [track] = stream.getAudioTracks();
    return track === undefined ? { state: "missing" } : { track };
  } catch (error) {
    return { state: error instanceof DOMException && error.name === "NotAllowedError" ? "refused" : "missing" };
  }
}

/** Whether the browser lets scripts have frames and sound of a track; elsewhere only WebRTC can send them. */
export const givesFrames = typeof MediaStreamTrackProcessor !== "undefined";

/** Where the track's frames come one by one, for the worker: each answer there asks for the next. Null where the browser gives none. */
export function framesOf(track: MediaStreamTrack): MessagePort | null {
  if (!givesFrames) return null;
  const { port1, port2 } = new MessageChannel();
  const reader = new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack, maxBufferSize: 1 }).readable.getReader();
  const next = async (): Promise<void> => {
    const { value } = await reader.read();
    if (value !== undefined) port1.postMessage(value, [value]);
  };
  port1.onmessage = () => void next().catch(() => undefined);
  void next().catch(() => undefined);
  return port2;
}

export function soundOf(track: MediaStreamTrack): ReadableStream<AudioData> | null {
  return givesFrames ? new MediaStreamTrackProcessor({ track: track as MediaStreamAudioTrack }).readable : null;
}
