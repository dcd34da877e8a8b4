/**
 * The two pages of a call without a browser: they speak the wire, answer probes, sign the minutes they are shown, come back when cut off,
 * and keep their own record of when the other was there.
 */
import type { Side } from "@minuta/contracts/ids";
import { newKeyPair, signerOf, type Signer } from "@minuta/contracts/signing";
import { callKeyText, countersignatureText, hashOfStatement, type ChainPlace, type SignedStatement } from "@minuta/contracts/statement";
import {
  noMedia,
  PROBE_EVERY_MS,
  PROBE_FRESH_MS,
  remotePaths,
  writeProbe,
  type EndMedia,
  type EndMessage,
  type ServerMessage,
} from "@minuta/contracts/wire";
import type { Span } from "../../server/src/simulation/model.ts";

/** The servers as a balancer sees them: a call's pages are sent to one of those that answer. */
export interface Servers {
  /** Where this call's pages go now. */
  of(callId: string): number | null;
  /** It did not answer this page. */
  silent(port: number): void;
}

const media: EndMedia = { ...noMedia, screen: "on", microphone: "on", path: "websocket", receives: { screen: true, voice: true } };
/** A page gives a server up that echoed none of its beats for so long, and one that was not there for it yet after longer. */
const GIVE_UP_AFTER_MS = 5000;
const WELCOMED_WITHIN_MS = 8000;
const COME_BACK_AFTER_MS = 500;

export class Page {
  readonly #callId: string;
  readonly #side: Side;
  readonly #signer: Promise<Signer> = newKeyPair().then(signerOf);
  /** Where this page's word begins. */
  #since: ChainPlace | null = null;
  readonly #cookie: string;
  readonly #servers: Servers;
  /** Since when and until when answers of the other end came to us without a gap. */
  readonly answered: { from: number; to: number }[] = [];
  #control: WebSocket | null = null;
  #pictures: WebSocket | null = null;
  #port: number | null = null;
  #echoedAt = 0;
  #welcomed = false;
  #beats = 0;
  #timer: NodeJS.Timeout;
  #comesBackAt = 0;

  constructor(of: { callId: string; side: Side; cookie: string; servers: Servers }) {
    this.#callId = of.callId;
    this.#side = of.side;
    this.#cookie = of.cookie;
    this.#servers = of.servers;
    this.#timer = setInterval(() => this.#tick(), PROBE_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#leave();
  }

  #tick(): void {
    const now = Date.now();
    const port = this.#servers.of(this.#callId);
    this.#leaveIfLost(now, port);
    if (this.#control === null) {
      if (port !== null && now >= this.#comesBackAt) this.#come(port);
      return;
    }
    if (this.#control.readyState !== WebSocket.OPEN) return;
    this.#control.send(JSON.stringify({ t: "beat", n: (this.#beats += 1) }));
    if (this.#pictures?.readyState === WebSocket.OPEN) this.#pictures.send(writeProbe("probe", BigInt(now)));
  }

  /**
   * A server that is silent for long, or is not this call's any more. One that lets pages in one after the other, as after a restart, is busy and not
   * dead: whoever waits there is no reason for all others to leave.
   */
  #leaveIfLost(now: number, port: number | null): void {
    if (this.#control === null) return;
    const silent = now - this.#echoedAt > (this.#welcomed ? GIVE_UP_AFTER_MS : WELCOMED_WITHIN_MS);
    const dead = this.#welcomed || this.#control.readyState === WebSocket.CONNECTING;
    if (silent && dead && this.#port !== null) this.#servers.silent(this.#port);
    if (silent || port !== this.#port) this.#leave();
  }

  #come(port: number): void {
    this.#port = port;
    this.#echoedAt = Date.now();
    const control = this.#open(port, remotePaths.control);
    this.#control = control;
    control.onopen = () => control.send(JSON.stringify({ t: "hello", media }));
    control.onmessage = ({ data }) => {
      if (typeof data !== "string" || this.#control !== control) return;
      const message = JSON.parse(data) as ServerMessage;
      if (message.t === "beat") this.#echoedAt = Date.now();
      if (message.t === "welcome") this.#openPictures(port, message.mediaTicket);
      if (message.t === "welcome") void this.#showKey(control);
      if (message.t === "signing-since") this.#since = message.since;
      if (message.t === "signing-since") for (const statement of message.unsigned) void this.#sign(control, statement);
      if (message.t === "statement") void this.#sign(control, message.statement);
    };
    control.onclose = () => {
      if (this.#control === control) this.#leave();
    };
  }

  async #showKey(control: WebSocket): Promise<void> {
    const signer = await this.#signer;
    const signature = await signer.sign(callKeyText(this.#callId, { side: this.#side, publicKey: signer.publicKey }));
    if (control.readyState === WebSocket.OPEN)
      control.send(JSON.stringify({ t: "signing-key", publicKey: signer.publicKey, signature } satisfies EndMessage));
  }

  async #sign(control: WebSocket, statement: SignedStatement): Promise<void> {
    if (this.#since === null || statement.n <= this.#since.n) return;
    const { publicKey, sign } = await this.#signer;
    const word = {
      side: this.#side,
      publicKey,
      sinceN: this.#since.n,
      observedSeconds: statement.provenSeconds - this.#since.provenSeconds,
    };
    const signature = await sign(countersignatureText(hashOfStatement(statement), word));
    if (control.readyState === WebSocket.OPEN)
      control.send(JSON.stringify({ t: "countersign", n: statement.n, by: { ...word, signature } } satisfies EndMessage));
  }

  #openPictures(port: number, ticket: string): void {
    this.#welcomed = true;
    this.#echoedAt = Date.now();
    const pictures = this.#open(port, remotePaths.media);
    this.#pictures = pictures;
    pictures.onopen = () => pictures.send(JSON.stringify({ ticket }));
    pictures.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data as ArrayBuffer);
      if (bytes[0] === 4) pictures.send(writeProbe("answer", new DataView(bytes.buffer).getBigUint64(1)));
      if (bytes[0] === 5) this.#wasAnswered();
    };
  }

  #open(port: number, path: string): WebSocket {
    const origin = `http://127.0.0.1:${port}`;
    const address = `${origin.replace("http", "ws")}${path.replace(":callId", this.#callId)}`;
    // Node's own WebSocket takes headers, though the standard does not.
    const socket = new WebSocket(address, { headers: { cookie: this.#cookie, origin } } as unknown as string[]);
    socket.binaryType = "arraybuffer";
    socket.onerror = () => {};
    return socket;
  }

  #wasAnswered(): void {
    const now = Date.now();
    const last = this.answered.at(-1);
    if (last !== undefined && now <= last.to + PROBE_FRESH_MS) last.to = now;
    else this.answered.push({ from: now, to: now });
  }

  #leave(): void {
    this.#comesBackAt = Date.now() + COME_BACK_AFTER_MS;
    this.#welcomed = false;
    const [control, pictures] = [this.#control, this.#pictures];
    this.#control = this.#pictures = this.#port = null;
    control?.close();
    pictures?.close();
  }
}

/** At most: each answer proves the seconds after it, as the rule has it. */
export const atMost = (page: Page): Span[] => page.answered.map(({ from, to }) => ({ from, to: to + PROBE_FRESH_MS }));
/** Beyond any doubt: from the first answer to the last of each stretch. */
export const atLeast = (page: Page): Span[] => page.answered;
