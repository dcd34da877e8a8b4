/**
 * The minutes of one call and the signatures under them: states what is proven as it grows, shows it to both ends, hands on what they
 * sign, and has the call wait when they do not.
 */
import type { Meter } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import { STATEMENT_EVERY_SECONDS } from "@minuta/contracts/statement";
import type { EndMessage } from "@minuta/contracts/wire";
import type { End } from "./end.ts";
import type { RemotePorts } from "./ports.ts";

type Message<T extends EndMessage["t"]> = Extract<EndMessage, { t: T }>;
/** Signatures are looked for this long after the allowance without them would begin to run out. */
const WORRY_AFTER_SECONDS = 90;

export class Signing {
  readonly #ports: RemotePorts;
  readonly #callId: CallId;
  readonly #ends: () => readonly End[];
  #signed = { client: 0, consultant: 0 };
  /** The last statement both ends were shown. */
  #toldN = 0;
  #statedSeconds = 0;
  #busy = false;

  constructor(ports: RemotePorts, callId: CallId, ends: () => readonly End[]) {
    this.#ports = ports;
    this.#callId = callId;
    this.#ends = ends;
  }

  /** Before an end is let in: from now on time is billed no further than it is signed. */
  async begin(): Promise<void> {
    const { signed, last } = await this.#ports.witness.watch(this.#callId);
    this.#signed = { ...signed };
    this.#told(last);
  }

  hear(end: End, message: Message<"signing-key" | "countersign" | "not-signing">): void {
    void this.#tried(() => {
      switch (message.t) {
        case "signing-key":
          return this.#showKey(end, message);
        case "countersign":
          return this.#countersign(end, message);
        case "not-signing":
          return this.#refused(end, message);
      }
    });
  }

  /** Looks whether a minute is full, or signatures are too far behind. */
  meter(meter: Meter): void {
    if (this.#busy) return;
    const minutes = (seconds: number): number => Math.floor(seconds / STATEMENT_EVERY_SECONDS);
    const full = minutes(meter.provenSeconds) > minutes(this.#statedSeconds);
    const signed = Math.min(this.#signed.client, this.#signed.consultant);
    const behind = meter.status === "live" && meter.provenSeconds - signed > WORRY_AFTER_SECONDS;
    if (full || behind) void this.#look({ full, behind });
  }

  /** The call is over: the last word, for whoever still listens; the pages sign it after they left. */
  close(): Promise<void> {
    return this.#tried(() => this.#state());
  }

  async #look({ full, behind }: { full: boolean; behind: boolean }): Promise<void> {
    this.#busy = true;
    await this.#tried(async () => {
      if (full) await this.#state();
      if (behind) await this.#ports.witness.pauseUnsigned(this.#callId);
    });
    this.#busy = false;
  }

  /** What fails here must not stop the call; money waits for signatures by itself. */
  #tried(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => this.#ports.log.warn({ err: error, callId: this.#callId }, "remote.signing_failed"));
  }

  async #state(): Promise<void> {
    for (const statement of await this.#ports.witness.state(this.#callId, this.#toldN)) {
      if (statement.n <= this.#toldN) continue;
      this.#told(statement);
      for (const end of this.#ends()) end.tell({ t: "statement", statement });
    }
  }

  #told(last: { readonly n: number; readonly provenSeconds: number } | null): void {
    if (last === null || last.n < this.#toldN) return;
    this.#toldN = last.n;
    this.#statedSeconds = last.provenSeconds;
  }

  async #showKey(end: End, { publicKey, signature }: Message<"signing-key">): Promise<void> {
    const { side, caller } = end;
    const known = await this.#ports.witness.showKey(this.#callId, { side, caller, publicKey, signature });
    if (known !== null) end.tell({ t: "signing-since", since: known.since, unsigned: [...known.unsigned] });
    end.tell({ t: "signed", ...this.#signed });
    // What was stated as this key came is news for the other end.
    await this.#state();
  }

  async #countersign(end: End, { n, by }: Message<"countersign">): Promise<void> {
    if (by.side !== end.side) return;
    const signed = await this.#ports.witness.countersign(this.#callId, { n, by });
    if (signed === null) return;
    this.#signed = { ...signed };
    for (const each of this.#ends()) each.tell({ t: "signed", ...signed });
  }

  async #refused(end: End, { n, why }: Message<"not-signing">): Promise<void> {
    const { side } = end;
    for (const each of this.#ends()) each.tell({ t: "not-signing", side, why });
    await this.#ports.journal.append(this.#callId, { actor: side, kind: "signature-refused", facts: { n, why } });
  }
}
