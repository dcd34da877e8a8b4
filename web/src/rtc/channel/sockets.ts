/**
 * The two lanes of a call from the end's side, opened, watched, opened again until the server says it is for good: as WebSockets; over
 * HTTP where those are refused, as a stream or, where a proxy holds answers back whole, by asking again and again; and up again when a
 * better way works.
 */
import { closeCodes, PROBE_FRESH_MS, remotePaths, SERVICE_RESTART, type RelayKind } from "@minuta/contracts/wire";
import { HttpSocket, streamsComeThrough } from "./http-socket.ts";
import { Retry } from "./retry.ts";

export interface SocketEvents {
  /** The control lane is open: say hello. */
  opened(): void;
  /** The control lane was lost; another one is on its way. */
  lost(): void;
  /** The server closed it for good, with this code of closeCodes. */
  ended(code: number): void;
  /** How the server is reached from now on. */
  kind(kind: RelayKind): void;
  /** Say something that the server answers at once. */
  ask(): void;
  /** Another control lane takes the place of this one: nothing may go over it before the server has said welcome. */
  moving(): void;
  text(message: string): void;
  controlFrame(bytes: Uint8Array): void;
  mediaFrame(bytes: Uint8Array): void;
  /** Pictures have a way again. */
  mediaOpened(): void;
}

/** The media lane is opened again after this. */
const MEDIA_RETRY_MS = 400;
/** A server that said it restarts refuses nobody for so long: it is away. */
const RESTARTS_WITHIN_MS = 5_000;
const OPENS_WITHIN_MS = 8_000;
/** Beside a lane that does not open a WebSocket is tried this often: a lost first packet costs an attempt seconds. */
const BESIDE_EVERY_MS = 800;
const BESIDE_AT_MOST = 3;
/** After so many, HTTP is tried as well: somebody may swallow WebSockets, and the person waits. */
const WEBSOCKETS_ALONE = 2;
/** Nothing for so long is odd where voice or pictures came all the time, and where only answers to beats came. */
const HUSH_MS = 400;
const QUIET_MS = 1_600;
const RUNNING_MESSAGES = 10;
const RUNNING_WITHIN_MS = 1_000;
const DOUBT_AT_MOST_EVERY_MS = 250;
/** A question is cheap, another lane is not: most silences are a busy computer's. */
const ANSWERS_WITHIN_MS = 80;
/** A worker that slept this long may find everything waiting that came meanwhile. */
const OVERSLEPT_MS = 400;
/** A better way is tried again after this, twice as long after each time it failed. */
const FIRST_CLIMB_MS = 20_000;
const LAST_CLIMB_MS = 300_000;
const CLIMB_ANSWERS_WITHIN_MS = 5_000;
/** No ticket is this short: who is refused by the server knows that its word came through. */
const NO_TICKET = JSON.stringify({ ticket: "none" });
const forGood: ReadonlySet<number> = new Set(Object.values(closeCodes));

type Lane = WebSocket | HttpSocket;

export class CallSockets {
  readonly #origin: string;
  readonly #paths: { readonly control: string; readonly media: string };
  readonly #events: SocketEvents;
  #kind: RelayKind = "websocket";
  #control: Lane | null = null;
  #media: Lane | null = null;
  #ticket: string | null = null;
  #silentAt = 0;
  /** The control lane brought something since it was opened. */
  #heard = false;
  /** A WebSocket brought something once: where none ever did they may open and be swallowed. */
  #webSocketsBring = false;
  /** The control lane in use opened. */
  #isOpen = false;
  readonly #retries = new Retry();
  #restartsUntil = -Infinity;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #climb: ReturnType<typeof setTimeout> | undefined;
  #climbMs = FIRST_CLIMB_MS;
  /** Control lanes tried beside the one in use, oldest first. */
  #attempts: Lane[] = [];
  #attempted = 0;
  #beside: ReturnType<typeof setInterval> | undefined;
  #doubtedAt = -Infinity;
  /** When the last messages came, over either lane. */
  #cameAt: number[] = [];
  #tickedAt = -Infinity;
  #closed = false;

