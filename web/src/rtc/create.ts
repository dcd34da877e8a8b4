/** The engine behind engine.ts: what runs in the page. Everything that must not wait for the page is in the channel worker. */
import type { Meter } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import type { EndMedia, RelayKind, Signal } from "@minuta/contracts/wire";
import { takeChannelWorker } from "./channel-worker.ts";
import { makeCertificate, NO_FINGERPRINT } from "./certificate.ts";
import { DirectWay } from "./direct-way.ts";
import { framesOf, givesFrames, soundOf } from "./devices.ts";
import type { CallEngine, CallEngineOptions, CallEngineState, ChatLine, MediaPath } from "./engine.ts";
import type { PageToWorker, WorkerToPage } from "./messages.ts";
import { OwnMedia } from "./own-media.ts";
import { PictureView, type PictureSize } from "./picture-view.ts";
import { isDirect, planOf, type Known, type Plan } from "./plan.ts";
import { Recorder, type Scene } from "./recorder/recorder.ts";
import { qualityOf, type Measured } from "./quality.ts";
import { Sound } from "./sound.ts";
import { watchEscEsc } from "./esc-esc.ts";

const POINTER_EVERY_MS = 33;
/** Once the direct path took over, or a picture begins, the relay carries pictures until one of WebRTC's came; no longer than this. */
const OVERLAP_MS_MAX = 6_000;

/** Joins the call's channel at once; `dispose` leaves it. */
export function createCallEngine(options: CallEngineOptions): CallEngine {
  const engine = new Engine(options);
  return {
    getState: () => engine.state,
    subscribe: (changed) => engine.subscribe(changed),
    shareScreen: () => engine.shareScreen(),
    stopSharing: () => engine.own.endSharing("off"),
    blank: (hidden) => engine.own.blank(hidden),
    setMicrophone: (on) => engine.setMicrophone(on),
    resumeSound: () => engine.resumeSound(),
    sendChat: (text) => engine.sendChat(text),
    record: (on) => engine.recorder.record(on),
    point: (at) => engine.point(at),
    attachPicture: (host) => engine.view.attach(host),
    stopEverything: () => engine.stopEverything(),
    dispose: () => engine.dispose(),
  };
}

