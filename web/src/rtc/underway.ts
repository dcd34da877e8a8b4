/** Pictures on their way to the watcher: sent, and no word yet that they arrived. Instants in ms; sequences grow. */

/** A picture that did not arrive for this long never will: the way is free again. */
const LOST_AFTER_MS = 4_000;

export interface Sent {
  readonly sentAt: number;
  readonly bytes: number;
  readonly keyFrame: boolean;
  /** Nothing else was on its way then. */
  readonly alone: boolean;
}

export class Underway {
  readonly #sent = new Map<number, Sent>();

  get size(): number {
    return this.#sent.size;
  }

  /** Whether a picture is among them that can be shown whatever became of the others. */
  get hasKeyFrame(): boolean {
    return [...this.#sent.values()].some(({ keyFrame }) => keyFrame);
  }

  add(sequence: number, sent: Omit<Sent, "alone">): void {
    this.#sent.set(sequence, { ...sent, alone: this.#sent.size === 0 });
  }

  /** Pictures arrive in order: the earlier ones are past, arrived or dropped. Null: this one was not waited for. */
  arrived(sequence: number): Sent | null {
    const sent = this.#sent.get(sequence) ?? null;
    for (const earlier of this.#sent.keys()) if (earlier <= sequence) this.#sent.delete(earlier);
    return sent;
  }

  timePassed(now: number): void {
    for (const [sequence, { sentAt }] of this.#sent) if (now - sentAt > LOST_AFTER_MS) this.#sent.delete(sequence);
  }

  /** No word of any of them is to be waited for. */
  clear(): void {
    this.#sent.clear();
  }
}
