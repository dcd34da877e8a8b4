/**
 * The two ends of one call at this server: pairs them, relays what it cannot read, keeps chat, tells metering who is on the line.
 * Media passes only while the call is open and not paused.
 */
import { randomInt } from "node:crypto";
import type { CallView, Meter } from "@minuta/contracts/calls";
import { otherSide, type CallId, type Side } from "@minuta/contracts/ids";
import type { JournalKind } from "@minuta/contracts/journal";
import {
  closeCodes,
  established,
  isWebRtc,
  noMedia,
  readFrame,
  SERVICE_RESTART,
  type EndMedia,
  type EndMessage,
  type FrameHeader,
} from "@minuta/contracts/wire";
import { z } from "zod";
import type { Channel } from "#platform/socket";
import type { End } from "./end.ts";
import { mediaEvents } from "./events.ts";
import { openLine } from "./evidence.ts";
import { CHAT_LINES_IN_WELCOME, SILENT_END_IS_GONE_MS } from "./limits.ts";
import type { RemotePorts, WrittenChat } from "./ports.ts";
import { relayPicture } from "./relay.ts";
import { Signing } from "./signing.ts";

/** What the bus tells of a call; other news there are not for us. */
const callNews = z.discriminatedUnion("t", [
  z.object({ t: z.literal("call-changed") }),
  z.object({ t: z.literal("recordings-changed") }),
  z.object({ t: z.literal("low-balance"), minutesLeft: z.int() }),
]);

type Message<T extends EndMessage["t"]> = Extract<EndMessage, { t: T }>;

export class Room {
  readonly callId: CallId;
  readonly #ports: RemotePorts;
  readonly #ends: Record<Side, End | null> = { client: null, consultant: null };
  readonly #lines;
  readonly #signing: Signing;
  readonly #unsubscribe: () => void;
  readonly #over: () => void;
  #pairing = 0;
  #mediaPasses = false;
  #closed = false;
  #looking = false;
  #lookAgain = false;

  /** `over`: to be told when the call is. */
  constructor(ports: RemotePorts, callId: CallId, over: () => void) {
    this.#ports = ports;
    this.#over = over;
    this.callId = callId;
    this.#lines = { client: openLine(ports, callId, "client"), consultant: openLine(ports, callId, "consultant") };
    this.#signing = new Signing(ports, callId, () => this.#eachEnd());
    this.#unsubscribe = ports.bus.subscribe(ports.callTopic(callId), (news) => this.#hear(news));
  }

  /** A closed room takes nobody in any more: a new one does. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The sides whose pages are connected. */
  get sides(): Side[] {
    return this.#eachEnd().map((end) => end.side);
  }

  get empty(): boolean {
    return this.#ends.client === null && this.#ends.consultant === null;
  }

