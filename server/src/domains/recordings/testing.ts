/** For the tests of recordings: WebM files as a browser's recorder makes them, and an end that records, tells and uploads as the page does. */
import { createHash, randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CallId, Side } from "@minuta/contracts/ids";
import { hashOfSegment } from "@minuta/contracts/recording-chain";
import { PART_BYTES, partsOf, RECORDING_CONSENT_VERSION, type RecordingHead, type SegmentFacts } from "@minuta/contracts/recordings";
import {
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Output,
  WEBM,
  WebMOutputFormat,
} from "mediabunny";
import { expect } from "vitest";
import { openCall, type Browser, type OpenCall, type World } from "../calls/testing.ts";

export interface Film {
  readonly seconds: number;
  /** Null: voices only. */
  readonly codec?: "av1" | "vp8" | null;
  readonly width?: number;
  /** Bytes of each picture. */
  readonly weight?: number;
  /** Seconds until the first picture and voice. */
  readonly late?: number;
}

const USUAL = { codec: "vp8", width: 1280, weight: 500, late: 0 } satisfies Partial<Film>;
const FRAMES_A_SECOND = 8;
const PACKETS_A_SECOND = 50;
/** RFC 6716: 20 ms of silence. */
const SILENCE = new Uint8Array([0xf8, 0xff, 0xfe]);

/** A file with 8 pictures a second (what they show is nothing a decoder knows) and 50 packets of voice. */
export async function film(wished: Film): Promise<Uint8Array> {
  const { seconds, codec, width, weight, late } = { ...USUAL, ...wished };
  const output = new Output({ format: new WebMOutputFormat(), target: new BufferTarget() });
  const voice = new EncodedAudioPacketSource("opus");
  const video = codec === null ? null : new EncodedVideoPacketSource(codec);
  if (video !== null) output.addVideoTrack(video);
  output.addAudioTrack(voice);
  await output.start();
  const config = { codec: codec === "av1" ? "av01.0.08M.08" : "vp8", codedWidth: width, codedHeight: 720 };
  for (const packet of picturesOf({ seconds, width, weight, late })) await video?.add(packet, { decoderConfig: config });
  const sound = { decoderConfig: { codec: "opus", sampleRate: 48_000, numberOfChannels: 1 } };
  for (const packet of voicesOf({ seconds, late })) await voice.add(packet, sound);
  await output.finalize();
  return new Uint8Array(output.target.buffer!);
}

const voicesOf = ({ seconds, late }: Required<Pick<Film, "seconds" | "late">>): EncodedPacket[] =>
  Array.from(
    { length: seconds * PACKETS_A_SECOND },
    (_, packet) => new EncodedPacket(SILENCE, "key", late + packet / PACKETS_A_SECOND, 1 / PACKETS_A_SECOND),
  );

function picturesOf({ seconds, width, weight, late }: Required<Omit<Film, "codec">>): EncodedPacket[] {
  return Array.from({ length: seconds * FRAMES_A_SECOND }, (_, frame) => {
    const bytes = createHash("shake256", { outputLength: weight }).update(`${frame} ${width}`).digest();
    return new EncodedPacket(bytes, frame === 0 ? "key" : "delta", late + frame / FRAMES_A_SECOND, 1 / FRAMES_A_SECOND);
  });
}

/** What a player finds: when each picture and each packet of voice is shown or heard, in seconds. */
export async function contentsOf(
  file: Uint8Array,
): Promise<{ pictures: number[]; voice: number[]; codec: string | null; seconds: number }> {
  const input = new Input({ formats: [WEBM], source: new BufferSource(file) });
  const timesOf = async (
    track: Awaited<ReturnType<Input["getPrimaryVideoTrack"]>> | Awaited<ReturnType<Input["getPrimaryAudioTrack"]>>,
  ) => {
    if (track === null) return [];
    const times: number[] = [];
    for await (const packet of new EncodedPacketSink(track).packets()) times.push(packet.timestamp);
    return times;
  };
  const video = await input.getPrimaryVideoTrack();
  return {
    pictures: await timesOf(video),
    voice: await timesOf(await input.getPrimaryAudioTrack()),
    codec: video === null ? null : await video.getCodec(),
    seconds: await input.computeDuration(),
  };
}

export interface Recorded {
  readonly facts: SegmentFacts;
  readonly bytes: Uint8Array;
}

export interface RecordedFrom {
  readonly at: Date;
  readonly seconds: number;
  readonly takeId?: string;
}

