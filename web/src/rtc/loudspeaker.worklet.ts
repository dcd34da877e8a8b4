/** Plays the other side's voice from the relay, in the audio thread. */
import { JitterBuffer } from "./jitter.ts";

// What of AudioWorkletGlobalScope is used; TypeScript's DOM library does not have it.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => object): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

registerProcessor(
  "loudspeaker",
  class extends AudioWorkletProcessor {
    readonly #buffer = new JitterBuffer(sampleRate);

    constructor() {
      super();
      this.port.onmessage = ({ data: from }: MessageEvent<MessagePort>) => {
        from.onmessage = ({ data: samples }: MessageEvent<Float32Array>) => this.#buffer.push(samples);
      };
    }

    process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
      const [left, ...others] = output ?? [];
      if (left === undefined) return true;
      this.#buffer.pull(left);
      for (const other of others) other.set(left);
      return true;
    }
  },
);
