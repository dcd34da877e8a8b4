/** Which codecs the relay's pictures may use, best first. Measured in the design's table: AV1's screen tools sharpen small text at once. */

export interface Codec {
  readonly name: string;
  /** As WebCodecs calls it: a level that holds a large screen. */
  readonly codec: string;
}

const codecs: readonly Codec[] = [
  { name: "av1", codec: "av01.0.13M.08" },
  { name: "vp9", codec: "vp09.00.51.08" },
  { name: "h264", codec: "avc1.420034" },
  { name: "vp8", codec: "vp8" },
];

/** Names of the codecs this browser can show. */
export async function canShow(): Promise<string[]> {
  if (typeof VideoDecoder === "undefined") return [];
  const able = await Promise.all(
    codecs.map(async ({ name, codec }) => ((await isSupported(() => VideoDecoder.isConfigSupported({ codec }))) ? name : null)),
  );
  return able.filter((name) => name !== null);
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

/** The best codec this browser makes, the other end shows and that was not found too slow here; null: none. */
export async function chooseCodec(shows: readonly string[], tooSlow: ReadonlySet<string>, size: PictureSize): Promise<Codec | null> {
  if (typeof VideoEncoder === "undefined") return null;
  for (const codec of codecs) {
    if (!shows.includes(codec.name) || tooSlow.has(codec.name)) continue;
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
