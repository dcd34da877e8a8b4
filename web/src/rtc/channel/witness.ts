/**
 * What this end saw with its own clock, and its signature under what the server states. It signs nothing it has not seen to be plausible
 * (objectionTo in contracts), and says so. It outlives a reload of the page: what it saw and signed is kept in the browser.
 */
import { callId, type Side } from "@minuta/contracts/ids";
import { hashesOfSegments, isOwnRecording } from "@minuta/contracts/recording-chain";
import { recordingsApi } from "@minuta/contracts/recordings";
import { isSigned, type Signer } from "@minuta/contracts/signing";
import {
  beginning,
  callKeyText,
  countersignatureText,
  hashOfStatement,
  objectionTo,
  placeOf,
  signedStatement,
  statementText,
  type ChainPlace,
  type Countersignature,
  type Objection,
  type SignedStatement,
  type Statement,
} from "@minuta/contracts/statement";
import type { EndMessage } from "@minuta/contracts/wire";
import { z } from "zod/mini";
import { ownSigner, type KeyOwner } from "../../keys/own-key.ts";
import { keep } from "../../keys/store.ts";
import { witnessedIn } from "../../keys/witnessed.ts";
import { ownSegments, type OwnSide } from "../recorder/own-segments.ts";

/** A clock that leapt further than this was asleep. */
const LEAP_MS = 2_000;
const KEEP_EVERY_MS = 1_000;
/** The closing statement is made as the call ends; a busy server may take a moment. */
const CLOSING_LOOKS_MS = [0, 700, 700, 700];
/** The last segments of both recordings are told after the end, and stated anew then. */
const LATER_LOOKS_MS = [2_000, 4_000, 8_000, 15_000, 30_000];

/** A signature that did not reach the server. */
const POSTED_AT_MOST = 3;
const POSTED_AGAIN_AFTER_MS = 1_000;

const passed = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));

const breaksChain: ReadonlySet<Objection> = new Set(["another-call", "out-of-order", "not-signed-by-server"]);

export interface WitnessOptions {
  readonly callId: string;
  readonly side: Side;
  readonly personId: string | null;
  readonly say: (message: EndMessage) => void;
  /** This browser cannot sign, or does not sign what it was shown. */
  readonly objected: (why: Objection) => void;
}

/** A key that does not sign is none. */
async function trySigner(owner: KeyOwner): Promise<Signer> {
  const signer = await ownSigner(owner);
  await signer.sign("");
  return signer;
}