  /** Takes the end in; the same side's earlier page is told that it was replaced. */
  async join(end: End, view: CallView): Promise<void> {
    await this.#signing.begin();
    const chat = await this.#ports.journal.chat(this.callId);
    // The last other end may have left meanwhile, and the room with it: the page comes again at once.
    if (this.#closed) end.close(SERVICE_RESTART, "room closed");
    if (!end.facts.connected) return;
    this.#takePlace(end);
    this.#mediaPasses = passesMedia(view.meter);
    const other = this.#ends[otherSide(end.side)];
    if (other !== null) this.#pairing = randomInt(1, 0xffff_ffff);
    end.tell({
      t: "welcome",
      call: view,
      mediaTicket: end.ticket,
      iceServers: end.iceServers(),
      chat: chat.slice(-CHAT_LINES_IN_WELCOME).map((line) => ({ ...line })),
      other: other === null ? null : { media: other.media, pairing: this.#pairing },
    });
    if (other !== null) {
      other.answeredAt = null;
      other.tell({ t: "other-joined", media: end.media, pairing: this.#pairing });
    }
    this.#write(end.side, "end-connected", {});
    for (const event of mediaEvents(noMedia, end.media)) this.#write(end.side, event.kind, event.facts);
    this.step(this.#now());
  }

  /** The end's media socket is there: pictures sent before it was are lost, and a still screen would send no other. */
  attachMedia(end: End, socket: Channel): void {
    end.attachMedia(socket);
    this.#ends[otherSide(end.side)]?.tell({ t: "key-frame-please" });
  }

  leave(end: End): void {
    if (this.#ends[end.side] !== end) return;
    this.#step(end.side, this.#now());
    this.#ends[end.side] = null;
    this.#ends[otherSide(end.side)]?.tell({ t: "other-left" });
    this.#write(end.side, "end-disconnected", {});
    this.step(this.#now());
  }

  text(end: End, message: Exclude<EndMessage, { t: "hello" }>): void {
    end.heardAt = this.#now();
    const other = this.#ends[otherSide(end.side)];
    switch (message.t) {
      case "beat":
        return end.tell({ t: "beat", n: message.n });
      case "media":
        return this.#changeMedia(end, message.media);
      case "probe-back":
        return end.newProbe(message.n) ? this.#probeBack(end, "webrtc") : undefined;
      case "key-commit":
      case "key-reveal":
        if (message.pairing === this.#pairing) other?.tell(message);
        return;
      case "safety-number":
        if (message.pairing === this.#pairing && end.showsNumberOf(message.pairing))
          this.#write(end.side, "safety-number", { number: message.number });
        return;
      case "chat":
        return void this.#chat(end, message).catch((error: unknown) => this.#ports.log.warn({ err: error }, "remote.chat_not_kept"));
      case "signing-key":
      case "countersign":
      case "not-signing":
        return this.#signing.hear(end, message);
      case "red-stop":
        this.#write(end.side, "stopped-in-red", {});
        return other?.tell({ t: "other-red-stop" });
      case "ice-servers-please":
        return end.tell({ t: "ice-servers", iceServers: end.iceServers() });
      case "bye":
        return end.close(1000, "bye");
    }
  }

  /** A binary message of the control channel; false when it is none of ours. */
  controlFrame(end: End, bytes: Uint8Array): boolean {
    end.heardAt = this.#now();
    const frame = readFrame(bytes);
    if (frame === null || "probe" in frame || frame.header.kind === "picture") return false;
    if (frame.header.kind === "voice" && !this.#mediaPasses) return true;
    this.#ends[otherSide(end.side)]?.sendControlFrame(bytes, frame.header.kind);
    return true;
  }

  /** A binary message of the media socket; false when it is none of ours. */
  mediaFrame(end: End, bytes: Uint8Array): boolean {
    end.heardAt = this.#now();
    const frame = readFrame(bytes);
    if (frame === null) return false;
    const other = this.#ends[otherSide(end.side)];
    if ("probe" in frame) {
      if (frame.probe === "probe") end.probes.passed(frame.number, this.#now());
      else if (other?.probes.answered(frame.number, this.#now()) === true) this.#probeBack(other, "relay");
      other?.sendMediaFrame(bytes);
      return true;
    }
    if (frame.header.kind !== "picture") return false;
    if (this.#mediaPasses && other !== null) this.#relay({ from: end, to: other }, frame.header, bytes);
    return true;
  }

  /** Looks at who is on the line now; an end that was silent for long is taken for gone. */
  step(now: number): void {
    for (const end of this.#eachEnd()) if (now - end.heardAt > SILENT_END_IS_GONE_MS) end.terminate();
    this.#step("client", now);
    this.#step("consultant", now);
  }

  meter(meter: Meter): void {
    this.#mediaPasses = passesMedia(meter);
    for (const end of this.#eachEnd()) end.tellMeter(meter);
    this.#signing.meter(meter);
  }

  /** Closes both ends for good and waits until metering has heard it. */
  async close(code: number, reason: string): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const end of this.#eachEnd()) {
      end.close(code, reason);
      this.leave(end);
    }
    await Promise.all([this.#lines.client.settled(), this.#lines.consultant.settled()]);
  }

  #takePlace(end: End): void {
    const before = this.#ends[end.side];
    if (before !== null) {
      before.close(closeCodes.replaced, "replaced");
      this.leave(before);
    }
    this.#ends[end.side] = end;
  }

  #changeMedia(end: End, media: EndMedia): void {
    const before = end.media;
    end.media = media;
    for (const event of mediaEvents(before, media)) this.#write(end.side, event.kind, event.facts);
    const other = this.#ends[otherSide(end.side)];
    // The path was given up because nothing came by it: the other end is proven again by what comes from it the other way.
    if (other !== null && isWebRtc(before.path) && !isWebRtc(media.path)) other.answeredAt = null;
    other?.tell({ t: "other-media", media });
    this.step(this.#now());
  }

  /** A probe sent by `sender` came back: that proves the other end, if that is the way the media takes. */
  #probeBack(sender: End, way: "relay" | "webrtc"): void {
    const proven = this.#ends[otherSide(sender.side)];
    if (proven === null) return;
    if (isWebRtc(sender.media.path) !== (way === "webrtc")) return;
    proven.answeredAt = this.#now();
    this.step(proven.answeredAt);
  }

  #relay({ from, to }: { from: End; to: End }, header: FrameHeader, bytes: Uint8Array): void {
    const next = relayPicture(to.relay, { keyFrame: header.keyFrame, waitingBytes: to.waitingPictureBytes, now: this.#now() });
    to.relay = next.state;
    if (next.forward) to.sendMediaFrame(bytes);
    if (next.ask) from.tell({ t: "key-frame-please" });
  }

  async #chat(end: End, { id, text }: Message<"chat">): Promise<void> {
    if (!end.allowed.chat.take(1, this.#now())) return;
    // An end that lost its channel repeats what was not confirmed: it is answered, but not kept twice.
    const kept = (await this.#ports.journal.chat(this.callId)).find((line) => line.id === id);
    if (kept !== undefined) return end.tell({ t: "chat", line: { ...kept } });
    const line: WrittenChat = { id, from: end.side, text, at: this.#ports.clock.now() };
    await this.#ports.journal.append(this.callId, { actor: end.side, kind: "chat", facts: { id, text } });
    for (const each of this.#eachEnd()) each.tell({ t: "chat", line });
  }

  #hear(news: unknown): void {
    const { data } = callNews.safeParse(news);
    if (data?.t === "call-changed")
      void this.#lookAtCall().catch((error: unknown) => this.#ports.log.warn({ err: error }, "remote.call_not_seen"));
    if (data?.t === "recordings-changed") for (const end of this.#eachEnd()) end.tell(data);
    if (data?.t !== "low-balance") return;
    for (const end of this.#eachEnd()) if (end.pays) end.tell(data);
  }

  /** Shows both ends the call as it is now; news that come meanwhile are one more look. */
  async #lookAtCall(): Promise<void> {
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        await this.#showCall();
      }
    } finally {
      this.#looking = false;
    }
  }

  async #showCall(): Promise<void> {
    let over = false;
    for (const end of this.#eachEnd()) {
      const call = await this.#ports.calls.view(this.callId, end.side);
      this.#mediaPasses = call.state === "open" && passesMedia(call.meter);
      end.tell({ t: "call", call });
      over = call.state !== "open";
    }
    if (!over) return;
    this.#over();
    await this.#signing.close();
    await this.close(closeCodes.callOver, "call-over");
  }

  #step(side: Side, now: number): void {
    const end = this.#ends[side];
    // Nothing is established during a pause, whatever an end still says of its screen: the clock stands at once.
    const { client, consultant } = this.#ends;
    const talk = this.#mediaPasses && established({ client: client?.media ?? noMedia, consultant: consultant?.media ?? noMedia });
    const facts = end?.facts ?? { connected: false, heardAt: 0, relayed: true, answeredAt: null };
    this.#lines[side].step(facts, talk, now);
  }

  #write(side: Side, kind: JournalKind, facts: Record<string, unknown>): void {
    this.#ports.journal
      .append(this.callId, { actor: side, kind, facts })
      .catch((error: unknown) => this.#ports.log.warn({ err: error, callId: this.callId, kind }, "remote.event_not_written"));
  }

  #eachEnd(): End[] {
    return [this.#ends.client, this.#ends.consultant].filter((end) => end !== null);
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

const passesMedia = (meter: Meter): boolean => meter.status === "idle" || meter.status === "live";
