/** This end's screen and microphone: the tracks, and what is to be said of them. */
import type { EndMedia } from "@minuta/contracts/wire";
import { askMicrophone, askScreen } from "./devices.ts";
import type { MicrophoneState, SharingState } from "./engine.ts";

export interface OwnMediaEvents {
  screen(track: MediaStreamTrack | null): void;
  microphone(track: MediaStreamTrack | null): void;
  changed(): void;
}

export class OwnMedia {
  sharing: SharingState = "off";
  microphone: MicrophoneState = "off";
  readonly #events: OwnMediaEvents;
  #screenTrack: MediaStreamTrack | null = null;
  #microphoneTrack: MediaStreamTrack | null = null;
  /** Numbers of the questions put to the browser: an answer to an earlier one comes too late (red stop, end of the call). */
  readonly #asked = { screen: 0, microphone: 0 };

  constructor(events: OwnMediaEvents) {
    this.#events = events;
  }

  /** What may be sent now: nothing that is blanked or muted. */
  get sendable(): { screen: MediaStreamTrack | null; microphone: MediaStreamTrack | null } {
    return {
      screen: this.sharing === "on" ? this.#screenTrack : null,
      microphone: this.microphone === "on" ? this.#microphoneTrack : null,
    };
  }

  /** What the other side and the journal are told. */
  get told(): Pick<EndMedia, "screen" | "microphone"> {
    return { screen: this.sharing === "asking" ? "off" : this.sharing, microphone: this.microphone === "asking" ? "off" : this.microphone };
  }

  /** Must be called from a click. */
  async shareScreen(): Promise<void> {
    if (this.sharing === "asking") return;
    const question = ++this.#asked.screen;
    if (this.#screenTrack === null) this.#setSharing("asking");
    const asked = await askScreen();
    if (question !== this.#asked.screen) return stop("track" in asked ? asked.track : null);
    if ("state" in asked) return this.#screenTrack === null ? this.#setSharing(asked.state) : undefined;
    stop(this.#screenTrack);
    this.#screenTrack = asked.track;
    asked.track.addEventListener("ended", () => {
      if (this.#screenTrack === asked.track) this.endSharing("stopped-by-browser");
    });
    this.#events.screen(asked.track);
    this.#setSharing("on");
  }

  /** `off`: by a command; `stopped-by-browser`: by the browser's own bar. */
  endSharing(state: "off" | "stopped-by-browser"): void {
    if (this.#screenTrack === null && this.sharing !== "asking") return;
    this.#asked.screen += 1;
    stop(this.#screenTrack);
    this.#screenTrack = null;
    this.#events.screen(null);
    this.#setSharing(state);
  }

  blank(hidden: boolean): void {
    if (this.#screenTrack !== null) this.#setSharing(hidden ? "blanked" : "on");
  }

  async setMicrophone(on: boolean): Promise<void> {
    if (this.microphone === "asking") return;
    if (this.#microphoneTrack !== null) return this.#setMicrophone(on ? "on" : "muted");
    if (!on) return;
    const question = ++this.#asked.microphone;
    this.#setMicrophone("asking");
    const asked = await askMicrophone();
    if (question !== this.#asked.microphone) return stop("track" in asked ? asked.track : null);
    if ("state" in asked) return this.#setMicrophone(asked.state);
    this.#microphoneTrack = asked.track;
    asked.track.addEventListener("ended", () => {
      if (this.#microphoneTrack === asked.track) this.#giveUpMicrophone("missing");
    });
    this.#events.microphone(asked.track);
    this.#setMicrophone("on");
  }

  /** Screen and microphone off at once. */
  stopEverything(): void {
    this.endSharing("off");
    if (this.#microphoneTrack !== null || this.microphone === "asking") this.#giveUpMicrophone("off");
  }

  #giveUpMicrophone(state: "off" | "missing"): void {
    this.#asked.microphone += 1;
    stop(this.#microphoneTrack);
    this.#microphoneTrack = null;
    this.#events.microphone(null);
    this.#setMicrophone(state);
  }

  #setSharing(state: SharingState): void {
    this.sharing = state;
    this.#events.changed();
  }

  #setMicrophone(state: MicrophoneState): void {
    this.microphone = state;
    if (this.#microphoneTrack !== null) this.#microphoneTrack.enabled = state === "on";
    this.#events.changed();
  }
}

function stop(track: MediaStreamTrack | null): void {
  track?.stop();
}