  /** `origin` of the page. */
  constructor(origin: string, callId: string, events: SocketEvents) {
    this.#origin = origin;
    this.#paths = { control: remotePaths.control.replace(":callId", callId), media: remotePaths.media.replace(":callId", callId) };
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
  /** False when there is no open lane. */
  sendControl(bytes: Uint8Array<ArrayBuffer>): boolean {
    return sendOn(this.#control, bytes);
  }
  sendMedia(bytes: Uint8Array<ArrayBuffer>): boolean {
    return sendOn(this.#media, bytes);
  }

  /** Opens the media lane with the ticket of the welcome. */
  openMedia(ticket: string): void {
    this.#ticket = ticket;
    this.#connectMedia();
  }

  /** To be called often: notices a lane that died without a word. */
  tick(): void {
    const now = performance.now();
    const overslept = now - this.#tickedAt > OVERSLEPT_MS;
    this.#tickedAt = now;
    if (this.#control === null) return;
    if (now < this.#silentAt) return overslept || !this.#isOddlyQuiet(now) ? undefined : this.doubt();
    if (this.#kind !== "http-stream" || !this.#heard) return this.#broke();
    // It began and stopped: somebody gathers the bytes. Whole answers go on from where the stream stood.
    this.#silentAt = now + OPENS_WITHIN_MS;
    this.#become("http-poll");
  }

  /** Something is odd on the way: unless the server answers on this WebSocket, another one takes its place. */
  doubt(): void {
    const now = performance.now();
    if (this.#kind !== "websocket" || this.#control?.readyState !== WebSocket.OPEN) return;
    if (this.#beside !== undefined || now - this.#doubtedAt < DOUBT_AT_MOST_EVERY_MS) return;
    this.#doubtedAt = now;
    this.#events.ask();
    const lane = this.#control;
    setTimeout(() => {
      const [cameAt = -Infinity] = this.#cameAt.slice(-1);
      if (lane !== this.#control || cameAt > now || this.#beside !== undefined) return;
      this.#seek();
      this.#tryBeside();
    }, ANSWERS_WITHIN_MS);
  }

  /** Tries at once instead of waiting: the network changed. */
  hurry(): void {
    if (this.#closed) return;
    this.#retries.worked();
    if (this.#control === null) this.#connect();
    else if (this.#control.readyState === WebSocket.CONNECTING) this.#tryBeside();
    else this.doubt();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#climb);
    this.#dropAll();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed) return;
    const lane = this.#lane(this.#paths.control);
    this.#heard = false;
    this.#isOpen = false;
    this.#silentAt = performance.now() + OPENS_WITHIN_MS;
    this.#useControl(lane);
    lane.onopen = () => {
      this.#seekNoMore();
      this.#opened();
    };
    if (lane instanceof WebSocket || this.#webSocketsBring) this.#seek();
  }

  #opened(): void {
    this.#isOpen = true;
    this.#silentAt = performance.now() + OPENS_WITHIN_MS;
    this.#cameAt = [];
    this.#events.opened();
  }

  #isOddlyQuiet(now: number): boolean {
    const [first, last] = [this.#cameAt[0], this.#cameAt.at(-1)];
    if (first === undefined || last === undefined) return false;
    const running = this.#cameAt.length === RUNNING_MESSAGES && last - first < RUNNING_WITHIN_MS;
    return now - last > (running ? HUSH_MS : QUIET_MS);
  }

  /** Until something comes over the lane in use others are tried beside it. */
  #seek(): void {
    this.#seekNoMore();
    this.#beside = setInterval(() => this.#tryBeside(), BESIDE_EVERY_MS);
  }

  #seekNoMore(): void {
    clearInterval(this.#beside);
    this.#beside = undefined;
    this.#attempted = 0;
    for (const lane of this.#attempts.splice(0)) lane.close();
  }

  #tryBeside(): void {
    this.#attempt(this.#webSocket(this.#paths.control), "websocket");
    this.#attempted += 1;
    if (this.#attempted !== WEBSOCKETS_ALONE + 1) return;
    const lane = new HttpSocket(this.#origin, this.#paths.control, "stream");
    lane.onheld = () => this.#become("http-poll");
    this.#attempt(lane, "http-stream");
  }

  /** Whichever opens first is used. */
  #attempt(lane: Lane, kind: RelayKind): void {
    const { length } = this.#attempts.filter((attempt) => !(attempt instanceof HttpSocket));
    if (length >= BESIDE_AT_MOST) this.#attempts.shift()?.close();
    this.#attempts.push(lane);
    lane.onclose = () => void (this.#attempts = this.#attempts.filter((attempt) => attempt !== lane));
    lane.onopen = () => {
      if (!this.#attempts.includes(lane)) return lane.close();
      this.#attempts = this.#attempts.filter((attempt) => attempt !== lane);
      this.#goOver(lane, kind);
    };
  }

  /** The server lets the later channel of a page take the place of the earlier one: nothing is lost in between. */
  #goOver(lane: Lane, kind: RelayKind): void {
    const before = [this.#control, this.#media];
    this.#seekNoMore();
    this.#events.moving();
    this.#media = null;
    this.#ticket = null;
    this.#heard = false;
    this.#useControl(lane);
    this.#become(kind);
    this.#opened();
    for (const old of before) old?.close();
  }

  #useControl(lane: Lane): void {
    this.#control = lane;
    lane.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      if (this.#control !== lane) return;
      this.#silentAt = performance.now() + PROBE_FRESH_MS;
      this.#retries.worked();
      this.#heard = true;
      this.#webSocketsBring ||= lane instanceof WebSocket;
      this.#came();
      if (this.#beside !== undefined) this.#seekNoMore();
      if (typeof data === "string") this.#events.text(data);
      else this.#events.controlFrame(new Uint8Array(data));
    };
    lane.onclose = ({ code }: { code: number }) => {
      if (this.#control !== lane) return;
      if (code === SERVICE_RESTART) this.#restartsUntil = performance.now() + RESTARTS_WITHIN_MS;
      if (!forGood.has(code)) return this.#broke();
      this.#dropAll();
      this.#closed = true;
      this.#events.ended(code);
    };
  }

  /** The control lane is no more. One that never brought anything is refused by somebody: the other way is tried at once. */
  #broke(): void {
    this.#dropAll();
    if (this.#closed) return;
    this.#events.lost();
    const refused = !this.#heard && performance.now() > this.#restartsUntil;
    if (refused && this.#isOpen && this.#kind === "websocket") this.#webSocketsBring = false;
    if (refused) this.#become(this.#kind === "websocket" ? "http-stream" : "websocket");
    // Both ways were tried: the server is away.
    if (refused && this.#kind === "http-stream") return this.#connect();
    this.#retry = setTimeout(() => this.#connect(), this.#retries.after(!refused, performance.now()));
  }

  #lane(path: string): Lane {
    if (this.#kind === "websocket") return this.#webSocket(path);
    const lane = new HttpSocket(this.#origin, path, this.#kind === "http-poll" ? "poll" : "stream");
    lane.onheld = () => this.#become("http-poll");
    return lane;
  }

  #webSocket(path: string): WebSocket {
    const socket = new WebSocket(this.#origin.replace(/^http/, "ws") + path);
    socket.binaryType = "arraybuffer";
    return socket;
  }

  #become(kind: RelayKind): void {
    if (kind === this.#kind) return;
    this.#kind = kind;
    this.#events.kind(kind);
    for (const lane of [this.#control, this.#media])
      if (lane instanceof HttpSocket && kind !== "websocket") lane.come(kind === "http-poll" ? "poll" : "stream");
    this.#climbLater();
  }

  #climbLater(): void {
    clearTimeout(this.#climb);
    if (this.#kind !== "websocket" && !this.#closed) this.#climb = setTimeout(() => void this.#tryBetter(), this.#climbMs);
  }

  /** Only what has proven itself twice is gone over to: what works now is worth more. */
  async #tryBetter(): Promise<void> {
    if ((await this.#webSocketsWork()) && (await this.#webSocketsWork())) return this.#climbToWebSocket();
    const streams = this.#kind === "http-poll" && (await streamsComeThrough(this.#origin));
    if (this.#closed || this.#kind === "websocket") return;
    this.#climbMs = Math.min(LAST_CLIMB_MS, this.#climbMs * 2);
    if (streams) this.#become("http-stream");
    else this.#climbLater();
  }

  /** Whether a message went to the server and its answer came back. */
  #webSocketsWork(): Promise<boolean> {
    const socket = this.#webSocket(this.#paths.media);
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.close(), CLIMB_ANSWERS_WITHIN_MS);
      socket.onopen = () => socket.send(NO_TICKET);
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        resolve(code === closeCodes.notAllowed);
      };
    });
  }

  #climbToWebSocket(): void {
    if (this.#closed || this.#kind === "websocket" || this.#control === null) return;
    const before = this.#control;
    const lane = this.#webSocket(this.#paths.control);
    const giveUp = setTimeout(() => lane.close(), CLIMB_ANSWERS_WITHIN_MS);
    lane.onclose = () => this.#climbLater();
    lane.onopen = () => {
      clearTimeout(giveUp);
      if (this.#closed || before !== this.#control) return lane.close();
      this.#goOver(lane, "websocket");
    };
  }

  #connectMedia(): void {
    const ticket = this.#ticket;
    if (ticket === null || this.#closed) return;
    const before = this.#media;
    const lane = this.#lane(this.#paths.media);
    this.#media = lane;
    before?.close();
    lane.onopen = () => {
      lane.send(JSON.stringify({ ticket }));
      this.#events.mediaOpened();
    };
    lane.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      if (this.#media !== lane || typeof data === "string") return;
      this.#came();
      this.#events.mediaFrame(new Uint8Array(data));
    };
    lane.onclose = () => {
      if (this.#media !== lane) return;
      this.#media = null;
      // The ticket is good as long as the control lane it came over.
      setTimeout(() => this.#ticket === ticket && this.#media === null && this.#connectMedia(), MEDIA_RETRY_MS);
    };
  }

  #came(): void {
    if (this.#cameAt.push(performance.now()) > RUNNING_MESSAGES) this.#cameAt.shift();
  }

  #dropAll(): void {
    this.#seekNoMore();
    const lanes = [this.#control, this.#media];
    this.#control = null;
    this.#media = null;
    this.#ticket = null;
    for (const lane of lanes) lane?.close();
  }
}

function sendOn(lane: Lane | null, bytes: Uint8Array<ArrayBuffer>): boolean {
  if (lane?.readyState !== WebSocket.OPEN) return false;
  lane.send(bytes);
  return true;
}