class Engine {
  state: CallEngineState;
  readonly own: OwnMedia;
  readonly recorder: Recorder;
  readonly view = new PictureView(() => this.#update());
  readonly #options: CallEngineOptions;
  readonly #worker = takeChannelWorker();
  readonly #sound = new Sound(() => this.#update());
  readonly #direct: DirectWay;
  readonly #listeners = new Set<() => void>();
  readonly #unwatchEsc = watchEscEsc(() => this.stopEverything());
  /** As it last said; null: not there. */
  #other: EndMedia | null = null;
  /** As it was while our own channel is away and the direct path still carries. */
  #otherBefore: EndMedia | null = null;
  #relayKind: RelayKind = "websocket";
  #relayProbe: { roundTripMs: number; at: number } | null = null;
  #directProbeAt = 0;
  #overlapSince = -Infinity;
  #pointedAt = 0;
  #told = { media: "", send: "" };
  #disposed = false;

  constructor(options: CallEngineOptions) {
    const { call } = options;
    this.#options = options;
    this.state = {
      connection: "connecting",
      path: null,
      quality: 0,
      safetyNumber: null,
      otherPresent: false,
      otherSharing: "off",
      otherMicrophone: false,
      call,
      meter: call.meter,
      sharing: "off",
      microphone: "off",
      soundBlocked: false,
      chat: [],
      pointer: null,
      picture: null,
      minutesLeftWarning: null,
      recorder: "off",
      recorderTrouble: null,
      recordingsNews: 0,
      redStops: 0,
      signed: { client: 0, consultant: 0 },
      notSigning: { client: null, consultant: null },
    };
    this.recorder = new Recorder(call, { film: (port) => this.#order({ t: "film", port }, [port]), changed: () => this.#update() });
    this.own = new OwnMedia({
      screen: (track) => this.#useScreen(track),
      microphone: (track) => this.#useMicrophone(track),
      changed: () => this.#update(),
    });
    const certificate = makeCertificate();
    this.#direct = new DirectWay(
      { side: call.side, turnOnly: options.onlyPath === "turn", certificate },
      {
        signal: (signal) => this.#order({ t: "signal", signal }),
        askServers: () => this.#order({ t: "ice-servers-please" }),
        changed: () => this.#update(),
        odd: () => this.#order({ t: "doubt" }),
        probeBack: (n) => this.#directProbeBack(n),
        track: (track) => (track.kind === "video" ? this.view.setTrack(track) : this.#sound.playDirect(track)),
        lane: (channel) => this.#order({ t: "lane", channel }, channel === null ? [] : [channel]),
        came: (what) => this.#order({ t: "direct-came", ...what }),
      },
    );
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerToPage>) => this.#hear(data);
    this.#order({ t: "start", origin: location.origin, callId: call.id, side: call.side, personId: options.personId });
    void certificate.then((own) => this.#order({ t: "fingerprint", fingerprint: own?.fingerprint ?? NO_FINGERPRINT }));
    const surface = this.view.framesSurface();
    this.#order({ t: "surface", surface }, [surface]);
    void this.#sound.relayPort().then((port) => this.#order({ t: "loudspeaker", port }, [port]));
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  }

  shareScreen(): Promise<void> {
    this.#useClick();
    return this.own.shareScreen();
  }

  setMicrophone(on: boolean): Promise<void> {
    this.#useClick();
    return this.own.setMicrophone(on);
  }

  /** Any click lets the browser sound, so a button of its own is rarely needed. */
  #useClick(): void {
    if (this.#sound.blocked) void this.resumeSound();
  }

  async resumeSound(): Promise<void> {
    await this.#sound.resume();
    this.#update();
  }

  sendChat(text: string): void {
    const trimmed = text.trim();
    if (trimmed !== "") this.#order({ t: "chat", id: crypto.randomUUID(), text: trimmed });
  }

  point(at: { x: number; y: number } | null): void {
    const now = performance.now();
    if (at !== null && now - this.#pointedAt < POINTER_EVERY_MS) return;
    this.#pointedAt = now;
    this.#order({ t: "signal", signal: { t: "pointer", at } });
  }

  stopEverything(): void {
    this.own.stopEverything();
    this.recorder.record(false);
    this.#set({ redStops: this.state.redStops + 1 });
    this.#order({ t: "red-stop" });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#leave();
    this.#disposed = true;
    this.#unwatchEsc();
    this.#sound.close();
    this.#order({ t: "dispose" });
    this.#listeners.clear();
  }

  #leave(): void {
    this.recorder.record(false);
    this.own.stopEverything();
    this.#direct.close();
  }

  #order(order: PageToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(order, transfer);
  }

  #hear(message: WorkerToPage): void {
    if (this.#disposed) return;
    switch (message.t) {
      case "connection":
        return this.#connectionIs(message.connection);
      case "moved":
        return this.#direct.doubted();
      case "ice-servers":
        return this.#direct.useServers(message.iceServers);
      case "relay-kind":
        this.#relayKind = message.kind;
        return this.#update();
      case "call":
        return this.#set({ call: message.call, meter: message.call.meter });
      case "meter":
        return this.#meterIs(message.meter);
      case "low-balance":
        return this.#set({ minutesLeftWarning: message.minutesLeft });
      case "chat":
        return this.#addChat(message.lines);
      case "other":
        this.#other = message.media;
        return this.#update();
      case "other-red-stop":
        return this.recorder.record(false);
      case "recordings-changed":
        return this.#set({ recordingsNews: this.state.recordingsNews + 1 });
      case "signed":
        return this.#signedIs(message);
      case "not-signing":
        return this.#set({ notSigning: { ...this.state.notSigning, [message.side]: message.why } });
      case "about":
        return this.#options.onlyPath === "websocket" ? undefined : this.#direct.meet(message);
      case "safety-number":
        return this.#set({ safetyNumber: message.number });
      case "signal":
        return this.#hearSignal(message.signal);
      case "picture":
        this.view.framesBegan({ width: message.width, height: message.height }, message.drawn);
        this.#drawnIs(message);
        return this.#update();
      case "relay-probe":
        return void (this.#relayProbe = { roundTripMs: message.roundTripMs, at: performance.now() });
      case "tick":
        this.#direct.tick();
        this.#drawnIs(message);
        this.recorder.tick(performance.now());
        return this.#update();
    }
  }

  #drawnIs({ drawn, direct }: { drawn: number; direct: boolean }): void {
    if (direct && drawn > this.view.framesDrawn) this.#direct.laneCame();
    this.view.framesDrawn = drawn;
  }

  #connectionIs(connection: CallEngineState["connection"]): void {
    if (connection === "replaced" || connection === "closed") this.#leave();
    // News that came while the channel was away are lost.
    this.#set({ connection, recordingsNews: this.state.recordingsNews + 1 });
    this.#update();
  }

  #meterIs(meter: Meter): void {
    const { minutesLeftWarning: warned } = this.state;
    const toppedUp = warned !== null && meter.minutesLeft !== null && meter.minutesLeft > warned;
    this.#set({ meter, ...(toppedUp ? { minutesLeftWarning: null } : {}) });
    this.#update();
  }

