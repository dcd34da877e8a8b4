/** Before a call: does this computer have what it takes? Asks for nothing but what the person pressed a button for. No React here. */
import { remotePaths } from "@minuta/contracts/wire";
import { askMicrophone, givesFrames } from "./devices.ts";

/** `pages-only`: no WebSocket opens here, so the call goes by ordinary requests. `none`: not even those come through. */
export type PathCheck = "good" | "slow" | "pages-only" | "none";

/** `partly`: only over the direct path, as the browser hands over no frames. `macos`: the system asks as well. */
export type ScreenCheck = "good" | "macos" | "partly" | "not-supported";

const OPENS_WITHIN_MS = 4_000;
const ECHOES = 3;
/** A round trip longer than this is felt in talk. */
const SLOW_FROM_MS = 300;
const LEVEL_EVERY_MS = 80;

/** What the answers mean; null: none came. Pure. */
export function judgePath({ socketMs, pageAnswered }: { socketMs: number | null; pageAnswered: boolean }): PathCheck {
  if (socketMs !== null) return socketMs < SLOW_FROM_MS ? "good" : "slow";
  return pageAnswered ? "pages-only" : "none";
}

/** Tries the way the call will take first, then whether anything gets through at all. Never throws. */
export async function checkPath(origin: string): Promise<PathCheck> {
  const socketMs = await echoBySocket(origin);
  return judgePath({ socketMs, pageAnswered: socketMs !== null || (await pageAnswers(origin)) });
}

/** The quickest of a few round trips, ms; null when no WebSocket opens in time. */
function echoBySocket(origin: string): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(origin.replace(/^http/, "ws") + remotePaths.check);
    const times: number[] = [];
    let sentAt = 0;
    const end = (): void => {
      clearTimeout(timer);
      socket.close();
      resolve(times.length === 0 ? null : Math.min(...times));
    };
    const timer = setTimeout(end, OPENS_WITHIN_MS);
    const send = (): void => {
      sentAt = performance.now();
      socket.send(String(times.length));
    };
    socket.onopen = send;
    socket.onmessage = () => {
      times.push(performance.now() - sentAt);
      if (times.length < ECHOES) send();
      else end();
    };
    socket.onclose = end;
  });
}

async function pageAnswers(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/api/people/me`, { cache: "no-store", signal: AbortSignal.timeout(OPENS_WITHIN_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Without asking for anything: from what the browser has. */
export function checkScreen(): ScreenCheck {
  if (navigator.mediaDevices?.getDisplayMedia === undefined) return "not-supported";
  if (!givesFrames) return "partly";
  return /Macintosh/.test(navigator.userAgent) ? "macos" : "good";
}

export type MicrophoneCheck = { readonly state: "refused" | "missing" } | { readonly state: "open"; stop(): void };

/** Must be called from a click. `hear`: how loud it is now, 0…1, many times a second until `stop`. Never throws. */
export async function listenToMicrophone(hear: (level: number) => void): Promise<MicrophoneCheck> {
  const asked = await askMicrophone();
  if ("state" in asked) return asked;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([asked.track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    hear(loudness(samples));
  }, LEVEL_EVERY_MS);
  return {
    state: "open",
    stop() {
      clearInterval(timer);
      asked.track.stop();
      void context.close();
    },
  };
}

/** Below this a room is quiet. */
export const HEARD_FROM = 0.15;
const QUIET_DB = -60;

/** 0 for silence … 1 for a shout. Pure. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const db = power === 0 ? -Infinity : 10 * Math.log10(power);
  return Math.min(1, Math.max(0, 1 - db / QUIET_DB));
}
