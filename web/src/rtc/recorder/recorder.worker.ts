/** The recorder's worker: puts what was recorded on the disk as it comes, and tells the server that the recorder lives. The uploader does the rest. */
import "../../no-eval.ts";
import type { RecorderState, RecordingTrouble } from "@minuta/contracts/recordings";
import { sha256OfFile } from "@minuta/contracts/sha256";
import { adjusted, SAME_CLOCK } from "./clock.ts";
import { canKeep, lockOfTake, MediaFile, readMedia, forget, writeNote, type Note } from "./disk.ts";
import { nudge } from "./news.ts";
import type { PageToRecorder, RecorderToPage } from "./messages.ts";
import { tellRecorder } from "./server.ts";

/** Well within the time after which the server takes a recorder for silent. */
const TELL_EVERY_MS = 8_000;

type Start = Extract<PageToRecorder, { t: "start" }>;

const tell = (message: RecorderToPage): void => self.postMessage(message);

class Take {
  readonly #of: Start;
  /** `stoppedAt`: told to end then; what comes later is beyond its end. */
  readonly #open = new Map<string, { note: Note; readonly file: MediaFile; stoppedAt: number }>();
  readonly #timer = setInterval(() => void this.#say(), TELL_EVERY_MS);
  #state: { recorder: RecorderState; why: RecordingTrouble | null } = { recorder: "off", why: null };
  #clock = SAME_CLOCK;
  #releaseLock: () => void = () => undefined;

  constructor(of: Start) {
    this.#of = of;
    const held = new Promise<void>((release) => (this.#releaseLock = release));
    void navigator.locks.request(lockOfTake(of.takeId), () => held);
  }

  become(recorder: RecorderState, why: RecordingTrouble | null): void {
    this.#state = { recorder, why };
    void this.#say();
  }

  async begin(segmentId: string, at: number): Promise<void> {
    if (!canKeep()) return tell({ t: "failed", segmentId, why: "not-supported" });
    const { callId, side, takeId } = this.#of;
    const note: Note = { segmentId, takeId, callId, side, from: at, offsetMs: this.#clock.offsetMs, through: at, closed: null };
    try {
      await writeNote(note);
      this.#open.set(segmentId, { note, file: await MediaFile.create(segmentId), stoppedAt: Infinity });
    } catch (error) {
      await this.#fail(segmentId, error);
      // A note without media is no segment.
      await forget(segmentId);
    }
  }

  stopped(segmentId: string, at: number): void {
    const open = this.#open.get(segmentId);
    if (open !== undefined) open.stoppedAt = at;
  }

  async write(segmentId: string, bytes: ArrayBuffer): Promise<void> {
    const open = this.#open.get(segmentId);
    if (open === undefined) return;
    try {
      open.file.write(new Uint8Array(bytes));
      open.note = { ...open.note, through: Math.min(Date.now(), open.stoppedAt) };
      await writeNote(open.note);
      tell({ t: "written", segmentId });
    } catch (error) {
      await this.#fail(segmentId, error);
    }
  }

  async close(segmentId: string, at: number, cut = false): Promise<void> {
    const open = this.#open.get(segmentId);
    if (open === undefined) return;
    this.#open.delete(segmentId);
    open.file.close();
    const media = await readMedia(segmentId);
    if (media === null || media.size === 0) return forget(segmentId);
    const closed = { to: Math.min(at, open.stoppedAt), bytes: media.size, sha256: await sha256OfFile(media), cut };
    // Without room for the note it stays open: the uploader takes it over once this take has ended.
    await writeNote({ ...open.note, offsetMs: this.#clock.offsetMs, closed }).catch(() => undefined);
    nudge();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    for (const [segmentId] of this.#open) await this.close(segmentId, Date.now(), true);
    this.#state = { recorder: "off", why: null };
    await this.#say();
    this.#releaseLock();
    nudge();
    self.close();
  }

  async #fail(segmentId: string, error: unknown): Promise<void> {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    await this.close(segmentId, Date.now(), true).catch(() => undefined);
    tell({ t: "failed", segmentId, why: full ? "disk-full" : "internal" });
  }

  async #say(): Promise<void> {
    const { origin, callId, takeId } = this.#of;
    const askedAt = Date.now();
    const now = await tellRecorder({ origin, callId, takeId, ...this.#state });
    if (now !== null) this.#clock = adjusted(this.#clock, { askedAt, answeredAt: Date.now(), serverAt: now.getTime() });
  }
}

let take: Take | null = null;
let work: Promise<void> = Promise.resolve();

async function obey(order: PageToRecorder): Promise<void> {
  switch (order.t) {
    case "start":
      take = new Take(order);
      return;
    case "state":
      return take?.become(order.recorder, order.why);
    case "begin":
      return take?.begin(order.segmentId, order.at);
    case "data":
      return take?.write(order.segmentId, order.bytes);
    case "stopped":
      return take?.stopped(order.segmentId, order.at);
    case "close":
      return take?.close(order.segmentId, order.at);
    case "end":
      return take?.end();
  }
}

// One after the other: the order is the file's.
self.addEventListener("message", ({ data }: MessageEvent<PageToRecorder>) => {
  work = work.then(() => obey(data)).catch(() => undefined);
});
