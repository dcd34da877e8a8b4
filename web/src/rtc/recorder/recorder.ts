/**
 * Records a call at this end for as long as it is told to: the picture and both voices, in segments that follow each other without a
 * break. The picture is the own screen, or what is shown of the other's. What is hidden, muted or paused is in no segment.
 */
import type { CallView } from "@minuta/contracts/calls";
import type { CallId, Side } from "@minuta/contracts/ids";
import { SEGMENT_SECONDS, type RecorderState, type RecordingTrouble } from "@minuta/contracts/recordings";
import type { PageToRecorder, RecorderToPage } from "./messages.ts";
import { startUploader } from "./pending.ts";
import { CanvasPicture, ownPicture, sizeOf, type Film, type Picture, type Shown } from "./pictures.ts";

const VIDEO_BITS_A_SECOND = 300_000;
const VOICE_BITS_A_SECOND = 32_000;
/** What a crash may take of what was recorded. */
const PIECE_MS = 2_000;
/**
 * Encoders are behind, and what they have not handed over when a recorder stops is lost: it goes on for as long as it took to bring its
 * first picture and voice, and half as long again. What comes in that time is beyond the segment's end and in no film.
 */
const BEHIND_SHARE = 1.5;
const BEHIND_MS_MIN = 500;
const BEHIND_MS_MAX = 8_000;
/** A recorder that brought nothing for so long does not record. */
const STALLED_MS = 15_000;
const TRY_AGAIN_MS = 5_000;
/** Stopped recorders beside the one that runs. */
const FINISHING_MAX = 2;
/** A screen of which nothing came for so long is not recorded, and both sides are to know. */
const STARVED_MS = 3_000;

/** Best first: AV1 needs half of what the others need for text. */
const withPicture = [
  "video/webm;codecs=av01.0.08M.08,opus",
  "video/webm;codecs=av1,opus",
  "video/webm;codecs=vp9,opus",
  "video/webm;codecs=vp8,opus",
];
/** On a small machine the live picture comes first: there the one that costs the least. */
const CORES_FOR_BEST = 4;
const preferred = navigator.hardwareConcurrency < CORES_FOR_BEST ? withPicture.toReversed() : withPicture;
const voicesOnly = ["audio/webm;codecs=opus"];

/** What there is to record now. */
export interface Scene {
  readonly paused: boolean;
  /** The own screen as it may be sent: neither hidden nor paused. */
  readonly own: MediaStreamTrack | null;
  /** What is shown of the other's screen. */
  readonly shown: Shown | null;
  /** Both voices; null while the browser lets no sound through. */
  readonly voices: MediaStreamTrack | null;
}

const nothing: Scene = { paused: true, own: null, shown: null, voices: null };

interface Running {
  readonly segmentId: string;
  readonly recorder: MediaRecorder;
  /** Its own copy: made silent when the segment ends. */
  readonly voices: MediaStreamTrack | null;
  /** The take it belongs to: its last piece comes when another may have begun. */
  readonly worker: Worker;
  readonly beganAt: number;
  /** From its beginning until its first picture and voice came out. Never, if none does. */
  readonly behindMs: Promise<number>;
  /** When it was told to stop, by this machine's clock; its last piece comes later. */
  stoppedAt: number | null;
  heardAt: number;
  /** Pieces go to the worker one after the other. */
  sending: Promise<void>;
}

const tell = (worker: Worker, order: PageToRecorder, transfer: Transferable[] = []): void => worker.postMessage(order, transfer);

export class Recorder {
  recorder: RecorderState = "off";
  why: RecordingTrouble | null = null;
  readonly #of: { readonly callId: CallId; readonly side: Side };
  readonly #film: Film;
  readonly #changed: () => void;
  #worker: Worker | null = null;
  #scene: Scene = nothing;
  #picture: Picture | null = null;
  #voices: MediaStreamTrack | null = null;
  #running: Running | null = null;
  /** All segments of this take that were begun are handed over. */
  #handedOver: Promise<unknown> = Promise.resolve();
  /** Those that were stopped and whose encoders are behind. */
  #finishing: { readonly voices: MediaStreamTrack | null; readonly finish: () => void }[] = [];
  #tryAgainAt = -Infinity;

