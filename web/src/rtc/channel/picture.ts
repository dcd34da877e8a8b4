/**
 * One encoded picture as it is sealed: length of the decoder's configuration 2 (big endian; 0: as before), the configuration as JSON
 * (with the colour space, or colours are wrong at the other end), then the chunk. A sketch is a JPEG under a configuration of its own.
 */
import { z } from "zod/mini";
import { fromBase64url, toBase64url } from "@minuta/contracts/base64url";

const colorSpace = z.object({
  primaries: z.optional(z.nullable(z.string())),
  transfer: z.optional(z.nullable(z.string())),
  matrix: z.optional(z.nullable(z.string())),
  fullRange: z.optional(z.nullable(z.boolean())),
});
const configuration = z.object({
  codec: z.string().check(z.maxLength(60)),
  codedWidth: z.optional(z.int().check(z.positive())),
  codedHeight: z.optional(z.int().check(z.positive())),
  colorSpace: z.optional(colorSpace),
  description: z.optional(z.string()),
});

export const SKETCH_CODEC = "jpeg";
export const SKETCH = JSON.stringify({ codec: SKETCH_CODEC });

export interface Picture {
  /** JSON as it was sent: the same text means the same decoder. */
  readonly config: string | null;
  readonly chunk: Uint8Array<ArrayBuffer>;
}

export function configText(config: VideoDecoderConfig): string {
  const { codec, codedWidth, codedHeight, description } = config;
  const { primaries, transfer, matrix, fullRange } = config.colorSpace ?? {};
  return JSON.stringify({
    codec,
    codedWidth,
    codedHeight,
    ...(config.colorSpace === undefined ? {} : { colorSpace: { primaries, transfer, matrix, fullRange } }),
    ...(description === undefined ? {} : { description: toBase64url(bytesOf(description)) }),
  });
}

/** Refuses (throws) what is no configuration. */
export function parseConfig(text: string): VideoDecoderConfig {
  const { description, colorSpace: space, ...rest } = configuration.parse(JSON.parse(text));
  return {
    ...rest,
    ...(space === undefined ? {} : { colorSpace: space as VideoColorSpaceInit }),
    ...(description === undefined ? {} : { description: fromBase64url(description) }),
    optimizeForLatency: true,
  } as VideoDecoderConfig;
}

export function packPicture(config: string | null, chunk: EncodedVideoChunk | Uint8Array): Uint8Array<ArrayBuffer> {
  const head = config === null ? new Uint8Array() : new TextEncoder().encode(config);
  const bytes = new Uint8Array(2 + head.length + chunk.byteLength);
  new DataView(bytes.buffer).setUint16(0, head.length);
  bytes.set(head, 2);
  if (chunk instanceof Uint8Array) bytes.set(chunk, 2 + head.length);
  else chunk.copyTo(bytes.subarray(2 + head.length));
  return bytes;
}

/** Null when it is cut short. */
export function unpackPicture(bytes: Uint8Array<ArrayBuffer>): Picture | null {
  if (bytes.length < 3) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
  if (bytes.length < 3 + length) return null;
  return { config: length === 0 ? null : new TextDecoder().decode(bytes.subarray(2, 2 + length)), chunk: bytes.subarray(2 + length) };
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}
