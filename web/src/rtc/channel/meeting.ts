/** From "the other one is here" to keys: commit, reveal, agree. Every meeting has new keys. */
import type { EndMessage } from "@minuta/contracts/wire";
import { agree, makeKey, type Meeting, type OwnKey, type Revealed } from "../keys.ts";
import { openSeal, type Seal } from "../seal.ts";

type KeyCommit = Extract<EndMessage, { t: "key-commit" }>;
type KeyReveal = Extract<EndMessage, { t: "key-reveal" }>;

export interface Met {
  readonly seal: Seal;
  readonly safetyNumber: string;
  /** The certificate the other page shows over WebRTC, as it committed to it. */
  readonly otherFingerprint: string;
}

export interface MeetingEvents {
  tell(message: KeyCommit | KeyReveal): void;
  /** Keys stand. */
  met(met: Met): void;
}

export class KeyMeeting {
  readonly #meeting: Meeting;
  readonly #events: MeetingEvents;
  readonly #own: Promise<OwnKey>;
  #theirCommit: string | null = null;
  #theirs: Revealed | null = null;

  /** `fingerprint`: of this page's own certificate, when it is known. */
  constructor(meeting: Meeting, fingerprint: Promise<string>, events: MeetingEvents) {
    this.#meeting = meeting;
    this.#events = events;
    this.#own = fingerprint.then((own) => makeKey(meeting, own));
    void this.#own.then(({ commit }) => events.tell({ t: "key-commit", pairing: meeting.pairing, commit }));
  }

  /** The first commit counts: only then is our key shown. Messages of other meetings are passed over. */
  async hear(message: KeyCommit | KeyReveal): Promise<void> {
    if (message.pairing !== this.#meeting.pairing) return;
    const { pairing } = this.#meeting;
    if (message.t === "key-commit") {
      if (this.#theirCommit !== null) return;
      this.#theirCommit = message.commit;
      const { publicKey, nonce, fingerprint } = await this.#own;
      return this.#events.tell({ t: "key-reveal", pairing, publicKey, nonce, fingerprint });
    }
    if (this.#theirCommit === null || this.#theirs !== null) return;
    const { publicKey, nonce, fingerprint } = message;
    this.#theirs = { publicKey, nonce, fingerprint };
    const keys = await agree(this.#meeting, await this.#own, { commit: this.#theirCommit, revealed: this.#theirs });
    if (keys !== null) this.#events.met({ seal: openSeal(keys, pairing), safetyNumber: keys.safetyNumber, otherFingerprint: fingerprint });
  }
}
