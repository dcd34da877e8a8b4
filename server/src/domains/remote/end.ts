/** One side's page as the server holds it: its two sockets, what it said of itself, what it may still send. */
import { randomBytes } from "node:crypto";
import type { Side } from "@minuta/contracts/ids";
import type { CallView, Meter } from "@minuta/contracts/calls";
import { closeCodes, isWebRtc, serverMessage, type EndMedia, type IceServer, type ServerMessage } from "@minuta/contracts/wire";
import { z } from "zod";
import { meterAsSeen } from "#calls";
import type { Caller } from "#platform/http";
import type { Channel } from "#platform/socket";
import { bucket, CONTROL_QUEUE_BYTES, PICTURE_QUEUE_BYTES, rates, VOICE_QUEUE_BYTES } from "./limits.ts";
import type { EndFacts } from "./presence.ts";
import { Probes } from "./probes.ts";
import { freshRelay, type PictureRelay } from "./relay.ts";

export interface EndOptions {
  readonly side: Side;
  readonly caller: Caller;
  readonly view: CallView;
  readonly control: Channel;
  readonly media: EndMedia;
  readonly iceServers: () => IceServer[];
  readonly now: number;
}

export class End {
  readonly side: Side;
  readonly caller: Caller;
  /** Whether money and low balance are this side's business. */
  readonly pays: boolean;
  /** Opens the media socket of this page and of no other. */
  readonly ticket = randomBytes(24).toString("base64url");
  readonly allowed = {
    text: bucket(rates.text),
    chat: bucket(rates.chat),
    controlFrames: bucket(rates.controlFrames),
    mediaFrames: bucket(rates.mediaFrames),
    mediaBytes: bucket(rates.mediaBytes),
  };
  media: EndMedia;
  heardAt: number;
  answeredAt: number | null = null;
  /** Pictures on their way to this end. */
  relay: PictureRelay = freshRelay;
  /** Its probes on the relay. */
  readonly probes = new Probes();
  /** Where this end finds STUN and TURN, with fresh credentials. */
  readonly iceServers: () => IceServer[];
  readonly #tariff: CallView["tariff"];
  readonly #control: Channel;
  #pictures: Channel | null = null;
  #lastMeter = "";
  #lastProbe = -1;
  #numberShown: number | null = null;

  constructor(of: EndOptions) {
    this.side = of.side;
    this.iceServers = of.iceServers;
    this.caller = of.caller;
    this.pays = of.view.youPay;
    this.#tariff = of.view.tariff;
    this.#control = of.control;
    this.media = of.media;
    this.heardAt = of.now;
  }

  get facts(): EndFacts {
    const { heardAt, answeredAt } = this;
    return { connected: this.#control.readyState === this.#control.OPEN, heardAt, relayed: !isWebRtc(this.media.path), answeredAt };
  }

  /** Whether this end has not yet told of a probe with this number or a later one. */
  newProbe(n: number): boolean {
    if (n <= this.#lastProbe) return false;
    this.#lastProbe = n;
    return true;
  }

  /** Whether this is the first word about the safety number of this pairing. */
  showsNumberOf(pairing: number): boolean {
    if (pairing === this.#numberShown) return false;
    this.#numberShown = pairing;
    return true;
  }

  /** Bytes waiting on the media socket; null without one. */
  get waitingPictureBytes(): number | null {
    const socket = this.#pictures;
    return socket !== null && socket.readyState === socket.OPEN ? socket.bufferedAmount : null;
  }

  tell(message: ServerMessage): void {
    if (this.#control.readyState !== this.#control.OPEN) return;
    if (this.#control.bufferedAmount > CONTROL_QUEUE_BYTES) return this.#control.terminate();
    this.#control.send(JSON.stringify(z.encode(serverMessage, message)));
  }

  /** Tells the meter when it changed, as this side may see it. */
  tellMeter(meter: Meter): void {
    const message = { t: "meter", meter: meterAsSeen(meter, { tariff: this.#tariff, side: this.side }) } as const;
    const written = JSON.stringify(z.encode(serverMessage, message));
    if (written === this.#lastMeter || this.#control.readyState !== this.#control.OPEN) return;
    this.#lastMeter = written;
    this.#control.send(written);
  }

  sendControlFrame(bytes: Uint8Array, kind: "voice" | "signal"): void {
    if (this.#control.readyState !== this.#control.OPEN) return;
    if (kind === "voice" && this.#control.bufferedAmount > VOICE_QUEUE_BYTES) return;
    if (this.#control.bufferedAmount > CONTROL_QUEUE_BYTES) return this.#control.terminate();
    this.#control.send(bytes);
  }

  sendMediaFrame(bytes: Uint8Array): void {
    const waiting = this.waitingPictureBytes;
    if (waiting !== null && waiting <= PICTURE_QUEUE_BYTES) this.#pictures?.send(bytes);
  }

  /** A later media socket takes the place of the one before. */
  attachMedia(socket: Channel): void {
    const before = this.#pictures;
    this.#pictures = socket;
    this.relay = freshRelay;
    before?.close(closeCodes.replaced, "replaced");
  }

  /** Without a goodbye: nobody is there to hear it. */
  terminate(): void {
    this.#control.terminate();
    this.#pictures?.terminate();
  }

  /** `code` of closeCodes. */
  close(code: number, reason: string): void {
    this.#control.close(code, reason);
    this.#pictures?.close(code, reason);
  }
}
