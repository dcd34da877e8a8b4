/** One socket over HTTP requests (contracts/http-socket.ts), with as much of a WebSocket's manners as the domains use. */
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { pieceKinds, readClose, writeClose, writePiece, type Piece } from "@minuta/contracts/http-socket";
import type { Clock } from "./clock.ts";

/** Without a page that asks for what comes down, for this long, it is closed. */
const FORSAKEN_AFTER_MS = 10_000;
/** How long the goodbye waits to be fetched. */
const GOODBYE_WAITS_MS = 5_000;
/** What may wait for a page; domains drop what they can long before. */
const QUEUE_MAX_BYTES = 12_000_000;
/** One answer that comes whole. */
const ANSWER_MAX_BYTES = 1_000_000;
/** Such an answer waits this long for more to say. */
const LINGER_MS = 15;
/** Some proxies hold the first bytes back until there are so many. */
const PADDING_BYTES = 2048;
const BROKEN_OFF = 1006;

const nothing = (bytes: number): Uint8Array => writePiece({ kind: pieceKinds.nothing, payload: new Uint8Array(bytes) });
const headers = {
  "content-type": "application/octet-stream",
  "cache-control": "no-store, no-transform",
  "x-content-type-options": "nosniff",
  // nginx and those made after it.
  "x-accel-buffering": "no",
};

export class HttpSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly #clock: Clock;
  readonly #gone: () => void;
  /** Pieces the page has not confirmed; the first has this number. */
  #queue: Uint8Array[] = [];
  #first = 0;
  #queuedBytes = 0;
  #heard = 0;
  #stream: ServerResponse | null = null;
  #asking: { response: ServerResponse; stop: () => void } | null = null;
  #stopLingering: (() => void) | null = null;
  #stopWaiting: () => void = () => {};

  /** `gone`: nobody needs to find it any more. */
  constructor(clock: Clock, gone: () => void) {
    super();
    this.#clock = clock;
    this.#gone = gone;
    this.#waitForPage();
  }

  /** Bytes the page has not confirmed yet. */
  get bufferedAmount(): number {
    return this.#queuedBytes;
  }

  send(data: string | Uint8Array): void {
    if (this.readyState !== this.OPEN) return;
    const text = typeof data === "string";
    this.#enqueue({ kind: text ? pieceKinds.text : pieceKinds.binary, payload: text ? Buffer.from(data, "utf8") : data });
    if (this.#queuedBytes > QUEUE_MAX_BYTES) this.terminate();
  }

  close(code = 1005, reason = ""): void {
    if (this.readyState !== this.OPEN) return;
    this.#enqueue({ kind: pieceKinds.close, payload: writeClose(code, reason) });
    this.#ended(code);
    this.#stopWaiting();
    this.#stopWaiting = this.#clock.after(GOODBYE_WAITS_MS, () => this.#forget());
  }

  terminate(): void {
    if (this.readyState === this.OPEN) this.#ended(BROKEN_OFF);
    this.#forget();
  }

  /** The page shows by asking that it is there. */
  ping(): void {
    setImmediate(() => this.emit("pong"));
  }

  /** Answers for as long as the connection lasts; false when what is wanted is gone. */
  streamDown(response: ServerResponse, from: number): boolean {
    if (!this.#confirm(from) || this.#first > from) return false;
    this.#stopWaiting();
    this.#stream?.end();
    this.#answerWaiting();
    response.writeHead(200, headers);
    response.socket?.setNoDelay(true);
    response.write(Buffer.concat([nothing(PADDING_BYTES), ...this.#queue]));
    this.#stream = response;
    response.on("close", () => {
      if (this.#stream !== response) return;
      this.#stream = null;
      this.#waitForPage();
    });
    if (this.readyState !== this.OPEN) response.end();
    return true;
  }

  /** Answers as soon as there is something to say, at the latest after so many seconds; false when what is wanted is gone. */
  answerWhole(response: ServerResponse, from: number, holdSeconds: number): boolean {
    if (!this.#confirm(from) || this.#first > from) return false;
    this.#stopWaiting();
    this.#stream?.end();
    this.#stream = null;
    this.#answerWaiting();
    const stop = this.#clock.after(holdSeconds * 1000, () => this.#answerWaiting());
    this.#asking = { response, stop };
    response.on("close", () => {
      if (this.#asking?.response !== response) return;
      this.#asking.stop();
      this.#asking = null;
      this.#waitForPage();
    });
    if (this.#queue.length > 0 || holdSeconds === 0) this.#answerWaiting();
    return true;
  }

  /** Pieces of the page, the first with the number `from`; false when some before them never came. */
  hear(pieces: readonly Piece[], { from, got }: { from: number; got: number }): boolean {
    if (from > this.#heard || !this.#confirm(got)) return false;
    const fresh = pieces.slice(this.#heard - from);
    this.#heard += fresh.length;
    for (const { kind, payload } of fresh) {
      if (this.readyState !== this.OPEN) break;
      if (kind === pieceKinds.close) this.#closedByPage(readClose(payload));
      else this.emit("message", Buffer.from(payload.buffer, payload.byteOffset, payload.length), kind === pieceKinds.binary);
    }
    return true;
  }

  #closedByPage(code: number): void {
    this.#ended(code);
    this.#forget();
  }

  /** Everything before `next` came: it need not be kept. False for what was never sent. */
  #confirm(next: number): boolean {
    if (next > this.#first + this.#queue.length) return false;
    while (this.#first < next) {
      this.#queuedBytes -= this.#queue.shift()?.length ?? 0;
      this.#first += 1;
    }
    return true;
  }

  #enqueue(piece: Piece): void {
    const bytes = writePiece(piece);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#stream?.write(bytes);
    if (this.#asking !== null) this.#stopLingering ??= this.#clock.after(LINGER_MS, () => this.#answerWaiting());
  }

  #answerWaiting(): void {
    this.#stopLingering?.();
    this.#stopLingering = null;
    const asking = this.#asking;
    if (asking === null) return;
    this.#asking = null;
    asking.stop();
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (const piece of this.#queue) {
      if (pieces.length > 0 && size + piece.length > ANSWER_MAX_BYTES) break;
      pieces.push(piece);
      size += piece.length;
    }
    const body = Buffer.concat(pieces);
    asking.response.writeHead(200, { ...headers, "content-length": body.length }).end(body);
    this.#waitForPage();
  }

  #waitForPage(): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#clock.after(FORSAKEN_AFTER_MS, () => this.terminate());
  }

  #ended(code: number): void {
    this.readyState = 3;
    this.#stream?.end();
    setImmediate(() => this.emit("close", code, Buffer.alloc(0)));
  }

  #forget(): void {
    this.#stopWaiting();
    this.#answerWaiting();
    this.#stopWaiting();
    this.#stream?.end();
    this.#gone();
  }
}
