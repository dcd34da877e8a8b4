/** Voice on the relay: Opus in packets of 20 ms, each way. */

const RATE = 48_000;
const PACKET_US = 20_000;
const BITRATE = 32_000;
/** Voice waits for nobody: with this much unsent on the control channel a packet is thrown away. */
const WAITING_BYTES_AT_MOST = 16_000;

export interface VoiceWay {
  send(packet: Uint8Array<ArrayBuffer>): void;
  waitingBytes(): number;
}

export class VoiceSender {
  readonly #way: VoiceWay;
  #reader: ReadableStreamDefaultReader<AudioData> | null = null;
  #encoder: AudioEncoder | null = null;
  #enabled = false;

  constructor(way: VoiceWay) {
    this.#way = way;
  }

  /** What the microphone hears; null when it is given up. */
  speak(data: ReadableStream<AudioData> | null): void {
    void this.#reader?.cancel().catch(() => undefined);
    this.#discard();
    this.#reader = data?.getReader() ?? null;
    if (this.#reader !== null) void this.#read(this.#reader).catch(() => undefined);
  }

  enable(on: boolean): void {
    this.#enabled = on;
  }

  async #read(from: ReadableStreamDefaultReader<AudioData>): Promise<void> {
    for (;;) {
      const { value, done } = await from.read();
      if (done) return;
      if (from === this.#reader && this.#enabled) this.#encoderOf(value).encode(value);
      value.close();
      if (from !== this.#reader) return;
    }
  }

  #encoderOf({ sampleRate, numberOfChannels }: AudioData): AudioEncoder {
    if (this.#encoder?.state === "configured") return this.#encoder;
    const encoder = new AudioEncoder({ output: (chunk) => this.#deliver(chunk), error: () => this.#discard() });
    encoder.configure({ codec: "opus", sampleRate, numberOfChannels, bitrate: BITRATE, opus: { frameDuration: PACKET_US } });
    this.#encoder = encoder;
    return encoder;
  }

  #deliver(chunk: EncodedAudioChunk): void {
    if (!this.#enabled || this.#way.waitingBytes() > WAITING_BYTES_AT_MOST) return;
    const packet = new Uint8Array(chunk.byteLength);
    chunk.copyTo(packet);
    this.#way.send(packet);
  }

  #discard(): void {
    if (this.#encoder !== null && this.#encoder.state !== "closed") this.#encoder.close();
    this.#encoder = null;
  }
}

export class VoicePlayer {
  #port: MessagePort | null = null;
  #decoder: AudioDecoder | null = null;

  /** Where decoded samples go: mono, 48 000 a second. */
  usePort(port: MessagePort): void {
    this.#port = port;
  }

  play(packet: Uint8Array<ArrayBuffer>, sequence: number): void {
    if (typeof AudioDecoder === "undefined") return;
    this.#ready().decode(new EncodedAudioChunk({ type: "key", timestamp: sequence * PACKET_US, data: packet }));
  }

  #ready(): AudioDecoder {
    if (this.#decoder?.state === "configured") return this.#decoder;
    const decoder = new AudioDecoder({ output: (data) => this.#emit(data), error: () => (this.#decoder = null) });
    decoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 1 });
    this.#decoder = decoder;
    return decoder;
  }

  #emit(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    data.close();
    this.#port?.postMessage(samples, [samples.buffer]);
  }
}
