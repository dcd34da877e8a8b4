/**
 * Voice that comes over TCP comes in gusts: a little is kept back before playing, more after a stall, and what is too old is
 * dropped, so that a stall does not become a lasting delay. Counts in samples. Pure (runs in the audio thread).
 */

const MIN_SECONDS = 0.04;
const MAX_SECONDS = 0.3;
/** More than this beyond the target is dropped. */
const SLACK_SECONDS = 0.1;
const CALM_SECONDS = 8;
/** Silence longer than this is not a stall: the other one muted himself. */
const STALL_AT_MOST_SECONDS = 1.5;

export class JitterBuffer {
  readonly #rate: number;
  #chunks: Float32Array[] = [];
  #depth = 0;
  #target: number;
  #playing = false;
  #emptyFor: number | null = null;
  #calmFor = 0;

  /** `rate`: samples a second. */
  constructor(rate: number) {
    this.#rate = rate;
    this.#target = MIN_SECONDS * rate;
  }

  get depth(): number {
    return this.#depth;
  }

  get targetSeconds(): number {
    return this.#target / this.#rate;
  }

  push(samples: Float32Array): void {
    if (this.#emptyFor !== null && this.#emptyFor < STALL_AT_MOST_SECONDS * this.#rate)
      this.#target = Math.min(MAX_SECONDS * this.#rate, this.#target * 1.5);
    this.#emptyFor = null;
    this.#chunks.push(samples);
    this.#depth += samples.length;
    if (this.#depth > this.#target + SLACK_SECONDS * this.#rate + samples.length) this.#drop(this.#depth - this.#target);
  }

  /** Fills `out`; silence where there is nothing. */
  pull(out: Float32Array): void {
    out.fill(0);
    if (!this.#playing && this.#depth >= this.#target) this.#playing = true;
    if (!this.#playing) {
      if (this.#emptyFor !== null) this.#emptyFor += out.length;
      return;
    }
    const taken = this.#take(out);
    this.#calmFor += taken;
    if (this.#calmFor > CALM_SECONDS * this.#rate) {
      this.#calmFor = 0;
      this.#target = Math.max(MIN_SECONDS * this.#rate, this.#target * 0.9);
    }
    if (taken === out.length) return;
    this.#playing = false;
    this.#emptyFor = 0;
    this.#calmFor = 0;
  }

  #take(out: Float32Array): number {
    let filled = 0;
    while (filled < out.length) {
      const first = this.#chunks[0];
      if (first === undefined) break;
      const part = first.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#cut(part.length);
    }
    return filled;
  }

  #drop(samples: number): void {
    let left = Math.floor(samples);
    while (left > 0 && this.#chunks[0] !== undefined) {
      const cut = Math.min(left, this.#chunks[0].length);
      this.#cut(cut);
      left -= cut;
    }
  }

  /** Takes samples, at most as many as the first chunk has, from the front. */
  #cut(samples: number): void {
    const first = this.#chunks[0];
    if (first === undefined) return;
    if (first.length > samples) this.#chunks[0] = first.subarray(samples);
    else this.#chunks.shift();
    this.#depth -= samples;
  }
}
