/**
 * Which codecs our own pictures may use, best first. AV1's screen tools sharpen small text at once, and what scrolls or stands still costs it
 * least of all; only its key frames take long. VP9 is no way out where that is too slow: a scrolled page costs it twice as much.
 */

import { DATA_CHANNEL, hasDataChannels } from "./direct-lane.ts";
import { SKETCH_CODEC } from "./picture.ts";

export interface Codec {
  readonly name: string;
  /** As WebCodecs calls it: a level that holds a large screen. */
  readonly codec: string;
  /** For a computer that cannot keep up with the better ones. */
  readonly light: boolean;
}

const codecs: readonly Codec[] = [
  { name: "av1", codec: "av01.0.13M.08", light: false },
  { name: "vp9", codec: "vp09.00.51.08", light: false },
  { name: "h264", codec: "avc1.420034", light: true },
  { name: "vp8", codec: "vp8", light: true },
];

/** Names of the codecs that are no way out where this one is too slow, its own among them. */
export const asHeavyAs = (one: Codec): string[] => (one.light ? [one] : codecs.filter(({ light }) => !light)).map(({ name }) => name);

/** Whether anything is left that the other end shows. */
export const isAnyLeft = (shows: readonly string[], without: readonly string[]): boolean =>
  codecs.some(({ name }) => shows.includes(name) && !without.includes(name));

/** Names of the codecs this browser can show, of sketches, and of a way by which pictures can come to it. */
export async function canShow(): Promise<string[]> {
  if (typeof VideoDecoder === "undefined") return [];
  const able = await Promise.all(
    codecs.map(async ({ name, codec }) => ((await isSupported(() => VideoDecoder.isConfigSupported({ codec }))) ? name : null)),
  );
  return [...able.filter((name) => name !== null), SKETCH_CODEC, ...(hasDataChannels ? [DATA_CHANNEL] : [])];
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export function encoderConfig(codec: Codec, size: PictureSize, bitrate: number): VideoEncoderConfig {
  return {
    codec: codec.codec,
    ...size,
    bitrate: Math.round(bitrate),
    framerate: 30,
    latencyMode: "realtime",
    bitrateMode: "variable",
    contentHint: "text",
    ...(codec.name === "h264" ? { avc: { format: "annexb" } } : {}),
  };
}

/** The best codec this browser makes and the other end shows, but these; null: none. */
export async function chooseCodec(shows: readonly string[], without: readonly string[], size: PictureSize): Promise<Codec | null> {
  if (typeof VideoEncoder === "undefined") return null;
  for (const codec of codecs) {
    if (!shows.includes(codec.name) || without.includes(codec.name)) continue;
    if (await isSupported(() => VideoEncoder.isConfigSupported(encoderConfig(codec, size, 1_000_000)))) return codec;
  }
  return null;
}

async function isSupported(ask: () => Promise<{ supported?: boolean }>): Promise<boolean> {
  try {
    return (await ask()).supported === true;
  } catch {
    return false;
  }
}
