/**
 * The shared screen on its way to the other end, by the relay or straight: only the newest frame is kept before encoding, only few pictures are
 * on the way, the bitrate follows how soon they arrive, and a still screen is sent again once, sharper, and whenever somebody joins.
 */
import { afterArrival, onAnotherWay, startingRate, underwayAtMost, wantsAlone } from "../rate.ts";
import { Underway } from "../underway.ts";
import { asHeavyAs, chooseCodec, encoderConfig, isAnyLeft, type Codec, type PictureSize } from "./codecs.ts";
import { configText, packPicture, SKETCH_CODEC } from "./picture.ts";
import { createScreen } from "./screen.ts";
import { sketchOf } from "./sketch.ts";

const WAITING_BYTES_AT_MOST = 500_000;
/** Encoding slower than this, twenty pictures a second, makes way for a lighter codec: it is less sharp, and a busy computer slows it down as well. */
const ENCODE_AT_MOST_MS = 50;
const ENCODES_TO_JUDGE = 30;
/** A computer was perhaps only busy: the better codec is tried again after this, and after twice as long each time that it was too slow again. */
const TRY_AGAIN_AFTER_MS = 30_000;
/** A lighter codec that takes no longer than this says that the computer has time. */
const HAS_TIME_MS = 20;
/** Where pictures have only begun to go this way much else is under way, and says nothing of the codec; another one is a break. */
const NOT_JUDGED_FOR_MS = 3_000;
/** The still screen is encoded again this long after the last change, so that what a fast change left blurred becomes sharp. */
const SHARPEN_AFTER_MS = 250;
/** The encoder is told a new bitrate when it differs by this share. */
const BITRATE_STEP = 0.12;

/** A key frame that takes this long is worth a sketch before it. */
const SKETCH_FROM_MS = 120;

export interface PictureWay {
  /** What is sent, and the number by which it is told as arrived. */
  seal(picture: Uint8Array<ArrayBuffer>, keyFrame: boolean): Promise<{ frame: Uint8Array<ArrayBuffer>; sequence: number }>;
  /** False when there is no way just now. */
  send(frame: Uint8Array<ArrayBuffer>): boolean;
  waitingBytes(): number;
}

/** Who sees the pictures: the way to him, and the names of the codecs he can show. */
export interface Watcher {
  readonly way: PictureWay;
  readonly shows: readonly string[];
}

interface Making {
  readonly encoder: VideoEncoder;
  readonly codec: Codec;
  readonly size: PictureSize;
  bitrate: number;
}

export class PictureSender {
  readonly #screen = createScreen(() => this.#pump());
  readonly #underway = new Underway();
  /** In the encoder, by time stamp. */
  readonly #encoding = new Map<number, number>();
  readonly #tooSlow = new Set<string>();
  readonly #broken = new Set<string>();
  #encodeTimes: number[] = [];
  #lastEncodeMs = Infinity;
  #judgedFrom = 0;
  #tryAgainAt = Infinity;
  #tryAgainAfterMs = TRY_AGAIN_AFTER_MS;
  #sent: { at: number; bits: number }[] = [];
  #watcher: Watcher | null = null;
  #making: Making | null = null;
  #choosing = false;
  #wantsKeyFrame = true;
  /** Of the key frame that is wanted next. */
  #sketch: "wanted" | "in the making" | "made" = "wanted";
  /** What the last key frame took. */
  #keyFrameMs = Infinity;
  #rate = startingRate;
  #config: string | null = null;

  /** The frames of the shared screen; null when it ended. */
  share(frames: MessagePort | null): void {
    this.#screen.follow(frames);
    if (frames === null) this.#discard();
    this.#wantsKeyFrame = true;
  }

  /** Answers there whoever asks for the screen, whether or not it is sent. */
  film(port: MessagePort): void {
    this.#screen.film(port);
  }

