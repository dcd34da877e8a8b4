/** Keeps a peer connection to the page the other end has open now, watches what comes over it, and says when it may carry media. */
import type { Side } from "@minuta/contracts/ids";
import type { IceServer, Signal } from "@minuta/contracts/wire";
import type { OwnCertificate } from "./certificate.ts";
import { Peer } from "./peer.ts";

/** A direct path that brings no picture of a shared screen within this time is no path. */
const PICTURE_WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 500;
/** It is shown once so many came: the first after a break may be left over from before it, and the only one for seconds. */
const PICTURES_TO_TRUST = 4;
/** A still screen has fewer. */
const FEW_TRUSTED_AFTER_MS = 3_000;
/** A picture that came by the lane this long before it was due is the one: the other end began a moment sooner. */
const BEFORE_DUE_MS = 2_000;
/** For so long after the way to the server was lost, silence here has the same cause. */
const DOUBTED_FOR_MS = 1_500;

export interface DirectWayEvents {
  signal(signal: Signal): void;
  /** The server is to give fresh credentials, by `useServers`. */
  askServers(): void;
  changed(): void;
  /** Echoes stay away; it may be nothing. */
  odd(): void;
  probeBack(n: number): void;
  track(track: MediaStreamTrack): void;
  /** For pictures, from the worker to the other end's; to be taken there at once. Null: it is closed. */
  lane(channel: RTCDataChannel | null): void;
  /** Something of the other side came this way since the last look. */
  came(what: { screen: boolean; voice: boolean }): void;
}

export interface DirectWayOptions {
  readonly side: Side;
  /** For tests and labs: no way but by TURN. */
  readonly turnOnly: boolean;
  /** Null: no WebRTC here. */
  readonly certificate: Promise<OwnCertificate | null>;
}

/** The page the other end has open now. */
export interface OtherPage {
  readonly endId: string;
  /** Of the certificate it committed to. */
  readonly fingerprint: string;
  /** Pictures may go straight between the two workers. */
  readonly lane: boolean;
}

export class DirectWay {
  readonly #options: DirectWayOptions;
  readonly #events: DirectWayEvents;
  #iceServers: readonly IceServer[] = [];
  #peer: Peer | null = null;
  #other: OtherPage | null = null;
  #lookedAt = 0;
  #probes = 0;
  #seen = { pictures: 0, voicePackets: 0 };
  /** A picture is due since; null: none is. */
  #dueSince: number | null = null;
  /** Pictures that had come before. */
  #cameBefore = 0;
  #doubtedAt = -Infinity;
  #pictureCame = false;
  /** When one last came by the lane. */
  #laneCameAt = -Infinity;
  /** The other end said that a picture came, since one is sent. */
  otherSees = false;

  constructor(options: DirectWayOptions, events: DirectWayEvents) {
    this.#options = options;
    this.#events = events;
  }

  get usable(): boolean {
    return this.#peer?.usable ?? false;
  }

  get kind(): "webrtc-direct" | "webrtc-relay" {
    return this.#peer?.kind ?? "webrtc-direct";
  }

  /** Echoes stay away; it may be nothing. */
  get odd(): boolean {
    return this.#peer?.odd ?? false;
  }

  /** The worker's pictures can go straight to the other end's. */
  get lane(): boolean {
    return this.#peer !== null && this.#other?.lane === true;
  }

  get roundTripMs(): number | null {
    return this.#peer?.roundTripMs ?? null;
  }

  /** Whether WebRTC's own pictures come since they are due. */
  get pictureCame(): boolean {
    return this.#pictureCame;
  }

  useServers(iceServers: readonly IceServer[]): void {
    this.#iceServers = iceServers;
    this.#peer?.useServers(iceServers);
  }

  /** The other end is there, keys stand; another `endId` is another page load, another certificate is somebody else. */
  meet(other: OtherPage): void {
    const { endId, fingerprint } = other;
    if (endId === this.#other?.endId && fingerprint === this.#other.fingerprint) return this.#peer?.metAgain();
    this.close();
    this.#other = other;
    void this.#options.certificate.then((own) => {
      if (own !== null && other === this.#other) this.#begin(own.certificate, other);
    });
  }

  #begin(certificate: RTCCertificate, other: OtherPage): void {
    this.#seen = { pictures: 0, voicePackets: 0 };
    this.#cameBefore = 0;
    this.#peer = new Peer({
      side: this.#options.side,
      iceServers: this.#iceServers,
      turnOnly: this.#options.turnOnly,
      certificate,
      otherFingerprint: other.fingerprint,
      lane: other.lane,
      events: {
        signal: this.#events.signal,
        askServers: this.#events.askServers,
        changed: this.#events.changed,
        odd: this.#events.odd,
        track: this.#events.track,
        lane: this.#events.lane,
        probeBack: () => this.#events.probeBack(this.#probes++),
      },
    });
  }

  hear(signal: Signal): void {
    if (signal.t === "direct-picture") this.otherSees = true;
    else this.#peer?.hear(signal);
  }

  send(screen: MediaStreamTrack | null, microphone: MediaStreamTrack | null): void {
    if (screen === null) this.otherSees = false;
    this.#peer?.send(screen, microphone);
  }

  /** The way to the server was lost and is another now: if this one is silent as well, it was the same cause. */
  doubted(): void {
    this.#doubtedAt = performance.now();
    this.#distrustIfSilentToo();
  }

  /** Whether the other side's screen should be coming this way. */
  expectPicture(due: boolean): void {
    if (due === (this.#dueSince !== null)) return;
    this.#dueSince = due ? performance.now() : null;
    this.#cameBefore = this.#seen.pictures;
    this.#pictureCame = false;
  }

  /** A picture came by the lane. */
  laneCame(): void {
    this.#laneCameAt = performance.now();
  }

  tick(): void {
    const now = performance.now();
    const peer = this.#peer;
    if (peer === null) return;
    peer.tick();
    const waitedMs = this.#dueSince === null || this.#isMet(this.#dueSince) ? null : now - this.#dueSince;
    this.#distrustIfSilentToo();
    if ((waitedMs ?? 0) > PICTURE_WITHIN_MS) peer.distrust();
    if (waitedMs === null && now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    void this.#look(peer).catch(() => undefined);
  }

  #isMet(dueSince: number): boolean {
    return this.#pictureCame || this.#laneCameAt > dueSince - BEFORE_DUE_MS;
  }

  #distrustIfSilentToo(): void {
    if (this.odd && performance.now() - this.#doubtedAt < DOUBTED_FOR_MS) this.#peer?.distrust();
  }

  close(): void {
    this.#peer?.close();
    this.#events.lane(null);
    this.#peer = null;
    this.#other = null;
  }

  async #look(peer: Peer): Promise<void> {
    const seen = await peer.came();
    if (peer !== this.#peer) return;
    const what = { screen: seen.pictures > this.#seen.pictures, voice: seen.voicePackets > this.#seen.voicePackets };
    this.#seen = seen;
    if (what.screen || what.voice) this.#events.came(what);
    if (this.#dueSince === null || this.#pictureCame) return;
    const came = seen.pictures - this.#cameBefore;
    if (came < PICTURES_TO_TRUST && (came === 0 || performance.now() - this.#dueSince < FEW_TRUSTED_AFTER_MS)) return;
    this.#pictureCame = true;
    this.#events.signal({ t: "direct-picture" });
    this.#events.changed();
  }
}