  constructor({ id: callId, side }: Pick<CallView, "id" | "side">, { film, changed }: { film: Film; changed: () => void }) {
    this.#of = { callId, side };
    this.#film = film;
    this.#changed = changed;
  }

  /** Begins and ends a take. */
  record(on: boolean): void {
    if (on === (this.#worker !== null)) return;
    if (on) this.#begin();
    else this.#end();
  }

  /** To be told whenever something may have changed. */
  follow(scene: Scene): void {
    this.#scene = scene;
    if (this.#worker === null) return;
    if (scene.paused) return this.#pause();
    const same = isOf(this.#picture, scene);
    if (this.#running !== null && same && this.#voices === scene.voices) return;
    if (this.#running === null && performance.now() < this.#tryAgainAt) return;
    this.#change(same);
  }

  /** To be called about every 125 ms, also of a hidden page; `now` in ms. Not by a thread that waits for a disk: the picture would stand still. */
  tick(now: number): void {
    const running = this.#running;
    this.#picture?.draw(now);
    if (running === null) this.follow(this.#scene);
    else if (now - running.heardAt > STALLED_MS) this.#broke(running, "encoder");
    else if (now - running.beganAt > SEGMENT_SECONDS * 1000) this.#next();
    else if (this.#starves(now)) this.#become("failing", "encoder");
  }

  #begin(): void {
    startUploader();
    const worker = new Worker(new URL("./recorder.worker.ts", import.meta.url), { type: "module", name: "recorder" });
    worker.onmessage = ({ data }: MessageEvent<RecorderToPage>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    this.#worker = worker;
    tell(worker, { t: "start", origin: location.origin, takeId: crypto.randomUUID(), ...this.#of });
    this.#tryAgainAt = -Infinity;
    this.follow(this.#scene);
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#drop();
    this.#become("off");
    if (worker === null) return;
    tell(worker, { t: "state", recorder: "off", why: null });
    // It ends itself when the last piece is on the disk.
    void this.#handedOver.then(() => tell(worker, { t: "end" }));
  }

  #pause(): void {
    this.#drop();
    this.#become("paused");
  }

  #drop(): void {
    // A pause is told again and again.
    if (this.#running === null && this.#picture === null) return;
    this.#stop(this.#running, { picture: this.#picture, silent: true });
    this.#running = null;
    this.#picture = null;
    this.#voices = null;
  }

  /** Another picture, or another set of voices, is another segment. */
  #change(samePicture: boolean): void {
    const before = this.#picture;
    if (!samePicture) this.#picture = pictureOf(this.#scene, this.#film);
    this.#voices = this.#scene.voices;
    this.#next(samePicture ? null : before);
  }

  /** The voices go on meanwhile. */
  #starves(now: number): boolean {
    return (this.#picture?.starvedMs(now) ?? 0) > STARVED_MS;
  }

  /** The next segment begins before the last one stops: nothing is lost between them. `left`: the picture of the last one alone. */
  #next(left: Picture | null = null): void {
    const empty = this.#picture === null && this.#voices === null;
    const before = this.#running;
    this.#running = empty ? null : this.#start();
    this.#stop(before, { picture: left, silent: this.#running === null });
    // A failure is over when something is on the disk again, not with the next try; nothing to see or hear yet is no failure.
    if (empty || (this.#running !== null && this.recorder !== "failing")) this.#become("recording");
  }

  #start(): Running | null {
    const worker = this.#worker;
    const mimeType = (this.#picture === null ? voicesOnly : preferred).find(
      (type) => typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported(type),
    );
    if (mimeType === undefined || worker === null) return this.#fail("not-supported");
    const voices = this.#voices?.clone() ?? null;
    try {
      const options = { mimeType, videoBitsPerSecond: VIDEO_BITS_A_SECOND, audioBitsPerSecond: VOICE_BITS_A_SECOND };
      const tracks = [this.#picture?.track ?? null, voices].filter((track) => track !== null);
      const recorder = new MediaRecorder(new MediaStream(tracks), options);
      const [segmentId, now, at] = [crypto.randomUUID(), performance.now(), Date.now()];
      recorder.start(PIECE_MS);
      tell(worker, { t: "begin", segmentId, at });
      const behindMs = new Promise<number>((came) => (recorder.onstart = () => came(performance.now() - now)));
      const begun = { segmentId, recorder, voices, worker, beganAt: now, heardAt: now, behindMs };
      const running: Running = { ...begun, stoppedAt: null, sending: Promise.resolve() };
      this.#listen(running);
      return running;
    } catch {
      voices?.stop();
      return this.#fail("encoder");
    }
  }

  /** Its segment ends now. `silent`: what is said from now on is not to be heard in any. `picture`: its own alone; nothing is taken of it any more. */
  #stop(running: Running | null, { picture, silent }: { picture: Picture | null; silent: boolean }): void {
    picture?.stop();
    if (running === null) picture?.close();
    else {
      running.stoppedAt ??= Date.now();
      tell(running.worker, { t: "stopped", segmentId: running.segmentId, at: running.stoppedAt });
      this.#finishing.push({ voices: running.voices, finish: this.#finishLater(running, picture) });
    }
    if (silent) for (const { voices } of this.#finishing) if (voices !== null) voices.enabled = false;
    if (this.#finishing.length > FINISHING_MAX) this.#finishing[0]?.finish();
  }

  /** Answers what finishes it at once. */
  #finishLater({ recorder, voices, behindMs }: Running, picture: Picture | null): () => void {
    const finish = (): void => {
      clearTimeout(timer);
      if (recorder.state !== "inactive") recorder.stop();
      voices?.stop();
      picture?.close();
      this.#finishing = this.#finishing.filter((one) => one.finish !== finish);
    };
    // One that has brought nothing yet would be lost whole.
    let timer = setTimeout(finish, recorder.state === "inactive" ? 0 : STALLED_MS);
    void behindMs.then((ms) => {
      clearTimeout(timer);
      timer = setTimeout(finish, Math.min(Math.max(BEHIND_SHARE * ms, BEHIND_MS_MIN), BEHIND_MS_MAX));
    });
    return finish;
  }

  #listen(running: Running): void {
    const { recorder, segmentId, worker } = running;
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      running.heardAt = performance.now();
      running.sending = running.sending.then(async () => {
        const bytes = await data.arrayBuffer();
        tell(worker, { t: "data", segmentId, bytes }, [bytes]);
      });
    };
    recorder.onerror = () => this.#broke(running, "encoder");
    const before = this.#handedOver;
    const handedOver = new Promise<void>((done) => {
      recorder.onstop = () => {
        const at = running.stoppedAt ?? Date.now();
        running.voices?.stop();
        // In the order in which they began: a segment without the one before it would be told as a gap.
        done(before.then(() => running.sending).then(() => tell(worker, { t: "close", segmentId, at })));
        // Its tracks ended: the next look finds others.
        if (this.#running === running) this.#running = null;
      };
    });
    this.#handedOver = Promise.all([this.#handedOver, handedOver]);
  }

  #broke(running: Running, why: RecordingTrouble): void {
    if (this.#running !== running) return;
    this.#drop();
    this.#fail(why);
  }

  #fail(why: RecordingTrouble): null {
    this.#tryAgainAt = performance.now() + TRY_AGAIN_MS;
    this.#become("failing", why);
    return null;
  }

  #hear(message: RecorderToPage): void {
    const running = this.#running;
    // What is said of a segment that was given up comes too late.
    if (running?.segmentId !== message.segmentId) return;
    if (message.t === "failed") this.#broke(running, message.why);
    else if (!this.#starves(performance.now())) this.#become("recording");
  }

  #become(recorder: RecorderState, why: RecordingTrouble | null = null): void {
    if (recorder === this.recorder && why === this.why) return;
    this.recorder = recorder;
    this.why = why;
    if (this.#worker !== null) tell(this.#worker, { t: "state", recorder, why });
    this.#changed();
  }
}

const pictureOf = ({ own, shown }: Scene, film: Film): Picture | null => {
  if (own !== null) return ownPicture(own, film);
  return shown === null ? null : new CanvasPicture(shown);
};

/** Whether this is a picture of what is there to record now. */
function isOf(picture: Picture | null, { own, shown }: Scene): boolean {
  if (picture === null) return own === null && shown === null;
  const live = picture.track.readyState === "live";
  if (own !== null) return live && picture.source === own;
  return live && picture.source === shown?.element && picture.size === sizeOf(shown);
}