export const recorded = (bytes: Uint8Array, { at, seconds, takeId = randomUUID() }: RecordedFrom): Recorded => ({
  bytes,
  facts: {
    segmentId: randomUUID(),
    takeId,
    from: at,
    to: new Date(at.getTime() + seconds * 1000),
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    cut: false,
  },
});

/** A page of one side, and what it does with recordings. */
export class RecordingEnd {
  readonly browser: Browser;
  readonly callId: CallId;
  readonly side: Side;

  constructor(browser: Browser, callId: CallId, side: Side) {
    this.browser = browser;
    this.callId = callId;
    this.side = side;
  }

  #send(method: "GET" | "POST" | "PUT", path: string, body?: object) {
    return this.browser.send(method, `recordings/${this.callId}${path}`, body);
  }

  answer(agreed: boolean, by = "word") {
    return this.#send("POST", "/consent", { agreed, version: RECORDING_CONSENT_VERSION, by });
  }
  view() {
    return this.#send("GET", "");
  }
  kept() {
    return this.#send("GET", "/kept");
  }
  tell(takeId: string, recorder: string, why: string | null = null) {
    return this.#send("POST", `/takes/${takeId}`, { recorder, why });
  }
  async head(): Promise<RecordingHead> {
    return (await this.#send("GET", "/head")).body.head;
  }
  async add({ facts }: Recorded, head?: RecordingHead) {
    const { count, hash: before } = head ?? (await this.head());
    const n = count + 1;
    const hash = hashOfSegment({ callId: this.callId, side: this.side, n, before }, facts);
    return this.#send("POST", "/segments", { segment: facts, n, hash });
  }
  missing(segmentId: string) {
    return this.#send("GET", `/segments/${segmentId}`);
  }
  part({ facts, bytes }: Recorded, part: number) {
    const piece = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
    return this.#send("PUT", `/segments/${facts.segmentId}/parts/${part}`, Buffer.from(piece));
  }
  /** Answers what the last part was answered. */
  async upload(one: Recorded) {
    let answer = await this.missing(one.facts.segmentId);
    for (let part = 0; part < partsOf(one.bytes.length); part += 1) answer = await this.part(one, part);
    return answer;
  }
  file(side: Side, index: number, { range, as = "play" }: { range?: string; as?: string } = {}) {
    return this.browser.get(`recordings/${this.callId}/files/${side}/${index}?as=${as}`, range);
  }
  originals(side: Side, range?: string) {
    return this.browser.get(`recordings/${this.callId}/originals/${side}`, range);
  }
}

export interface Scene extends OpenCall {
  readonly client: RecordingEnd;
  readonly expert: RecordingEnd;
}

/** What the tests of recordings do in a world of calls. */
export const scenesOf = (world: World) => ({
  /** An open call; both sides agreed to be recorded unless told otherwise. */
  async scene({ agreed = true } = {}): Promise<Scene> {
    const call = await openCall(world);
    const client = new RecordingEnd(call.guest, call.id, "client");
    const expert = new RecordingEnd(call.consultant.browser, call.id, "consultant");
    if (agreed) for (const end of [client, expert]) expect((await end.answer(true)).status).toBe(200);
    return { ...call, client, expert };
  },
  now: async (): Promise<Date> => (await world.database.db.pool.query("select platform.now() as now")).rows[0].now,
  /** Its events of recordings. */
  kinds: async ({ id }: OpenCall): Promise<string[]> =>
    (await world.journal.events(id)).map(({ kind }) => kind).filter((kind) => kind.startsWith("recording-")),
  lastEvent: async ({ id }: OpenCall) => (await world.journal.events(id)).at(-1),
  /** So many seconds pass, and the end has recorded them. */
  async record(length: Partial<Film> = {}, takeId?: string): Promise<Recorded> {
    const seconds = length.seconds ?? 20;
    const at = await this.now();
    await world.wait(seconds);
    return recorded(await film({ ...length, seconds }), { at, seconds, ...(takeId === undefined ? {} : { takeId }) });
  },
  async uploaded(end: RecordingEnd, one: Recorded): Promise<void> {
    expect((await end.add(one)).status).toBe(200);
    expect((await end.upload(one)).body).toEqual({ state: "kept", missing: [] });
  },
  /** The objects of the call as they lie in the store. */
  objectsOf: async ({ id }: OpenCall): Promise<string[]> =>
    (await readdir(join(world.folder, "recordings", id)).catch(() => [])).map((name) => join(world.folder, "recordings", id, name)),
});
