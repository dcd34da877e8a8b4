/** One end of a call, inside the worker: sockets, keys, pictures, relayed voice, probes. What the page must know it is told. */
import type { Side } from "@minuta/contracts/ids";
import {
  closeCodes,
  established,
  isWebRtc,
  noMedia,
  PROBE_EVERY_MS,
  PROBE_FRESH_MS,
  readFrame,
  serverMessage,
  signal as signalSchema,
  type EndMedia,
  type EndMessage,
  type ServerMessage,
  type Signal,
} from "@minuta/contracts/wire";
import { ECHO_EVERY_MS } from "../direct.ts";
import type { MediaPath } from "../engine.ts";
import type { WorkerToPage } from "../messages.ts";
import type { Seal } from "../seal.ts";
import { NO_FINGERPRINT } from "../certificate.ts";
import { canShow } from "./codecs.ts";
import { DATA_CHANNEL, hasDataChannels } from "./direct-lane.ts";
import { KeyMeeting, type Met } from "./meeting.ts";
import type { PictureWay } from "./picture-sender.ts";
import { RELAY } from "./picture-viewer.ts";
import { Pictures } from "./pictures.ts";
import { Probes } from "./probes.ts";
import { CallSockets } from "./sockets.ts";
import { Witness } from "./witness.ts";
import { VoicePlayer, VoiceSender } from "./voice.ts";

/** Voice that came this long ago still counts as coming. */
const VOICE_FRESH_MS = 2_500;
/** After a fall a picture comes by the relay within this, or it is asked for: an end that sent there already begins nothing anew. */
const ASK_FOR_PICTURE_AFTER_MS = 1_500;
/** Frames kept while the keys are made; the other end says little before it has heard of this one. */
const EARLY_AT_MOST = 50;

type Arrival<T extends ServerMessage["t"]> = Extract<ServerMessage, { t: T }>;

export interface CallEndOptions {
  readonly origin: string;
  readonly callId: string;
  readonly side: Side;
  /** Of the page's WebRTC certificate; nothing is agreed before it is known. */
  readonly fingerprint: Promise<string>;
  /** Null: a guest. */
  readonly personId: string | null;
  readonly tell: (message: WorkerToPage) => void;
}

export class CallEnd {
  readonly pictures = new Pictures({
    say: (signal) => this.signal(signal),
    shown: () => this.#screenCame(),
    began: (picture) => this.#options.tell({ t: "picture", ...picture }),
  });
  readonly voice = new VoiceSender({
    send: (packet) => void this.#sendVoice(packet),
    waitingBytes: () => this.#sockets.waitingControlBytes,
  });
  readonly player = new VoicePlayer();
  readonly #options: CallEndOptions;
  readonly #endId = crypto.randomUUID();
  readonly #canShow = canShow();
  readonly #sockets: CallSockets;
  readonly #probes: Probes;
  readonly #witness: Witness;
  readonly #timers: ReturnType<typeof setInterval>[];
  /** Chat the server has not confirmed yet. */
  readonly #unsaid = new Map<string, string>();
  #media: EndMedia = noMedia;
  #other: EndMedia | null = null;
  #meeting: KeyMeeting | null = null;
  #seal: Seal | null = null;
  /** Sealed by the keys that are being made here. */
  #early: Uint8Array[] = [];
  #otherFingerprint = NO_FINGERPRINT;
  #voiceAt = -Infinity;
  /** When WebRTC was given up for the relay; null: a picture came since, or was asked for. */
  #fellAt: number | null = null;
  /** When a probe came back over the path that carries the media. */
  #probedAt = -Infinity;
  #paused = false;
  #beat = 0;

