/**
 * Known tones: a file that a browser takes for its microphone, and an ear on what another browser really plays.
 * The ear is a PulseAudio sink without a device: the page's sound goes the whole way out of the browser.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start, until, run, type Running } from "./process.ts";

const WAV_RATE = 48_000;
const HEARING_RATE = 16_000;
/** Tones are sounded in beeps, as speech comes in syllables: a browser's noise suppression takes an even hum away. */
const BEEP_SECONDS = 0.35;
/** Between two beeps. */
export const SILENCE_SECONDS = 0.25;
const BEEPS = 20;

/** A mono 16-bit WAV of beeps at the given pitch in hertz; 12 s, made to be looped. */
export function beeps(hertz: number): Buffer {
  const period = BEEP_SECONDS + SILENCE_SECONDS;
  const samples = Math.round(period * BEEPS * WAV_RATE);
  const data = Buffer.alloc(samples * 2);
  for (let n = 0; n < samples; n += 1) {
    const inPeriod = (n / WAV_RATE) % period;
    const loud = inPeriod < BEEP_SECONDS ? Math.min(1, inPeriod / 0.02, (BEEP_SECONDS - inPeriod) / 0.02) : 0;
    data.writeInt16LE(Math.round(16_000 * loud * Math.sin((2 * Math.PI * hertz * n) / WAV_RATE)), n * 2);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(WAV_RATE, 24);
  head.writeUInt32LE(WAV_RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** Share (0…1) of the energy of the samples that lies at the given pitch (Goertzel's algorithm); 0 for silence. */
export function shareOfTone(samples: Int16Array, hertz: number, rate: number = HEARING_RATE): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [before, last, energy] = [0, 0, 0];
  for (const sample of samples) {
    const next = sample + turn * last - before;
    before = last;
    last = next;
    energy += sample * sample;
  }
  // A mean square under 100² of 32 768² is silence with dither, not sound.
  if (energy / Math.max(1, samples.length) < 100 * 100) return 0;
  const power = last * last + before * before - turn * last * before;
  return Math.min(1, (2 * power) / (samples.length * energy));
}

const WINDOW_SECONDS = 0.1;

/** Whether a tone sounds in the recording: at least a fifth of its tenths of a second are mostly that pitch. */
export function soundsIn(samples: Int16Array, hertz: number): boolean {
  const size = Math.round(WINDOW_SECONDS * HEARING_RATE);
  const windows = Math.floor(samples.length / size);
  let clear = 0;
  for (let n = 0; n < windows; n += 1) if (shareOfTone(samples.subarray(n * size, (n + 1) * size), hertz) > 0.5) clear += 1;
  return windows > 0 && clear >= windows / 5;
}

/** The longest stretch without the pitch beyond the silence between two beeps: ms from the first sample on, and how long it was. */
export function longestSilence(samples: Int16Array, hertz: number): { began: number; ms: number } {
  const size = Math.round(WINDOW_SECONDS * HEARING_RATE);
  let [longest, end, now] = [0, 0, 0];
  for (let n = 0; n < Math.floor(samples.length / size); n += 1) {
    now = shareOfTone(samples.subarray(n * size, (n + 1) * size), hertz) > 0.5 ? 0 : now + 1;
    if (now > longest) [longest, end] = [now, n + 1];
  }
  const ms = Math.max(0, Math.round((longest * WINDOW_SECONDS - SILENCE_SECONDS) * 1000));
  return { began: Math.round(end * WINDOW_SECONDS * 1000) - ms, ms };
}

export interface Ear {
  /** Environment of the browser that is to be heard. */
  readonly env: NodeJS.ProcessEnv;
  /** Listens for that many seconds from now: 16 kHz mono. */
  listen(seconds: number): Promise<Int16Array>;
  /** As `listen`; `began`: when the first sample sounded, by `performance.now()`. */
  listenFrom(seconds: number): Promise<{ readonly began: number; readonly samples: Int16Array }>;
}

export interface SoundHouse {
  readonly ears: readonly Ear[];
  stop(): Promise<void>;
}

function ear(folder: string, server: string, sink: string): Ear {
  const env = { ...process.env, PULSE_SERVER: server, PULSE_SINK: sink, HOME: folder, XDG_RUNTIME_DIR: folder };
  return {
    env: { PULSE_SERVER: server, PULSE_SINK: sink },
    async listen(seconds) {
      return (await this.listenFrom(seconds)).samples;
    },
    async listenFrom(seconds) {
      const wanted = Math.round(seconds * HEARING_RATE) * 2;
      const format = ["--format=s16le", `--rate=${HEARING_RATE}`, "--channels=1", "--latency-msec=50", "--raw"];
      const recorder = start("parec", [`--device=${sink}.monitor`, ...format], { env });
      const chunks: Buffer[] = [];
      let [heard, began] = [0, 0];
      recorder.child.stdout?.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        heard += chunk.length;
        if (heard === chunk.length) began = performance.now() - (heard / 2 / HEARING_RATE) * 1000;
      });
      await until("sound from the sink", () => (heard >= wanted || recorder.child.exitCode !== null ? true : null));
      await recorder.stop();
      if (heard < wanted) throw new Error(`parec ended early: ${recorder.output().slice(-500)}`);
      const bytes = Buffer.concat(chunks).subarray(0, wanted);
      return { began, samples: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + wanted)) };
    },
  };
}

/** Starts a sound server of its own with one sink for each name. */
export async function startSound(...names: readonly string[]): Promise<SoundHouse> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-sound-"));
  await chmod(folder, 0o700);
  const socket = join(folder, "socket");
  const sinks = names.flatMap((name) => ["-L", `module-null-sink sink_name=${name} rate=48000 channels=2`]);
  const door = ["-L", `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const quiet = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "--log-level=warn"];
  const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };
  const daemon: Running = start("pulseaudio", [...quiet, ...sinks, ...door], { env });
  const server = `unix:${socket}`;
  await until("the sound server", async () => {
    if (daemon.child.exitCode !== null) throw new Error(`pulseaudio ended: ${daemon.output()}`);
    return await run("pactl", ["--server", server, "info"], env).catch(() => null);
  });
  return {
    ears: names.map((name) => ear(folder, server, name)),
    async stop() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes the WAV of a pitch beside the other files of a test and returns its path. */
export async function toneFile(folder: string, hertz: number): Promise<string> {
  const path = join(folder, `tone-${hertz}.wav`);
  await writeFile(path, beeps(hertz));
  return path;
}
