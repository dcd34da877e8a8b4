/** The loudspeaker: voice of the other side from both paths through one AudioContext, so that one click lets all of it sound. */
import loudspeakerUrl from "./loudspeaker.worklet.ts?worker&url";

const VOICE_RATE = 48_000;

export class Sound {
  readonly #context = new AudioContext({ sampleRate: VOICE_RATE, latencyHint: "interactive" });
  /** Everything that is heard here; the recorder listens in. */
  readonly #heard = new GainNode(this.#context);
  readonly #mix = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
  #own: MediaStreamAudioSourceNode | null = null;
  #direct: { source: MediaStreamAudioSourceNode; pump: HTMLAudioElement } | null = null;

  /** `changed`: whether the browser lets sound be heard may have changed. */
  constructor(changed: () => void) {
    this.#context.onstatechange = changed;
    this.#heard.connect(this.#context.destination);
    this.#heard.connect(this.#mix);
  }

  /** The browser keeps sound back until the person clicks somewhere. */
  get blocked(): boolean {
    return this.#context.state === "suspended";
  }

  /** The port that takes decoded voice from the relay. */
  async relayPort(): Promise<MessagePort> {
    await this.#context.audioWorklet.addModule(loudspeakerUrl);
    const loudspeaker = new AudioWorkletNode(this.#context, "loudspeaker", { numberOfInputs: 0, outputChannelCount: [1] });
    loudspeaker.connect(this.#heard);
    const { port1, port2 } = new MessageChannel();
    loudspeaker.port.postMessage(port1, [port1]);
    return port2;
  }

  /** The voice that comes over WebRTC. */
  playDirect(track: MediaStreamTrack): void {
    this.#stopDirect();
    const stream = new MediaStream([track]);
    // Chromium pulls remote sound only for a media element; this one is mute, the context is what is heard.
    const pump = new Audio();
    pump.muted = true;
    pump.srcObject = stream;
    void pump.play().catch(() => undefined);
    const source = this.#context.createMediaStreamSource(stream);
    source.connect(this.#heard);
    this.#direct = { source, pump };
  }

  /** What the other side says and what is said here, as one track; null while the browser keeps sound back. */
  get voices(): MediaStreamTrack | null {
    return this.#context.state === "running" ? (this.#mix.stream.getAudioTracks()[0] ?? null) : null;
  }

  /** The own microphone, for `voices` only; null when it is given up. */
  mixIn(microphone: MediaStreamTrack | null): void {
    this.#own?.disconnect();
    this.#own = microphone === null ? null : this.#context.createMediaStreamSource(new MediaStream([microphone]));
    this.#own?.connect(this.#mix);
  }

  async resume(): Promise<void> {
    await this.#context.resume();
    await this.#direct?.pump.play().catch(() => undefined);
  }

  close(): void {
    this.#stopDirect();
    void this.#context.close();
  }

  #stopDirect(): void {
    this.#direct?.source.disconnect();
    if (this.#direct !== null) this.#direct.pump.srcObject = null;
    this.#direct = null;
  }
}