  constructor(options: CallEndOptions) {
    this.#options = options;
    this.#sockets = new CallSockets(options.origin, options.callId, {
      opened: () => this.#say({ t: "hello", media: this.#media }),
      lost: () => this.#lost("reconnecting"),
      ended: (code) => this.#ended(code),
      kind: (kind) => options.tell({ t: "relay-kind", kind }),
      moving: () => this.#forgetKeys(),
      ask: () => this.#say({ t: "beat", n: this.#beat }),
      text: (message) => this.#hear(message),
      controlFrame: (bytes) => void this.#openFrame(bytes),
      mediaFrame: (bytes) => void this.#openFrame(bytes),
      mediaOpened: () => this.pictures.sender.tick(),
    });
    this.#probes = new Probes(
      (frame) => this.#sockets.sendMedia(frame),
      (roundTripMs) => {
        this.#probedAt = performance.now();
        options.tell({ t: "relay-probe", roundTripMs });
      },
    );
    const { callId, side, personId, tell } = options;
    const say = (message: EndMessage): void => this.#say(message);
    this.#witness = new Witness({ callId, side, personId, say, objected: (why) => tell({ t: "not-signing", side, why }) });
    this.#timers = [setInterval(() => this.#tick(), ECHO_EVERY_MS), setInterval(() => this.#beatOnce(), PROBE_EVERY_MS)];
  }

  hurry(): void {
    this.#sockets.hurry();
  }

  /** The other path fell silent: whatever made it so may have taken this one as well. */
  doubt(): void {
    this.#sockets.doubt();
  }

  /** What the page says of its own screen, microphone and path. */
  changeMedia(changed: { screen: EndMedia["screen"]; microphone: EndMedia["microphone"]; path: MediaPath | null }): void {
    const fell = isWebRtc(this.#media.path) && !isWebRtc(changed.path);
    if (fell) [this.#voiceAt, this.#fellAt] = [-Infinity, performance.now()];
    // Nobody is on the line before something came, and came back, the other way.
    this.#setMedia({ ...this.#media, ...changed, ...(fell && { receives: { screen: false, voice: false } }) });
    if (fell) this.#probes.send();
  }

  /** Pictures or voice of the other side came over WebRTC. */
  directCame({ screen, voice }: { screen: boolean; voice: boolean }): void {
    if (voice) this.#voiceAt = performance.now();
    if (screen) this.#screenCame();
  }

  probeBack(n: number): void {
    this.#probedAt = performance.now();
    this.#say({ t: "probe-back", n });
  }

  chat(id: string, text: string): void {
    this.#unsaid.set(id, text);
    this.#say({ t: "chat", id, text });
  }

  askIceServers(): void {
    this.#say({ t: "ice-servers-please" });
  }

  redStop(): void {
    this.#say({ t: "red-stop" });
  }

  /** Sealed, by the control channel; lost when there are no keys just now. */
  signal(signal: Signal): void {
    const seal = this.#seal;
    if (seal === null) return;
    void seal.seal("signal", new TextEncoder().encode(JSON.stringify(signal))).then(({ frame }) => this.#sockets.sendControl(frame));
  }

  /** Resolves when nothing of the call is left to be signed. */
  close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#say({ t: "bye" });
    this.#sockets.close();
    return this.#witness.finish();
  }

  #ended(code: number): void {
    this.#lost(code === closeCodes.replaced ? "replaced" : "closed");
    if (code === closeCodes.callOver) void this.#witness.finish();
  }

  #say(message: EndMessage): void {
    this.#sockets.sendText(JSON.stringify(message));
  }

  #lost(connection: "reconnecting" | "replaced" | "closed"): void {
    this.#otherIs(null);
    this.#options.tell({ t: "connection", connection });
  }

  #hear(text: string): void {
    const { data: message } = serverMessage.safeParse(JSON.parse(text));
    // Unknown to this page: the server may be newer.
    if (message === undefined) return;
    switch (message.t) {
      case "welcome":
        return this.#welcome(message);
      case "other-joined":
        return this.#meet(message);
      case "other-left":
        return this.#otherIs(null);
      case "other-media":
        return this.#otherIs(message.media);
      case "key-commit":
      case "key-reveal":
        return void this.#meeting?.hear(message);
      case "beat":
        return;
      case "chat":
        this.#unsaid.delete(message.line.id);
        return this.#options.tell({ t: "chat", lines: [message.line] });
      case "key-frame-please":
        return this.pictures.dropped();
      case "signing-since":
        return this.#witness.begin(message.since, message.unsigned);
      case "statement":
        return this.#witness.hear(message.statement);
      case "call":
      case "meter":
        this.#paused = (message.t === "call" ? message.call.meter : message.meter).status.startsWith("paused");
        return this.#options.tell(message);
      case "ice-servers":
      case "other-red-stop":
      case "recordings-changed":
      case "low-balance":
      case "signed":
      case "not-signing":
        return this.#options.tell(message);
    }
  }

  #welcome({ call, mediaTicket, iceServers, chat, other }: Arrival<"welcome">): void {
    const { tell } = this.#options;
    this.#sockets.openMedia(mediaTicket);
    tell({ t: "moved" });
    tell({ t: "ice-servers", iceServers });
    tell({ t: "call", call });
    tell({ t: "chat", lines: chat });
    tell({ t: "connection", connection: "connected" });
    void this.#witness.connected();
    for (const { id } of chat) this.#unsaid.delete(id);
    for (const [id, line] of this.#unsaid) this.#say({ t: "chat", id, text: line });
    if (other === null) this.#otherIs(null);
    else this.#meet(other);
  }

  #meet({ media, pairing }: { media: EndMedia; pairing: number }): void {
    this.#forgetKeys();
    this.#otherIs(media);
    const { callId, side, fingerprint } = this.#options;
    this.#meeting = new KeyMeeting({ callId, pairing, side }, fingerprint, {
      tell: (message) => this.#say(message),
      met: (met) => void this.#met(met),
    });
  }

  async #met({ seal, safetyNumber: number, otherFingerprint }: Met): Promise<void> {
    // The other end may have met a moment earlier and said something already: it is said once.
    this.#seal = seal;
    this.#otherFingerprint = otherFingerprint;
    for (const bytes of this.#early.splice(0)) void this.#openFrame(bytes);
    this.#say({ t: "safety-number", pairing: seal.pairing, number });
    this.#options.tell({ t: "safety-number", number });
    const [decodes, signingKey] = await Promise.all([this.#canShow, this.#witness.publicKey()]);
    if (this.#seal === seal) this.signal({ t: "about", endId: this.#endId, decodes, signingKey });
  }

  #otherIs(media: EndMedia | null): void {
    if (media === null) this.#forgetKeys();
    this.#other = media;
    this.#options.tell({ t: "other", media });
    const shows = media !== null && (media.screen === "on" || media.screen === "blanked");
    if (media !== null && !shows) this.pictures.straight = false;
    if (!shows) this.#setMedia({ ...this.#media, receives: { ...this.#media.receives, screen: false } });
    else if (this.pictures.straight) this.#screenCame();
  }

  #forgetKeys(): void {
    this.#meeting = null;
    this.#seal = null;
    this.#early = [];
    this.#options.tell({ t: "safety-number", number: null });
    this.pictures.forgetRelay();
    this.#setMedia({ ...this.#media, receives: { screen: false, voice: false } });
  }

  async #openFrame(bytes: Uint8Array): Promise<void> {
    const frame = readFrame(bytes);
    if (frame === null) return;
    if ("probe" in frame) return this.#probes.hear(frame.probe, frame.number);
    const seal = this.#seal;
    if (seal === null) return this.#keepEarly(bytes);
    const { header, sealed } = frame;
    const plain = await seal.open(header, sealed);
    if (plain === null) return;
    if (header.kind === "picture")
      this.pictures.viewer.show({ from: RELAY, keyFrame: header.keyFrame, sequence: header.sequence, bytes: plain });
    else if (header.kind === "voice") this.#hearVoice(plain, header.sequence);
    else this.#hearSignal(signalSchema.safeParse(JSON.parse(new TextDecoder().decode(plain))).data);
  }

  #keepEarly(bytes: Uint8Array): void {
    if (this.#meeting !== null && this.#early.length < EARLY_AT_MOST) this.#early.push(bytes);
  }

  #hearSignal(signal: Signal | undefined): void {
    if (signal === undefined) return;
    if (signal.t === "arrived" || signal.t === "key-frame-please") return this.pictures.hear("relay", signal);
    if (signal.t !== "about") return this.#options.tell({ t: "signal", signal });
    this.#witness.otherKeyIs(signal.signingKey);
    if (this.#seal !== null) this.pictures.meet(this.#relayOf(this.#seal), signal.decodes);
    const lane = hasDataChannels && signal.decodes.includes(DATA_CHANNEL);
    this.#options.tell({ t: "about", endId: signal.endId, fingerprint: this.#otherFingerprint, lane });
  }

  #relayOf(seal: Seal): PictureWay {
    return {
      seal: (picture, keyFrame) => seal.seal("picture", picture, keyFrame),
      send: (frame) => this.#sockets.sendMedia(frame),
      waitingBytes: () => this.#sockets.waitingMediaBytes,
    };
  }

  #hearVoice(packet: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.player.play(packet, sequence);
    this.#voiceAt = performance.now();
  }

  async #sendVoice(packet: Uint8Array<ArrayBuffer>): Promise<void> {
    const sealed = await this.#seal?.seal("voice", packet);
    if (sealed !== undefined) this.#sockets.sendControl(sealed.frame);
  }

  #screenCame(): void {
    const shared = this.#other?.screen === "on" || this.#other?.screen === "blanked";
    if (shared) this.#setMedia({ ...this.#media, receives: { ...this.#media.receives, screen: true } });
  }

  #setMedia(media: EndMedia): void {
    if (JSON.stringify(media) === JSON.stringify(this.#media)) return;
    this.#media = media;
    this.#say({ t: "media", media });
  }

  #tick(): void {
    this.#sockets.tick();
    this.pictures.sender.tick();
    const voice = this.#other?.microphone === "on" && performance.now() - this.#voiceAt < VOICE_FRESH_MS;
    this.#setMedia({ ...this.#media, receives: { ...this.#media.receives, voice } });
    this.#askForPicture();
    this.#witness.tick(this.#onTheLine());
    this.#options.tell({ t: "tick", drawn: this.pictures.viewer.drawn, direct: this.pictures.straight });
  }

  #askForPicture(): void {
    if (this.#fellAt === null || performance.now() - this.#fellAt < ASK_FOR_PICTURE_AFTER_MS) return;
    this.#fellAt = null;
    if (!this.#media.receives.screen) this.pictures.askRelay();
  }

  /** As far as this end can see: the other answers on the path of the media, and voice or screen comes through. */
  #onTheLine(): boolean {
    const other = this.#other;
    if (other === null || this.#paused || performance.now() - this.#probedAt > PROBE_FRESH_MS + PROBE_EVERY_MS) return false;
    const isClient = this.#options.side === "client";
    return established({ client: isClient ? this.#media : other, consultant: isClient ? other : this.#media });
  }

  #beatOnce(): void {
    this.#beat += 1;
    this.#say({ t: "beat", n: this.#beat });
    this.#probes.send();
  }
}
