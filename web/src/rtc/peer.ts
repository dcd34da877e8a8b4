/**
 * The direct path: one RTCPeerConnection between two page loads. The consultant's end makes all offers; everything that is agreed
 * travels in sealed signals. Echoes on a data channel tell whether the path carries anything, sooner than ICE would.
 */
import type { Side } from "@minuta/contracts/ids";
import { PROBE_EVERY_MS, readFrame, writeProbe, type IceServer, type Signal } from "@minuta/contracts/wire";
import { fingerprintIn } from "./certificate.ts";
import { echoCame, fallen, isOdd, RESTART_AT_MOST_EVERY_MS, timePassed, untried, wantsRestart, type Direct } from "./direct.ts";

const SCREEN_MAX_BITRATE = 6_000_000;
const ECHOES_REMEMBERED = 32;
/** A page that slept this long finds the echoes of that time waiting, and must not judge before it has read them. */
const OVERSLEPT_MS = 400;
/** A restart waits this long for fresh credentials: the channel to the server may be down as well, and the old ones may do. */
const FRESH_SERVERS_WITHIN_MS = 700;
/** What an end says of the path on the path itself. */
const GOOD = "good";
const NOT_GOOD = "not good";

export interface PeerEvents {
  signal(signal: Signal): void;
  /** Fresh credentials are wanted, by `useServers`. */
  askServers(): void;
  /** Trust in the path, its kind or its round trip changed. */
  changed(): void;
  /** Echoes stay away; it may be nothing. */
  odd(): void;
  /** A probe came back, at most one a second; `n` grows. */
  probeBack(n: number): void;
  track(track: MediaStreamTrack): void;
  /** For pictures. Whoever wants it elsewhere takes it there at once: later it cannot go. */
  lane(channel: RTCDataChannel): void;
}

export interface PeerOptions {
  readonly side: Side;
  readonly iceServers: readonly IceServer[];
  /** For tests and labs: no way but by TURN. */
  readonly turnOnly: boolean;
  readonly certificate: RTCCertificate;
  /** What the other end committed to: a description with another one is not its own. */
  readonly otherFingerprint: string;
  /** A channel for pictures is wanted, as it is at the other end. */
  readonly lane: boolean;
  readonly events: PeerEvents;
}

export interface Came {
  readonly pictures: number;
  readonly voicePackets: number;
}

export class Peer {
  /** Which way the connection goes; null until one is chosen. */
  kind: "webrtc-direct" | "webrtc-relay" | null = null;
  roundTripMs: number | null = null;
  readonly #side: Side;
  readonly #events: PeerEvents;
  readonly #connection: RTCPeerConnection;
  readonly #echo: RTCDataChannel;
  readonly #otherFingerprint: string;
  readonly #madeAt = performance.now();
  readonly #echoes = new Map<bigint, number>();
  #direct: Direct = untried;
  #otherSaysGood = false;
  #restartedAt: number | null = null;
  #restarts = 0;
  #probes = 0;
  #probeToldAt = 0;
  #tickedAt = 0;
  #overslept = false;
  #early: RTCIceCandidateInit[] = [];
  #sending: { screen: MediaStreamTrack | null; microphone: MediaStreamTrack | null } = { screen: null, microphone: null };
  #work: Promise<void> = Promise.resolve();
  #serversCame: () => void = () => {};

