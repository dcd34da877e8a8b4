/**
 * Brings what lies on this disk to the server: segments that are whole, and what dead recorders left. One for the whole browser at a time,
 * however many tabs are open; it begins again wherever it was stopped, as the server says what is missing.
 */
import "../../no-eval.ts";
import type { CallId, Side } from "@minuta/contracts/ids";
import { hashOfSegment } from "@minuta/contracts/recording-chain";
import { PART_BYTES, type RecordingHead, type SegmentFacts } from "@minuta/contracts/recordings";
import { sha256OfFile } from "@minuta/contracts/sha256";
import { forget, listNotes, lockOfTake, noteOf, readMedia, RECORDER_LOCKS, writeNote, type Note } from "./disk.ts";
import { hearNews, tellLeft } from "./news.ts";
import { telling, told } from "./own-segments.ts";
import { addSegment, askHead, askMissing, putPart } from "./server.ts";

const LOOK_EVERY_MS = 15_000;
/** While a call is recorded here uploads leave most of the line to it. */
const PAUSE_IN_CALL_MS = 2_500;
/** What nobody took for so long is given up: the server would not take it either. */
const GIVEN_UP_AFTER_MS = 31 * 86_400_000;
const HEADS_TRIED_MAX = 20;
const UPLOADS_TRIED_MAX = 3;

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));

type Outcome = "gone" | "later";

const factsOf = ({ segmentId, takeId, from, offsetMs }: Note, closed: NonNullable<Note["closed"]>): SegmentFacts => ({
  segmentId,
  takeId,
  from: new Date(from + offsetMs),
  to: new Date(Math.max(closed.to, from + 1) + offsetMs),
  bytes: closed.bytes,
  sha256: closed.sha256,
  cut: closed.cut,
});

/** What a dead recorder left open is closed as far as it came; null: its recorder lives, or nothing had come. */
async function closed(seen: Note): Promise<Note | null> {
  if (seen.closed !== null) return seen;
  return navigator.locks.request(lockOfTake(seen.takeId), { ifAvailable: true }, async (lock) => {
    if (lock === null) return null;
    // Uploads took their time since it was seen: its recorder may have closed it by now.
    const note = await noteOf(seen.segmentId);
    if (note === null || note.closed !== null) return note;
    const media = await readMedia(note.segmentId);
    if (media === null || media.size === 0) {
      await forget(note.segmentId);
      return null;
    }
    const saved = { ...note, closed: { to: note.through, bytes: media.size, sha256: await sha256OfFile(media), cut: true } };
    await writeNote(saved);
    return saved;
  });
}

class Uploader {
  readonly #origin: string;
  /** Ends of the chains as far as they are known. */
  readonly #heads = new Map<string, RecordingHead>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async lookOnce(): Promise<void> {
    const notes = await listNotes();
    let left = notes.length;
    if (left > 0) tellLeft(left);
    const waiting = new Set<string>();
    for (const note of notes) {
      const end = `${note.callId} ${note.side}`;
      // A segment that is told before an earlier one would be told as a gap, for good.
      const whole = waiting.has(end) ? null : await closed(note);
      const outcome = whole === null || whole.closed === null ? "later" : await this.#bring(whole, whole.closed);
      if (outcome === "later") waiting.add(end);
      if (outcome === "gone" || Date.now() - note.from > GIVEN_UP_AFTER_MS) {
        await forget(note.segmentId);
        left -= 1;
        tellLeft(left);
      }
    }
    if (notes.length > 0) tellLeft((await listNotes()).length);
  }

  async #bring(note: Note, whole: NonNullable<Note["closed"]>): Promise<Outcome> {
    const media = await readMedia(note.segmentId);
    // Somebody else cleared the disk: there is nothing to bring.
    if (media === null || media.size !== whole.bytes) return "gone";
    const added = await this.#add(note, whole);
    return added === "added" ? this.#upload(note, media) : added;
  }

  async #add(note: Note, whole: NonNullable<Note["closed"]>): Promise<Outcome | "added"> {
    const { callId, side } = note;
    const segment = factsOf(note, whole);
    for (let tried = 0; tried < HEADS_TRIED_MAX; tried += 1) {
      const head = await this.#headOf(callId, side);
      if (head === null) return "later";
      const n = head.count + 1;
      const hash = hashOfSegment({ callId, side, n, before: head.hash }, segment);
      await telling(note, { segmentId: segment.segmentId, n, hash });
      const answer = await addSegment(this.#origin, callId, { segment, n, hash });
      this.#heads.delete(`${callId} ${side}`);
      if (answer.is === "done") {
        const { segmentId, hash: its } = answer.reply.segment;
        await told(note, { segmentId, hash: its, toldAt: Date.now() + note.offsetMs });
        return "added";
      }
      if (answer.is === "away" || answer.type === "not-found" || answer.type === "not-signed-in") return "later";
      // Another tab or another browser of the same side was quicker: after theirs, then.
      if (answer.type !== "recording-out-of-order") return "gone";
    }
    return "later";
  }

  async #headOf(callId: CallId, side: Side): Promise<RecordingHead | null> {
    const key = `${callId} ${side}`;
    const known = this.#heads.get(key);
    if (known !== undefined) return known;
    const answer = await askHead(this.#origin, callId);
    if (answer.is !== "done") return null;
    this.#heads.set(key, answer.reply.head);
    return answer.reply.head;
  }

  async #upload({ callId, segmentId }: Note, media: File): Promise<Outcome> {
    const of = { origin: this.#origin, callId, segmentId };
    for (let tried = 0; tried < UPLOADS_TRIED_MAX; tried += 1) {
      const asked = await askMissing(of);
      if (asked.is !== "done") return "later";
      let { state } = asked.reply;
      for (const part of asked.reply.missing) {
        const answer = await putPart(of, part, media.slice(part * PART_BYTES, (part + 1) * PART_BYTES));
        if (answer.is !== "done") return "later";
        ({ state } = answer.reply);
        await this.#leaveRoom();
      }
      if (state === "kept" || state === "deleted") return "gone";
    }
    // What is on this disk is not what was recorded: everybody was told by now.
    return "gone";
  }

  async #leaveRoom(): Promise<void> {
    const { held = [] } = await navigator.locks.query();
    if (held.some(({ name }) => name?.startsWith(RECORDER_LOCKS))) await pause(PAUSE_IN_CALL_MS);
  }
}

let lookAgain: () => void = () => undefined;

async function run(origin: string): Promise<void> {
  const uploader = new Uploader(origin);
  for (;;) {
    const nudged = new Promise<void>((look) => (lookAgain = look));
    await uploader.lookOnce().catch(() => undefined);
    await Promise.race([nudged, pause(LOOK_EVERY_MS)]);
  }
}

hearNews((news) => {
  if (news.t === "look") lookAgain();
});
// Waits until no other tab of this browser does it.
void navigator.locks.request("minuta-uploader", () => run(self.location.origin));