  /** Null: pictures go nowhere. By another way they begin anew. */
  meet(watcher: Watcher | null): void {
    if (watcher === this.#watcher) return;
    this.#watcher = watcher;
    this.#begin();
    this.#wantsKeyFrame = true;
    if (this.#making !== null && watcher !== null && !watcher.shows.includes(this.#making.codec.name)) this.#discard();
    this.#pump();
  }

  /** The watcher cannot show what comes to him, unless a key frame is on its way already. */
  keyFrame(): void {
    if (!this.#underway.hasKeyFrame) this.dropped();
  }

  /** What is on the way never arrives: no word of it is to be waited for. */
  dropped(): void {
    this.#underway.clear();
    this.#wantsKeyFrame = true;
    this.#pump();
  }

  /** The watcher has the picture with this sequence. */
  arrived(sequence: number): void {
    const sent = this.#underway.arrived(sequence);
    const now = performance.now();
    this.#sent = this.#sent.filter(({ at }) => now - at < 1000);
    const usedBitrate = this.#sent.reduce((sum, { bits }) => sum + bits, 0);
    if (sent !== null)
      this.#rate = afterArrival(this.#rate, { roundTripMs: now - sent.sentAt, bytes: sent.bytes, alone: sent.alone, usedBitrate, now });
    this.#steer();
    this.#pump();
  }

  tick(): void {
    const now = performance.now();
    this.#underway.timePassed(now);
    if (this.#screen.stillFor(now) > SHARPEN_AFTER_MS) this.#screen.sharpen();
    if (now > this.#tryAgainAt && this.#lastEncodeMs <= HAS_TIME_MS) this.#tryAgain();
    this.#pump();
  }

  #begin(): void {
    this.#underway.clear();
    this.#encoding.clear();
    this.#rate = onAnotherWay(this.#rate);
    this.#encodeTimes = [];
    this.#judgedFrom = performance.now() + NOT_JUDGED_FOR_MS;
  }

  #pump(): void {
    const watcher = this.#watcher;
    const size = this.#screen.size();
    if (watcher === null || size === null || !this.#hasRoom(watcher)) return;
    if (!this.#screen.changed() && !this.#wantsKeyFrame) return;
    const making = this.#makingOf(size);
    if (making === null) {
      void this.#prepare(watcher, size);
      this.#sketchFirst(watcher);
    } else if (!this.#wantsKeyFrame || !this.#sketchFirst(watcher)) this.#encode(making.encoder);
  }

  /** The one at work, if it makes pictures of this size. One that broke has said so to nobody yet. */
  #makingOf({ width, height }: PictureSize): Making | null {
    const making = this.#making;
    const fits = making?.size.width === width && making.size.height === height && making.encoder.state === "configured";
    return fits ? making : null;
  }

  #encode(encoder: VideoEncoder): void {
    const timestamp = Math.round(performance.now() * 1000);
    const frame = this.#screen.take(timestamp);
    if (frame === null) return;
    this.#encoding.set(timestamp, performance.now());
    encoder.encode(frame, { keyFrame: this.#wantsKeyFrame });
    if (this.#wantsKeyFrame) this.#sketch = "wanted";
    this.#wantsKeyFrame = false;
    frame.close();
  }

  /** Whether a sketch goes before the key frame: beside it each would take the time of both. */
  #sketchFirst(watcher: Watcher): boolean {
    if (this.#sketch === "made" || this.#keyFrameMs < SKETCH_FROM_MS || !watcher.shows.includes(SKETCH_CODEC)) return false;
    if (this.#sketch === "wanted") void this.#makeSketch(watcher);
    return true;
  }

  async #makeSketch(watcher: Watcher): Promise<void> {
    const frame = this.#screen.take(Math.round(performance.now() * 1000));
    if (frame === null) return;
    this.#sketch = "in the making";
    const picture = await sketchOf(frame);
    const wanted = watcher === this.#watcher && this.#screen.size() !== null;
    this.#sketch = wanted ? "made" : "wanted";
    if (picture !== null && wanted) void this.#send(watcher, picture, "sketch");
    this.#pump();
  }

  #hasRoom({ way }: Watcher): boolean {
    const atMost = wantsAlone(this.#rate, performance.now()) ? 1 : underwayAtMost(this.#rate);
    return this.#underway.size + this.#encoding.size < atMost && way.waitingBytes() < WAITING_BYTES_AT_MOST;
  }

  async #prepare(watcher: Watcher, size: PictureSize): Promise<void> {
    if (this.#choosing) return;
    this.#choosing = true;
    const codec = await chooseCodec(watcher.shows, [...this.#tooSlow, ...this.#broken], size);
    this.#choosing = false;
    this.#discard();
    // Rather slowly than not at all.
    if (codec === null) return this.#tooSlow.clear();
    const encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#deliver(chunk, metadata),
      error: () => this.#broke(encoder, codec),
    });
    const { bitrate } = this.#rate;
    encoder.configure(encoderConfig(codec, size, bitrate));
    this.#making = { encoder, codec, size, bitrate };
    this.#wantsKeyFrame = true;
    this.#pump();
  }

  #deliver(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const began = this.#encoding.get(chunk.timestamp);
    this.#encoding.delete(chunk.timestamp);
    if (metadata?.decoderConfig !== undefined) this.#config = configText(metadata.decoderConfig);
    const watcher = this.#watcher;
    // Made for who was watching before.
    if (watcher === null || began === undefined) return;
    const keyFrame = chunk.type === "key";
    void this.#send(watcher, packPicture(keyFrame ? this.#config : null, chunk), chunk.type);
    const tookMs = performance.now() - began;
    if (keyFrame) this.#keyFrameMs = tookMs;
    this.#lastEncodeMs = tookMs;
    if (began > this.#judgedFrom) this.#judge(tookMs);
  }

  async #send(watcher: Watcher, picture: Uint8Array<ArrayBuffer>, type: EncodedVideoChunkType | "sketch"): Promise<void> {
    const { frame, sequence } = await watcher.way.seal(picture, type !== "delta");
    if (watcher !== this.#watcher) return;
    if (!watcher.way.send(frame)) return void (this.#wantsKeyFrame = true);
    const now = performance.now();
    this.#underway.add(sequence, { sentAt: now, bytes: frame.length, keyFrame: type === "key" });
    this.#sent.push({ at: now, bits: frame.length * 8 });
  }

  /** A computer that cannot encode this codec in time gets a lighter one, if the watcher shows another. */
  #judge(tookMs: number): void {
    if (this.#making === null) return;
    this.#encodeTimes.push(tookMs);
    if (this.#encodeTimes.length < ENCODES_TO_JUDGE) return;
    const middle = this.#encodeTimes.toSorted((a, b) => a - b)[ENCODES_TO_JUDGE >> 1] ?? 0;
    this.#encodeTimes = [];
    const { codec } = this.#making;
    if (middle <= ENCODE_AT_MOST_MS) return;
    const heavy = asHeavyAs(codec);
    if (!isAnyLeft(this.#watcher?.shows ?? [], [...this.#tooSlow, ...this.#broken, ...heavy])) return;
    this.#tryAgainAt = performance.now() + this.#tryAgainAfterMs;
    this.#tryAgainAfterMs *= 2;
    this.#giveUp(heavy, this.#tooSlow);
  }

  /** Sharp text is worth a key frame. */
  #tryAgain(): void {
    this.#tryAgainAt = Infinity;
    this.#tooSlow.clear();
    this.#keyFrameMs = Infinity;
    this.#chooseAnew();
  }

  #steer(): void {
    const making = this.#making;
    const { bitrate } = this.#rate;
    if (making?.encoder.state !== "configured" || Math.abs(bitrate - making.bitrate) < making.bitrate * BITRATE_STEP) return;
    making.bitrate = bitrate;
    making.encoder.configure(encoderConfig(making.codec, making.size, bitrate));
  }

  /** Another may have taken its place before it says so. */
  #broke(encoder: VideoEncoder, codec: Codec): void {
    if (this.#making?.encoder === encoder) this.#giveUp([codec.name], this.#broken);
    else this.#broken.add(codec.name);
  }

  #giveUp(codecs: readonly string[], as: Set<string>): void {
    for (const name of codecs) as.add(name);
    this.#chooseAnew();
  }

  #chooseAnew(): void {
    this.#discard();
    // What it was making is wanted still, and a still screen brings nothing new.
    this.#wantsKeyFrame = true;
    this.#pump();
  }

  #discard(): void {
    if (this.#making !== null && this.#making.encoder.state !== "closed") this.#making.encoder.close();
    this.#making = null;
    this.#encoding.clear();
    this.#encodeTimes = [];
  }
}
