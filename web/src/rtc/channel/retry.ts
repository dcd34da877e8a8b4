/** When a lane to the server that was lost is tried again. Pure but for chance; instants and waits in ms. */

/** A lane that carried is opened anew at once, but for so much that all pages of a server do not come in one moment. */
const SPREAD_MS = 100;
/** A server that was restarted is met soon, its first five seconds; of one that stays away something is asked less often. */
const FIRST_MS = 200;
const FIRST_TRIES = 25;
const SOON_MS = 350;
const SOON_TRIES = 80;
const LAST_MS = 3_000;

export class Retry {
  #failures = 0;
  #lostAt = -Infinity;

  /** Something came over a lane. */
  worked(): void {
    this.#failures = 0;
  }

  /** How long to wait. `carried`: something had come over the lane that was lost. */
  after(carried: boolean, now: number): number {
    const atOnce = carried && now - this.#lostAt > LAST_MS;
    this.#lostAt = now;
    if (atOnce) return Math.random() * SPREAD_MS;
    this.#failures += 1;
    const soon = this.#failures <= SOON_TRIES ? SOON_MS : LAST_MS;
    return (this.#failures <= FIRST_TRIES ? FIRST_MS : soon) * (0.75 + Math.random() / 2);
  }
}