  constructor({ side, iceServers, turnOnly, certificate, otherFingerprint, lane, events }: PeerOptions) {
    this.#side = side;
    this.#otherFingerprint = otherFingerprint;
    this.#events = events;
    const connection = new RTCPeerConnection({
      iceServers: iceServers.map(iceServerOf),
      iceTransportPolicy: turnOnly ? "relay" : "all",
      bundlePolicy: "max-bundle",
      certificates: [certificate],
    });
    this.#connection = connection;
    this.#echo = connection.createDataChannel("echo", { negotiated: true, id: 0, ordered: false, maxRetransmits: 0 });
    this.#echo.binaryType = "arraybuffer";
    this.#echo.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === "string") this.#otherSays(data === GOOD);
      else this.#hearEcho(new Uint8Array(data));
    };
    if (lane) events.lane(connection.createDataChannel("pictures", { negotiated: true, id: 1 }));
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null)
        events.signal({ t: "candidate", candidate: candidate.candidate, mid: candidate.sdpMid, line: candidate.sdpMLineIndex });
    };
    connection.ontrack = ({ track }) => events.track(track);
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed" || connection.connectionState === "closed") this.#become(fallen(this.#direct));
    };
    if (side === "consultant") {
      connection.addTransceiver("audio", { direction: "sendrecv" });
      preferScreenCodecs(connection.addTransceiver("video", { direction: "recvonly" }));
      this.#enqueue(() => this.#offer(false));
    }
  }

  /** Media may go this way: both ends find it good. */
  get usable(): boolean {
    return this.#direct.good && this.#otherSaysGood && this.kind !== null;
  }

  useServers(iceServers: readonly IceServer[]): void {
    this.#connection.setConfiguration({ ...this.#connection.getConfiguration(), iceServers: iceServers.map(iceServerOf) });
    this.#serversCame();
  }

  /** What goes out this way; null for what does not. */
  send(screen: MediaStreamTrack | null, microphone: MediaStreamTrack | null): void {
    if (screen === this.#sending.screen && microphone === this.#sending.microphone) return;
    this.#sending = { screen, microphone };
    this.#enqueue(() => this.#applySending());
  }

  hear(signal: Signal): void {
    switch (signal.t) {
      case "description":
        return this.#enqueue(() => this.#describe(signal));
      case "candidate":
        return this.#enqueue(() => this.#addCandidate({ candidate: signal.candidate, sdpMid: signal.mid, sdpMLineIndex: signal.line }));
      case "restart-please":
        return this.#restart();
      case "direct-fell":
        return this.#otherSays(false);
      default:
        return;
    }
  }

  /** The same two pages met again with new keys: whatever was being agreed may be lost. */
  metAgain(): void {
    if (this.#direct.good) return;
    // Said when there were no keys it was not heard.
    this.#events.signal({ t: "direct-fell" });
    if (this.#side === "consultant") this.#enqueue(() => this.#offer(true));
  }

  /** To be called every ECHO_EVERY_MS. */
  tick(): void {
    const now = performance.now();
    this.#overslept = now - this.#tickedAt > OVERSLEPT_MS;
    this.#tickedAt = now;
    if (this.#echo.readyState === "open") this.#sendEcho(now);
    if (this.#overslept) return;
    if (this.odd) this.#events.odd();
    this.#become(timePassed(this.#direct, now));
    if (wantsRestart(this.#direct, { now, since: this.#madeAt, restartedAt: this.#restartedAt, restarts: this.#restarts })) this.#restart();
  }

  get odd(): boolean {
    return !this.#overslept && isOdd(this.#direct, performance.now());
  }

  /** Media that should have come did not: the path is not to be trusted for now. */
  distrust(): void {
    this.#become(fallen(this.#direct));
  }

  /** What came in so far. */
  async came(): Promise<Came> {
    let [pictures, voicePackets] = [0, 0];
    const reports = await this.#reports();
    this.#kindIs(kindIn(reports));
    for (const report of reports) {
      if (report.type !== "inbound-rtp") continue;
      if (report.kind === "video") pictures += Number(report.framesDecoded ?? 0);
      else voicePackets += Number(report.packetsReceived ?? 0);
    }
    return { pictures, voicePackets };
  }

  close(): void {
    this.#direct = untried;
    this.#connection.close();
  }

  #enqueue(work: () => Promise<void>): void {
    // A step that fails (an answer to an offer of long ago) is passed over: silence brings a new offer.
    this.#work = this.#work.then(work).catch(() => undefined);
  }

  async #offer(iceRestart: boolean): Promise<void> {
    if (this.#connection.signalingState === "closed") return;
    await this.#connection.setLocalDescription(await this.#connection.createOffer({ iceRestart }));
    this.#tellDescription();
  }

  #tellDescription(): void {
    const description = this.#connection.localDescription;
    if (description?.type === "offer" || description?.type === "answer")
      this.#events.signal({ t: "description", type: description.type, sdp: description.sdp });
  }

  async #describe({ type, sdp }: Extract<Signal, { t: "description" }>): Promise<void> {
    if ((type === "offer") === (this.#side === "consultant") || fingerprintIn(sdp) !== this.#otherFingerprint) return;
    await this.#connection.setRemoteDescription({ type, sdp });
    for (const candidate of this.#early.splice(0)) await this.#connection.addIceCandidate(candidate);
    if (type === "answer") return;
    this.#answerBothWays();
    await this.#applySending();
    await this.#connection.setLocalDescription();
    this.#tellDescription();
  }

  #answerBothWays(): void {
    for (const transceiver of this.#connection.getTransceivers()) {
      transceiver.direction = transceiver.receiver.track.kind === "audio" ? "sendrecv" : "sendonly";
    }
  }

  async #addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#connection.remoteDescription === null) this.#early.push(candidate);
    else await this.#connection.addIceCandidate(candidate);
  }

  async #applySending(): Promise<void> {
    for (const { sender, receiver } of this.#connection.getTransceivers()) {
      const { kind } = receiver.track;
      const track = kind === "audio" ? this.#sending.microphone : this.#sending.screen;
      if (sender.track === track) continue;
      await sender.replaceTrack(track);
      if (kind === "video" && track !== null) await limitScreen(sender);
    }
  }

  #restart(): void {
    const now = performance.now();
    if (this.#restartedAt !== null && now - this.#restartedAt < RESTART_AT_MOST_EVERY_MS) return;
    this.#restartedAt = now;
    this.#restarts += 1;
    this.#enqueue(async () => {
      await this.#freshServers();
      if (this.#side === "consultant") await this.#offer(true);
      else this.#events.signal({ t: "restart-please" });
    });
  }

  async #freshServers(): Promise<void> {
    const came = new Promise<void>((resolve) => (this.#serversCame = resolve));
    this.#events.askServers();
    await Promise.race([came, new Promise((resolve) => setTimeout(resolve, FRESH_SERVERS_WITHIN_MS))]);
  }

  #sendEcho(now: number): void {
    const [number] = crypto.getRandomValues(new BigUint64Array(1));
    if (number === undefined) return;
    this.#echoes.set(number, now);
    const [oldest] = this.#echoes.keys();
    if (this.#echoes.size > ECHOES_REMEMBERED && oldest !== undefined) this.#echoes.delete(oldest);
    this.#echo.send(writeProbe("probe", number));
    // Said again and again, as messages here may be lost; and here, so that the server need not be there.
    this.#echo.send(this.#direct.good ? GOOD : NOT_GOOD);
  }

  #hearEcho(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    if (frame === null || !("probe" in frame)) return;
    if (frame.probe === "probe") {
      if (this.#echo.readyState === "open") this.#echo.send(writeProbe("answer", frame.number));
      return;
    }
    const sentAt = this.#echoes.get(frame.number);
    if (sentAt === undefined) return;
    this.#echoes.delete(frame.number);
    const now = performance.now();
    this.roundTripMs = now - sentAt;
    this.#restarts = 0;
    this.#become(echoCame(this.#direct, now));
    if (now - this.#probeToldAt < PROBE_EVERY_MS - 100) return;
    this.#probeToldAt = now;
    this.#events.probeBack(this.#probes++);
  }

  #become(direct: Direct): void {
    const before = this.#direct.good;
    this.#direct = direct;
    if (direct.good === before) return;
    if (direct.good) void this.#reports().then((reports) => this.#kindIs(kindIn(reports)));
    else this.#events.signal({ t: "direct-fell" });
    this.#events.changed();
  }

  #otherSays(good: boolean): void {
    if (good === this.#otherSaysGood) return;
    this.#otherSaysGood = good;
    this.#events.changed();
  }

  #kindIs(kind: Peer["kind"]): void {
    if (kind === null || kind === this.kind) return;
    this.kind = kind;
    this.#events.changed();
  }

  async #reports(): Promise<readonly Report[]> {
    return [...((await this.#connection.getStats()).values() as Iterable<Report>)];
  }
}

type Report = Readonly<Record<string, unknown>>;

/** Relayed by TURN or not, from the pair of candidates in use; null when none is. Firefox has no transport that names it. */
function kindIn(reports: readonly Report[]): Peer["kind"] {
  const pairs = reports.filter(({ type }) => type === "candidate-pair");
  const named = reports.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair = pairs.find(({ id }) => id === named) ?? pairs.find(({ selected }) => selected === true);
  if (pair === undefined) return null;
  const ends = reports.filter(({ id }) => id === pair.localCandidateId || id === pair.remoteCandidateId);
  return ends.some(({ candidateType }) => candidateType === "relay") ? "webrtc-relay" : "webrtc-direct";
}

function iceServerOf({ urls, username, credential }: IceServer): RTCIceServer {
  return { urls, ...(username === undefined ? {} : { username }), ...(credential === undefined ? {} : { credential }) };
}

/** AV1 sharpens a new page of small text 2.5 times sooner than VP8 (the design's table). Firefox takes no list with every rtx entry. */
function preferScreenCodecs(transceiver: RTCRtpTransceiver): void {
  if (navigator.userAgent.includes("Firefox")) return;
  const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const av1 = known.filter(({ mimeType }) => mimeType.toLowerCase() === "video/av1");
  transceiver.setCodecPreferences([...av1, ...known.filter((codec) => !av1.includes(codec))]);
}

/** Text stays sharp: rather fewer frames than fewer pixels. */
async function limitScreen(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (encoding === undefined) return;
  encoding.maxBitrate = SCREEN_MAX_BITRATE;
  encoding.maxFramerate = 30;
  await sender.setParameters({ ...parameters, degradationPreference: "maintain-resolution" });
}
