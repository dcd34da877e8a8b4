/** A socket over HTTP requests (contracts/http-socket.ts), from the page's side; looks like a WebSocket as far as the lanes use one. */
import {
  HTTP_SOCKET_HEADER,
  httpSocketOpened,
  httpSocketPaths,
  PieceReader,
  pieceKinds,
  readClose,
  writeClose,
  writePiece,
  type Piece,
} from "@minuta/contracts/http-socket";

/** A stream that brings not one byte for so long is held back by somebody; the echo of the server says more within a second. */
const FIRST_BYTES_WITHIN_MS = 2_500;
const HOLD_SECONDS = 20;
const TRY_AGAIN_AFTER_MS = 250;
const TRIES = 20;
/** What goes up in one request. */
const BATCH_BYTES = 250_000;
/** The server is told what came when so many bytes did, if nothing else goes up. */
const CONFIRM_AFTER_BYTES = 100_000;
const BROKEN_OFF = 1006;

/** How answers come down. `seldom`: asked for now and then, where nothing is urgent. */
export type Coming = "stream" | "poll" | "seldom";
const SELDOM_MS = 2_000;

export class HttpSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  /** The stream is held back: `come("poll")` goes on from where it stands. */
  onheld: (() => void) | null = null;
  readonly #origin: string;
  #coming: Coming;
  #token = "";
  /** Down: the next piece wanted. */
  #next = 0;
  #unconfirmedBytes = 0;
  /** Up: pieces not yet taken; the first has this number. */
  #up: Uint8Array<ArrayBuffer>[] = [];
  #upFirst = 0;
  #upBytes = 0;
  #posting = false;
  #asking = new AbortController();
  readonly #closing = new AbortController();

  /** `path` as of a WebSocket, with its query. */
  constructor(origin: string, path: string, coming: Coming) {
    this.#origin = origin;
    this.#coming = coming;
    void this.#open(path);
  }

  /** Bytes that did not leave yet. */
  get bufferedAmount(): number {
    return this.#upBytes;
  }

  send(data: string | Uint8Array): void {
    if (this.readyState !== WebSocket.OPEN) return;
    const text = typeof data === "string";
    this.#put({ kind: text ? pieceKinds.text : pieceKinds.binary, payload: text ? new TextEncoder().encode(data) : data });
  }

  close(): void {
    if (this.readyState === WebSocket.OPEN) this.#put({ kind: pieceKinds.close, payload: writeClose(1000, "") });
    // The goodbye may leave; nothing more is heard.
    this.readyState = WebSocket.CLOSED;
    this.#asking.abort();
    if (this.#up.length === 0) this.#closing.abort();
  }

  /** Changes how answers come, going on from the piece that is next. */
  come(coming: Coming): void {
    if (coming === this.#coming) return;
    this.#coming = coming;
    const before = this.#asking;
    this.#asking = new AbortController();
    before.abort();
  }

  async #open(path: string): Promise<void> {
    try {
      const reply = await fetch(this.#origin + httpSocketPaths.open, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path }),
        signal: this.#closing.signal,
      });
      this.#token = httpSocketOpened.parse(await reply.json()).token;
    } catch {
      return this.#ended(BROKEN_OFF);
    }
    if (this.readyState !== WebSocket.CONNECTING) return;
    this.readyState = WebSocket.OPEN;
    void this.#listen();
    this.onopen?.();
  }

  async #listen(): Promise<void> {
    for (let failures = 0; this.readyState === WebSocket.OPEN && failures < TRIES;) {
      const asking = this.#asking;
      const wentWell = await (this.#coming === "stream" ? this.#streamOnce(asking.signal) : this.#askOnce(asking.signal)).catch(
        () => false,
      );
      if (asking !== this.#asking) continue;
      failures = wentWell ? 0 : failures + 1;
      if (!wentWell) await sleep(TRY_AGAIN_AFTER_MS);
      else if (this.#coming === "seldom") await sleep(SELDOM_MS);
    }
    this.#ended(BROKEN_OFF);
  }

  async #streamOnce(signal: AbortSignal): Promise<boolean> {
    const held = setTimeout(() => this.onheld?.(), FIRST_BYTES_WITHIN_MS);
    try {
      const reader = (await this.#down("stream", signal))?.getReader();
      if (reader === undefined) return false;
      const pieces = new PieceReader();
      for (let came = false; ; came = true) {
        const { value, done } = await reader.read();
        clearTimeout(held);
        if (done) return came;
        if (signal.aborted || !this.#hear(pieces.push(value))) return false;
      }
    } finally {
      clearTimeout(held);
    }
  }

  async #askOnce(signal: AbortSignal): Promise<boolean> {
    const body = await this.#down(String(this.#coming === "seldom" ? 0 : HOLD_SECONDS), signal);
    if (body === null) return false;
    const bytes = new Uint8Array(await new Response(body).arrayBuffer());
    return !signal.aborted && this.#hear(new PieceReader().push(bytes));
  }

  /** Null when there is nothing to be had any more. */
  async #down(hold: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    const query = new URLSearchParams({ from: String(this.#next), hold });
    this.#unconfirmedBytes = 0;
    const reply = await fetch(`${this.#origin}${httpSocketPaths.down}?${query}`, { headers: this.#headers, cache: "no-store", signal });
    if (reply.ok) return reply.body;
    if (reply.status === 404 || reply.status === 410) this.#ended(BROKEN_OFF);
    return null;
  }

  #hear(pieces: Piece[] | null): boolean {
    if (pieces === null) return false;
    for (const { kind, payload } of pieces) {
      if (kind === pieceKinds.nothing) continue;
      this.#next += 1;
      this.#unconfirmedBytes += payload.length;
      if (this.readyState !== WebSocket.OPEN) return true;
      if (kind === pieceKinds.close) this.#ended(readClose(payload));
      else this.onmessage?.({ data: kind === pieceKinds.text ? new TextDecoder().decode(payload) : toBuffer(payload) });
    }
    if (this.#unconfirmedBytes > CONFIRM_AFTER_BYTES && this.#coming === "stream") void this.#post();
    return true;
  }

  #put(piece: Piece): void {
    const bytes = writePiece(piece);
    this.#up.push(bytes);
    this.#upBytes += bytes.length;
    void this.#post();
  }

  /** One request at a time, so that all comes in order; what gathers meanwhile goes with the next. */
  async #post(): Promise<void> {
    if (this.#posting || this.#token === "") return;
    this.#posting = true;
    let failures = 0;
    while ((this.#up.length > 0 || this.#unconfirmedBytes > CONFIRM_AFTER_BYTES) && failures < TRIES) {
      const went = await this.#postOnce().catch(() => false);
      failures = went ? 0 : failures + 1;
      if (!went) await sleep(TRY_AGAIN_AFTER_MS);
    }
    this.#posting = false;
    if (this.readyState === WebSocket.CLOSED) this.#closing.abort();
    else if (failures === TRIES) this.#ended(BROKEN_OFF);
  }

  async #postOnce(): Promise<boolean> {
    const batch = batchOf(this.#up);
    this.#unconfirmedBytes = 0;
    const query = new URLSearchParams({ from: String(this.#upFirst), got: String(this.#next) });
    const reply = await fetch(`${this.#origin}${httpSocketPaths.up}?${query}`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/octet-stream" },
      body: new Blob(batch),
      signal: this.#closing.signal,
    });
    if (!reply.ok) {
      if (reply.status === 404 || reply.status === 410) this.#ended(BROKEN_OFF);
      return false;
    }
    this.#up.splice(0, batch.length);
    this.#upFirst += batch.length;
    this.#upBytes -= batch.reduce((sum, { length }) => sum + length, 0);
    return true;
  }

  get #headers(): Record<string, string> {
    return { [HTTP_SOCKET_HEADER]: this.#token };
  }

  #ended(code: number): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.#up = [];
    this.#upBytes = 0;
    this.#asking.abort();
    this.#closing.abort();
    this.onclose?.({ code });
  }
}

/** Whether answers of the server come while they last, and not whole at their end. */
export async function streamsComeThrough(origin: string): Promise<boolean> {
  try {
    const reply = await fetch(origin + httpSocketPaths.echo, { cache: "no-store" });
    const reader = reply.body?.getReader();
    if (!reply.ok || reader === undefined) return false;
    await reader.read();
    const firstAt = performance.now();
    while (!(await reader.read()).done);
    return performance.now() - firstAt > 700;
  } catch {
    return false;
  }
}

function batchOf(waiting: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
  const batch: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const piece of waiting) {
    if (batch.length > 0 && size + piece.length > BATCH_BYTES) break;
    batch.push(piece);
    size += piece.length;
  }
  return batch;
}

const toBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
