/**
 * Probes of one end that passed here on their way to the other: what comes back proves the other end only as the first answer to one of
 * them. An answer that is made up, said twice, or was held up for long on its way proves nothing.
 */
import { PROBE_EVERY_MS } from "@minuta/contracts/wire";

/** There and back: on a slow line probes wait behind pictures. */
export const ANSWERED_WITHIN_MS = 10_000;
/** More than an end sends in that time; what an end sends beyond that costs it its own oldest ones. */
const REMEMBERED = 2 * Math.ceil(ANSWERED_WITHIN_MS / PROBE_EVERY_MS);

export class Probes {
  readonly #passedAt = new Map<bigint, number>();

  /** `now` in ms of the server's clock, here and below. */
  passed(number: bigint, now: number): void {
    this.#passedAt.delete(number);
    this.#passedAt.set(number, now);
    const [oldest] = this.#passedAt.keys();
    if (this.#passedAt.size > REMEMBERED && oldest !== undefined) this.#passedAt.delete(oldest);
  }

  /** Whether this answer proves that the other end is there. */
  answered(number: bigint, now: number): boolean {
    const passedAt = this.#passedAt.get(number);
    this.#passedAt.delete(number);
    return passedAt !== undefined && now - passedAt <= ANSWERED_WITHIN_MS;
  }
}
