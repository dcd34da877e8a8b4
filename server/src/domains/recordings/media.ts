/** The files themselves, by mediabunny: what a segment holds, and one file that seeks made of many segments, without encoding anything anew. */
import {
  BufferSource,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Output,
  StreamTarget,
  WEBM,
  WebMOutputFormat,
  type EncodedPacket,
  type InputTrack,
} from "mediabunny";

export interface Held {
  /** Of the picture; null: voices only. */
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

const openWebm = (bytes: Uint8Array): Input => new Input({ formats: [WEBM], source: new BufferSource(bytes) });

/** Null: this is no WebM file with a picture or a voice in it. */
export async function inspect(bytes: Uint8Array): Promise<Held | null> {
  const input = openWebm(bytes);
  try {
    const [picture, voice] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    if (picture === null && voice === null) return null;
    if (picture === null || (await new EncodedPacketSink(picture).getFirstPacket()) === null)
      return { codec: null, width: null, height: null };
    return { codec: await picture.getCodec(), width: await picture.getCodedWidth(), height: await picture.getCodedHeight() };
  } catch {
    return null;
  } finally {
    input.dispose();
  }
}

/** A piece of the file: its bytes are read when its turn comes. */
export interface Source {
  readonly startsAtSeconds: number;
  /** What it has beyond that is left out: its recorder only finished. */
  readonly endsAtSeconds: number;
  /** Null: it cannot be read any more; its time stays empty. */
  read(): Promise<Uint8Array | null>;
}

/** Where the file is written to, at any place of it, also a second time. */
export interface Sink {
  write(position: number, bytes: Uint8Array): Promise<void>;
}

interface Track<Source = EncodedVideoPacketSource | EncodedAudioPacketSource> {
  readonly source: Source;
  lastSeconds: number;
}

interface Tracks {
  readonly voice: Track;
  readonly video: Track | null;
}

/** A packet beyond the end of its source. */
interface Beyond {
  readonly to: Track;
  readonly packet: EncodedPacket;
  readonly meta: object;
}

/** From the end of a source to the beginning of the next one, if the two are one recording without a break. */
const BREAK_SECONDS = 0.5;
/** What WebM tells apart. */
const MOMENT_SECONDS = 0.001;

/** One WebM file with its index; packets are copied as they are. `picture`: codec of the pictures; null: none has one. */
export async function remux(sources: readonly Source[], picture: string | null, sink: Sink): Promise<void> {
  const writable = new WritableStream<{ data: Uint8Array; position: number }>({
    write: ({ data, position }) => sink.write(position, data),
  });
  const output = new Output({
    format: new WebMOutputFormat(),
    target: new StreamTarget(writable, { chunked: true, chunkSize: 1024 * 1024 }),
  });
  const voice: Track<EncodedAudioPacketSource> = { source: new EncodedAudioPacketSource("opus"), lastSeconds: -1 };
  output.addAudioTrack(voice.source);
  const video: Track<EncodedVideoPacketSource> | null =
    picture === null ? null : { source: new EncodedVideoPacketSource(codecOf(picture)), lastSeconds: -1 };
  if (video !== null) output.addVideoTrack(video.source);
  await output.start();
  let beyond: Beyond[] = [];
  let endedAtSeconds = -Infinity;
  for (const source of sources) {
    const bytes = await source.read();
    if (bytes === null) continue;
    const goesOn = source.startsAtSeconds - endedAtSeconds < BREAK_SECONDS;
    beyond = await copy(bytes, source, { tracks: { voice, video }, before: goesOn ? beyond : [] });
    endedAtSeconds = source.endsAtSeconds;
  }
  await output.finalize();
}

function codecOf(name: string): "av1" | "vp9" | "vp8" {
  if (name === "av1" || name === "vp9" || name === "vp8") return name;
  throw new Error(`no recorder of ours makes ${name}`);
}

/**
 * Both tracks side by side, in the order of time: a file whose voices come a minute after its pictures does not play. `before`: what the
 * source before has beyond its end; it fills the moment until this one has its first picture and voice. Answers the same of this one.
 */
async function copy(
  bytes: Uint8Array,
  { startsAtSeconds, endsAtSeconds }: Source,
  { tracks, before }: { tracks: Tracks; before: readonly Beyond[] },
): Promise<Beyond[]> {
  const input = openWebm(bytes);
  try {
    const readers = [
      await readerOf(await input.getPrimaryVideoTrack(), tracks.video),
      await readerOf(await input.getPrimaryAudioTrack(), tracks.voice),
    ].filter((reader) => reader !== null);
    for (const late of before) {
      const next = readers.find(({ to }) => to === late.to)?.packet;
      if (next && late.packet.timestamp < startsAtSeconds + next.timestamp) await add(late);
    }
    const beyond: Beyond[] = [];
    for (;;) {
      const [next] = readers.filter(({ packet }) => packet !== null).sort((one, other) => one.packet!.timestamp - other.packet!.timestamp);
      if (next === undefined || next.packet === null) return beyond;
      const { to, meta } = next;
      const packet = next.packet.clone({ timestamp: startsAtSeconds + next.packet.timestamp });
      if (packet.timestamp > endsAtSeconds) beyond.push({ to, packet, meta });
      else await add({ to, packet, meta });
      next.packet = await next.sink.getNextPacket(next.packet);
    }
  } finally {
    input.dispose();
  }
}

/**
 * Recorders overlap by a moment. What was said already is not said again; of pictures none may be missing, as each is drawn upon the one
 * before it: they come a moment later.
 */
async function add({ to, packet, meta }: Beyond): Promise<void> {
  const isLate = packet.timestamp <= to.lastSeconds;
  if (isLate && to.source instanceof EncodedAudioPacketSource) return;
  const timestamp = isLate ? to.lastSeconds + MOMENT_SECONDS : packet.timestamp;
  await to.source.add(packet.clone({ timestamp }), meta);
  to.lastSeconds = timestamp;
}

interface Reader {
  readonly to: Track;
  readonly sink: EncodedPacketSink;
  readonly meta: object;
  packet: EncodedPacket | null;
}

async function readerOf(
  track: (InputTrack & { getDecoderConfig(): Promise<object | null> }) | null,
  to: Track | null,
): Promise<Reader | null> {
  if (track === null || to === null) return null;
  const sink = new EncodedPacketSink(track);
  const packet = await sink.getFirstKeyPacket();
  if (packet === null) return null;
  return { to, sink, packet, meta: { decoderConfig: await track.getDecoderConfig() } };
}