  #signedIs({ client, consultant }: Readonly<Record<Side, number>>): void {
    const { signed, notSigning } = this.state;
    this.#set({
      signed: { client, consultant },
      notSigning: {
        client: client > signed.client ? null : notSigning.client,
        consultant: consultant > signed.consultant ? null : notSigning.consultant,
      },
    });
  }

  #addChat(lines: readonly ChatLine[]): void {
    const known = new Set(this.state.chat.map(({ id }) => id));
    const added = lines.filter(({ id }) => !known.has(id));
    if (added.length > 0) this.#set({ chat: [...this.state.chat, ...added] });
  }

  #hearSignal(signal: Signal): void {
    if (signal.t === "pointer") this.#set({ pointer: signal.at });
    else this.#direct.hear(signal);
  }

  #directProbeBack(n: number): void {
    this.#directProbeAt = performance.now();
    if (isDirect(this.state.path)) this.#order({ t: "probe-back", n });
  }

  #useScreen(track: MediaStreamTrack | null): void {
    const frames = track === null ? null : framesOf(track);
    this.#order({ t: "screen", frames }, frames === null ? [] : [frames]);
    this.view.setOwn(track);
  }

  #useMicrophone(track: MediaStreamTrack | null): void {
    const data = track === null ? null : soundOf(track);
    this.#order({ t: "microphone", data }, data === null ? [] : [data]);
    this.#sound.mixIn(track);
  }

  /** Works out everything that follows from what is known, and tells whom it concerns. */
  #update(): void {
    if (this.#disposed) return;
    const plan = planOf(this.#known());
    this.#otherBefore = plan.other;
    this.#carryOut(plan);
    this.#set({
      path: plan.path,
      otherPresent: plan.other !== null,
      otherSharing: plan.otherSharing,
      otherMicrophone: plan.otherMicrophone,
      sharing: this.own.sharing,
      microphone: this.own.microphone,
      quality: qualityOf(this.#measured(plan.path)),
      soundBlocked: plan.otherMicrophone && this.#sound.blocked,
      pointer: plan.other === null ? null : this.state.pointer,
    });
    this.#show();
    this.#set({ picture: this.#pictureSize() });
    this.recorder.follow(this.#sceneOf(plan));
    this.#set({ recorder: this.recorder.recorder, recorderTrouble: this.recorder.why });
  }

  /** What there is to record: nothing that is hidden, nothing during a pause. */
  #sceneOf({ otherSharing }: Plan): Scene {
    const { picture } = this.state;
    const element = otherSharing === "on" ? this.view.showing : null;
    return {
      paused: this.#known().paused,
      own: this.own.sendable.screen,
      shown: element === null || picture === null ? null : { element, ...picture, drawn: () => this.view.drawn },
      voices: this.#sound.voices,
    };
  }

  #known(): Known {
    const { call, meter, connection, path } = this.state;
    const { screen, microphone } = this.own.sendable;
    const paused = call?.state !== "open" || meter?.status.startsWith("paused") === true;
    const now = performance.now();
    if (!isDirect(path) || screen === null || paused) this.#overlapSince = now;
    return {
      connected: connection === "connected",
      other: this.#other,
      otherBefore: this.#otherBefore,
      directUsable: this.#direct.usable,
      directKind: this.#direct.kind,
      directLane: givesFrames && this.#direct.lane,
      relayKind: this.#relayKind,
      onlyPath: this.#options.onlyPath ?? null,
      paused,
      screen: screen !== null,
      microphone: microphone !== null,
      justBegan: !this.#direct.otherSees && now - this.#overlapSince < OVERLAP_MS_MAX,
    };
  }

  #carryOut({ pictures, relayVoice, tracks, path, pictureDue }: Plan): void {
    const { screen, microphone } = this.own.sendable;
    this.#direct.send(tracks.screen ? screen : null, tracks.voice ? microphone : null);
    this.#direct.expectPicture(pictureDue);
    this.#orderOnce({ t: "send", pictures, voice: relayVoice });
    this.#orderOnce({ t: "media", ...this.own.told, path });
  }

  #orderOnce(order: Extract<PageToWorker, { t: "send" | "media" }>): void {
    const written = JSON.stringify(order);
    if (this.#told[order.t] === written) return;
    this.#told[order.t] = written;
    this.#order(order);
  }

  #measured(path: MediaPath | null): Measured {
    const now = performance.now();
    if (isDirect(path)) return { path, roundTripMs: this.#direct.roundTripMs, sinceLastMs: now - this.#directProbeAt };
    return { path, roundTripMs: this.#relayProbe?.roundTripMs ?? null, sinceLastMs: now - (this.#relayProbe?.at ?? now) };
  }

  /** The other end may have left the direct path before this one. */
  #show(): void {
    const { path, otherSharing, sharing } = this.state;
    if (this.#options.call.side === "client") return this.view.show(sharing === "on" ? "own" : "nothing");
    const track = { comes: isDirect(path) && this.#direct.pictureCame, odd: this.#direct.odd };
    this.view.showOther(otherSharing === "on" ? track : null);
  }

  /** Of the picture that is shown; the same object as long as it is the same size. */
  #pictureSize(): PictureSize | null {
    const { size } = this.view;
    const { picture } = this.state;
    return size?.width === picture?.width && size?.height === picture?.height ? picture : size;
  }

  #set(changes: Partial<CallEngineState>): void {
    const next = { ...this.state, ...changes };
    const differs = (Object.keys(changes) as (keyof CallEngineState)[]).some((name) => next[name] !== this.state[name]);
    if (!differs) return;
    this.state = next;
    for (const listener of this.#listeners) listener();
  }
}
