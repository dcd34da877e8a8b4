/** The two sockets of a call from the end's side: opened, watched, opened again until the server says it is for good. */
import { closeCodes, PROBE_FRESH_MS, remotePaths } from "@minuta/contracts/wire";

export interface SocketEvents {
  /** The control socket is open: say hello. */
  opened(): void;
  /** The control socket was lost; another one is on its way. */
  lost(): void;
  /** The server closed it for good, with this code of closeCodes. */
  ended(code: number): void;
  text(message: string): void;
  controlFrame(bytes: Uint8Array): void;
  mediaFrame(bytes: Uint8Array): void;
}

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 3_000;
const OPENS_WITHIN_MS = 8_000;
const forGood: ReadonlySet<number> = new Set(Object.values(closeCodes));

export class CallSockets {
  readonly #url: { readonly control: string; readonly media: string };
  readonly #events: SocketEvents;
  #control: WebSocket | null = null;
  #media: WebSocket | null = null;
  #ticket: string | null = null;
  #silentAt = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `origin` of the page. */
  constructor(origin: string, callId: string, events: SocketEvents) {
    const urlOf = (path: string): string => origin.replace(/^http/, "ws") + path.replace(":callId", callId);
    this.#url = { control: urlOf(remotePaths.control), media: urlOf(remotePaths.media) };
    this.#events = events;
    this.#connect();
  }

  /** Bytes that wait to leave this computer. */
  get waitingMediaBytes(): number {
    return this.#media?.bufferedAmount ?? 0;
  }
  get waitingControlBytes(): number {
    return this.#control?.bufferedAmount ?? 0;
  }

  sendText(text: string): void {
    if (this.#control?.readyState === WebSocket.OPEN) this.#control.send(text);
  }
  /** False when there is no open socket. */
  sendControl(bytes: Uint8Array<ArrayBuffer>): boolean {
    return sendOn(this.#control, bytes);
  }
  sendMedia(bytes: Uint8Array<ArrayBuffer>): boolean {
    return sendOn(this.#media, bytes);
  }

  /** Opens the media socket with the ticket of the welcome. */
  openMedia(ticket: string): void {
    this.#ticket = ticket;
    this.#connectMedia();
  }

  /** To be called often: notices a channel that died without a word. */
  tick(): void {
    if (this.#control === null || performance.now() < this.#silentAt) return;
    this.#dropAll();
    this.#again();
  }

  /** Tries at once instead of waiting: the network came back. */
  hurry(): void {
    if (this.#control !== null || this.#closed) return;
    this.#failures = 0;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#dropAll();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed) return;
    const socket = new WebSocket(this.#url.control);
    socket.binaryType = "arraybuffer";
    this.#control = socket;
    this.#silentAt = performance.now() + OPENS_WITHIN_MS;
    socket.onopen = () => {
      this.#silentAt = performance.now() + OPENS_WITHIN_MS;
      this.#events.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#control !== socket) return;
      this.#silentAt = performance.now() + PROBE_FRESH_MS;
      this.#failures = 0;
      if (typeof data === "string") this.#events.text(data);
      else this.#events.controlFrame(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => {
      if (this.#control !== socket) return;
      this.#dropAll();
      if (!forGood.has(code)) return this.#again();
      this.#closed = true;
      this.#events.ended(code);
    };
  }

  #again(): void {
    if (this.#closed) return;
    this.#events.lost();
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #connectMedia(): void {
    const ticket = this.#ticket;
    if (ticket === null || this.#closed) return;
    const before = this.#media;
    const socket = new WebSocket(this.#url.media);
    socket.binaryType = "arraybuffer";
    this.#media = socket;
    before?.close();
    socket.onopen = () => socket.send(JSON.stringify({ ticket }));
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      if (this.#media === socket) this.#events.mediaFrame(new Uint8Array(data));
    };
    socket.onclose = () => {
      if (this.#media !== socket) return;
      this.#media = null;
      // The ticket is good as long as the control channel it came over.
      setTimeout(() => this.#ticket === ticket && this.#media === null && this.#connectMedia(), FIRST_RETRY_MS * 2);
    };
  }

  #dropAll(): void {
    const sockets = [this.#control, this.#media];
    this.#control = null;
    this.#media = null;
    this.#ticket = null;
    for (const socket of sockets) socket?.close();
  }
}

function sendOn(socket: WebSocket | null, bytes: Uint8Array<ArrayBuffer>): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(bytes);
  return true;
}
