/** Who asks: long-term credentials (RFC 8489, 9.2) with nonces nothing is kept of. */
import { createHmac, randomBytes } from "node:crypto";
import { readUsername, type Known, type TurnKey } from "./credentials.ts";
import { turnLimits } from "./limits.ts";
import { attributeOf, attributes, hasIntegrity, type Address, type Attribute, type Message } from "./message.ts";

export interface Admitted extends Known {
  readonly username: string;
}

export interface Refused {
  readonly code: number;
  readonly more?: readonly Attribute[];
  /** Signs the refusal. */
  readonly key?: Buffer;
}

export interface Asker {
  readonly address: Address;
  /** Of the allocation he has; whom that belongs to does not change, and it outlives its credentials. */
  readonly username: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export class Gate {
  readonly #of: { readonly realm: string; readonly keys: readonly TurnKey[] };
  readonly #nonceKey = randomBytes(32);

  constructor(of: { realm: string; keys: readonly TurnKey[] }) {
    this.#of = of;
  }

  check(message: Message, asker: Asker): Admitted | Refused {
    const [username, nonce, realm] = [attributes.username, attributes.nonce, attributes.realm].map((type) =>
      attributeOf(message, type)?.toString("utf8"),
    );
    if (message.integrityAt === null) return this.#challenge(401, asker);
    if (username === undefined || nonce === undefined || realm === undefined) return { code: 400 };
    if (!this.#isNonce(nonce, asker)) return this.#challenge(438, asker);
    const known = realm === this.#of.realm ? readUsername(username, this.#of) : null;
    if (known === null || !hasIntegrity(message, known.key)) return this.#challenge(401, asker);
    return this.#mayGoOn({ ...known, username }, asker);
  }

  #mayGoOn(known: Admitted, asker: Asker): Admitted | Refused {
    if (asker.username === null) return known.expiresAt * 1000 > asker.now ? known : this.#challenge(401, asker);
    return asker.username === known.username ? known : { code: 441, key: known.key };
  }

  #challenge(code: number, asker: Asker): Refused {
    const more = [
      { type: attributes.realm, value: Buffer.from(this.#of.realm) },
      { type: attributes.nonce, value: Buffer.from(this.#nonce(asker.address, Math.floor(asker.now / turnLimits.nonceFreshMs))) },
    ];
    return { code, more };
  }

  /** Says when it was made and for which address. */
  #nonce({ ip, port }: Address, period: number): string {
    const sealed = createHmac("sha256", this.#nonceKey).update(ip).update(`${port}:${period}`);
    return `${period}-${sealed.digest("hex").slice(0, 24)}`;
  }

  #isNonce(nonce: string, { address, now }: Asker): boolean {
    const period = Math.floor(now / turnLimits.nonceFreshMs);
    return [period, period - 1].some((one) => this.#nonce(address, one) === nonce);
  }
}
