/** Probes on the relay's media lane: ours go out and come back, the other end's are answered at once. */
import { writeProbe } from "@minuta/contracts/wire";

const REMEMBERED = 16;

export class Probes {
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly #cameBack: (roundTripMs: number) => void;
  readonly #sentAt = new Map<bigint, number>();

  constructor(send: (frame: Uint8Array<ArrayBuffer>) => void, cameBack: (roundTripMs: number) => void) {
    this.#send = send;
    this.#cameBack = cameBack;
  }

  send(): void {
    const [number] = crypto.getRandomValues(new BigUint64Array(1));
    if (number === undefined) return;
    this.#sentAt.set(number, performance.now());
    const [oldest] = this.#sentAt.keys();
    if (this.#sentAt.size > REMEMBERED && oldest !== undefined) this.#sentAt.delete(oldest);
    this.#send(writeProbe("probe", number));
  }

  hear(kind: "probe" | "answer", number: bigint): void {
    if (kind === "probe") return this.#send(writeProbe("answer", number));
    const sentAt = this.#sentAt.get(number);
    if (sentAt === undefined) return;
    this.#sentAt.delete(number);
    this.#cameBack(performance.now() - sentAt);
  }
}
