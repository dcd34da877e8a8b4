/** From "the other one is here" to keys: commit, reveal, agree. Every meeting has new keys. */
import type { EndMessage } from "@minuta/contracts/wire";
import { agree, makeKey, type Meeting, type OwnKey, type Revealed } from "../keys.ts";
import { openSeal, type Seal } from "../seal.ts";

type KeyCommit = Extract<EndMessage, { t: "key-commit" }>;
type KeyReveal = Extract<EndMessage, { t: "key-reveal" }>;

export interface MeetingEvents {
  tell(message: KeyCommit | KeyReveal): void;
  /** Keys stand. */
  met(seal: Seal): void;
}

export class KeyMeeting {
  readonly #meeting: Meeting;
  readonly #events: MeetingEvents;
  readonly #own: Promise<OwnKey>;
  #theirCommit: string | null = null;
  #theirs: Revealed | null = null;

  constructor(meeting: Meeting, events: MeetingEvents) {
    this.#meeting = meeting;
    this.#events = events;
    this.#own = makeKey(meeting);
    void this.#own.then(({ commit }) => events.tell({ t: "key-commit", pairing: meeting.pairing, commit }));
  }

  /** The first commit counts: only then is our key shown. Messages of other meetings are passed over. */
  async hear(message: KeyCommit | KeyReveal): Promise<void> {
    if (message.pairing !== this.#meeting.pairing) return;
    const { pairing } = this.#meeting;
    if (message.t === "key-commit") {
      if (this.#theirCommit !== null) return;
      this.#theirCommit = message.commit;
      const { publicKey, nonce } = await this.#own;
      return this.#events.tell({ t: "key-reveal", pairing, publicKey, nonce });
    }
    if (this.#theirCommit === null || this.#theirs !== null) return;
    this.#theirs = { publicKey: message.publicKey, nonce: message.nonce };
    const keys = await agree(this.#meeting, await this.#own, { commit: this.#theirCommit, revealed: this.#theirs });
    if (keys !== null) this.#events.met(openSeal(keys, pairing));
  }
}