export class Witness {
  readonly #options: WitnessOptions;
  readonly #of: OwnSide;
  readonly #signer: Promise<Signer | null>;
  #since: ChainPlace = beginning;
  #last: ChainPlace = beginning;
  #observedMs = 0;
  #signed = false;
  #tickedAt: number | null = null;
  #keptAt = 0;
  #otherKey: string | null = null;
  #finishing: Promise<void> | null = null;
  /** Statements are answered one after another. */
  #answering: Promise<void> = Promise.resolve();

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#of = { callId: callId.parse(options.callId), side: options.side };
    this.#signer = trySigner(options).catch(() => null);
    this.#answering = this.#remember();
  }

  /** Null: this browser cannot sign. */
  async publicKey(): Promise<string | null> {
    return (await this.#signer)?.publicKey ?? null;
  }

  /** The channel stands: shows the key. */
  async connected(): Promise<void> {
    const signer = await this.#signer;
    if (signer === null) return this.#object(0, "cannot-sign");
    const { callId, side, say } = this.#options;
    const { publicKey } = signer;
    say({ t: "signing-key", publicKey, signature: await signer.sign(callKeyText(callId, { side, publicKey })) });
  }

  /** As the other end told it by the sealed way. */
  otherKeyIs(key: string | null): void {
    this.#otherKey = key;
  }

  begin(since: ChainPlace, unsigned: readonly SignedStatement[]): void {
    this.#then(async () => {
      if (since.hash !== this.#since.hash || since.n !== this.#since.n) {
        this.#since = since;
        this.#last = since;
        this.#observedMs = 0;
      }
      for (const statement of unsigned) if (statement.n >= this.#last.n) await this.#answer(statement);
    });
  }

  hear(statement: SignedStatement): void {
    this.#then(() => this.#answer(statement));
  }

  /** To be told often: whether this end sees itself and the other on the line. */
  tick(onTheLine: boolean): void {
    const now = performance.now();
    const passed = this.#tickedAt === null ? 0 : now - this.#tickedAt;
    this.#tickedAt = now;
    if (onTheLine && passed < LEAP_MS) this.#observedMs += passed;
    if (now - this.#keptAt < KEEP_EVERY_MS || !onTheLine) return;
    this.#keptAt = now;
    void this.#keep();
  }

  /** After the channel is gone: signs the last statements of a call that ended, for a minute; nothing of one that goes on. */
  finish(): Promise<void> {
    return (this.#finishing ??= this.#finish());
  }

  async #finish(): Promise<void> {
    await this.#answering;
    let closed = false;
    for (const [look, waitMs] of [...CLOSING_LOOKS_MS, ...LATER_LOOKS_MS].entries()) {
      if (look >= CLOSING_LOOKS_MS.length && !closed) break;
      await passed(waitMs);
      const statements = (await this.#readStatements()) ?? [];
      for (const statement of statements)
        if (statement.n > this.#last.n) await this.#answer(statement, (by) => this.#post(statement.n, by));
      closed ||= statements.at(-1)?.closing === true;
    }
    this.#finishing = null;
  }

  #then(work: () => Promise<void>): void {
    this.#answering = this.#answering.then(work).catch(() => {});
  }

  async #answer(statement: SignedStatement, send = this.#saying(statement.n)): Promise<void> {
    if (statement.n <= this.#since.n) return;
    const signer = await this.#signer;
    if (signer === null) return this.#object(statement.n, "cannot-sign");
    const again = statement.n === this.#last.n && hashOfStatement(statement) === this.#last.hash;
    const why = again ? null : await this.#objection(statement, signer.publicKey);
    // It has its place in the chain, signed or not: a later one may be plausible again.
    if (why === null || !breaksChain.has(why)) this.#last = placeOf(statement);
    this.#signed ||= why === null;
    await this.#keep();
    if (why !== null) return this.#object(statement.n, why);
    const by = await this.#sign(statement, signer);
    await send(by);
  }

  #saying(n: number): (by: Countersignature) => Promise<void> {
    return async (by) => this.#options.say({ t: "countersign", n, by });
  }

  async #objection(statement: SignedStatement, publicKey: string): Promise<Objection | null> {
    const { signature, ...said } = statement;
    if (!(await isSigned(statementText(said), { publicKey: said.server, signature }))) return "not-signed-by-server";
    const { callId, side } = this.#options;
    const why = objectionTo(said, {
      call: callId,
      side,
      publicKey,
      otherKey: this.#otherKey,
      since: this.#since,
      last: this.#last,
      observedSeconds: Math.floor(this.#observedMs / 1000),
    });
    return why ?? ((await this.#isOwnRecording(said)) ? null : "other-recording");
  }

  /** Whether what is said of this side's recording is what this browser recorded; others' segments are in it only if others were here before. */
  async #isOwnRecording({ at, recordings }: Statement): Promise<boolean> {
    const head = recordings[this.#of.side];
    const own = await ownSegments(this.#of);
    const mine = own.filter(({ hash, toldAt }) => toldAt !== null || hash === head).toSorted((one, other) => one.n - other.n);
    const hashes = mine.map(({ hash }) => hash);
    const isWhole = mine.every(({ n }, before) => n === before + 1) && (head === null || hashes.includes(head));
    const chain = isWhole ? hashes : await this.#readChain();
    const alone = this.#since.provenSeconds === 0;
    return chain !== null && isOwnRecording(head, { own, chain, alone, at: Date.parse(at) });
  }

  async #sign(statement: SignedStatement, signer: Signer): Promise<Countersignature> {
    const by = {
      side: this.#options.side,
      publicKey: signer.publicKey,
      sinceN: this.#since.n,
      observedSeconds: Math.floor(this.#observedMs / 1000),
    };
    return { ...by, signature: await signer.sign(countersignatureText(hashOfStatement(statement), by)) };
  }

  #object(n: number, why: Objection): void {
    this.#options.say({ t: "not-signing", n, why });
    this.#options.objected(why);
  }

  async #remember(): Promise<void> {
    const before = await witnessedIn(this.#options.callId);
    if (before === null || before.publicKey !== (await this.publicKey())) return;
    this.#since = before.since;
    this.#last = before.last;
    this.#observedMs += before.observedMs;
    this.#signed ||= before.signed;
  }

  async #keep(): Promise<void> {
    const publicKey = await this.publicKey();
    const { side } = this.#options;
    const now = { side, publicKey, since: this.#since, last: this.#last, observedMs: this.#observedMs, signed: this.#signed };
    if (publicKey !== null) await keep("witnessed", this.#options.callId, now);
  }

  /** Of this side, with the hashes computed here; null: there was no answer. */
  async #readChain(): Promise<string[] | null> {
    try {
      const answer = await fetch(`/api/recordings/${this.#of.callId}/kept`);
      const { kept } = recordingsApi.kept.reply.parse(await answer.json());
      return hashesOfSegments(this.#of, kept[this.#of.side].segments);
    } catch {
      return null;
    }
  }

  async #readStatements(): Promise<SignedStatement[] | null> {
    try {
      const answer = await fetch(`/api/journal/${this.#options.callId}/statements`);
      return z.object({ statements: z.array(signedStatement) }).parse(await answer.json()).statements;
    } catch {
      return null;
    }
  }

  async #post(n: number, by: Countersignature): Promise<void> {
    const body = JSON.stringify({ n, by });
    const headers = { "content-type": "application/json" };
    for (let tried = 0; tried < POSTED_AT_MOST; tried += 1) {
      const answer = await fetch(`/api/journal/${this.#options.callId}/countersignatures`, { method: "POST", headers, body }).catch(
        () => null,
      );
      if (answer !== null) return;
      await passed(POSTED_AGAIN_AFTER_MS);
    }
  }
}
