/** Pictures of both directions and the ways they take: over the relay under the keys that stand, or straight between the pages. */
import type { PictureRoute } from "../messages.ts";
import type { PictureSize } from "./codecs.ts";
import { DirectLane, type AboutPictures } from "./direct-lane.ts";
import { PictureSender, type PictureWay, type Watcher } from "./picture-sender.ts";
import { PictureViewer, RELAY } from "./picture-viewer.ts";

export interface PicturesEvents {
  /** About pictures that took the relay, to the other end. */
  say(signal: AboutPictures): void;
  shown(): void;
  /** The first picture after a break is shown; `drawn`: its number. */
  began(picture: PictureSize & { readonly direct: boolean; readonly drawn: number }): void;
}

export class Pictures {
  readonly sender = new PictureSender();
  readonly viewer = new PictureViewer({
    arrived: (sequence, from) => this.#say(from, { t: "arrived", sequence }),
    shown: (from) => {
      this.straight = from !== RELAY;
      this.#events.shown();
    },
    beganShowing: (size, from) => this.#events.began({ ...size, direct: from !== RELAY, drawn: this.viewer.drawn }),
    askKeyFrame: (from) => this.#say(from, { t: "key-frame-please" }),
  });
  /** The last picture of what is shared came straight: it is seen though there may be no keys just now. */
  straight = false;
  readonly #events: PicturesEvents;
  /** Who would see what goes out over the relay, and straight; null: nobody. */
  readonly #watchers: Record<PictureRoute, Watcher | null> = { relay: null, direct: null };
  #route: PictureRoute | null = null;
  #lane: DirectLane | null = null;
  #otherShows: readonly string[] = [];

  constructor(events: PicturesEvents) {
    this.#events = events;
  }

  /** Where the shared screen goes; null: nowhere. */
  sendBy(route: PictureRoute | null): void {
    this.#route = route;
    this.#meetWatcher();
  }

  /** The way over the relay, with the keys that stand now, to an end that shows these codecs. */
  meet(relay: PictureWay, shows: readonly string[]): void {
    this.#otherShows = shows;
    this.#watchers.relay = { way: relay, shows };
    this.#meetWatcher();
  }

  /** There are no keys just now. */
  forgetRelay(): void {
    this.#watchers.relay = null;
    this.#meetWatcher();
    this.viewer.relayAnew();
  }

  /** A channel to the page the other end has open now; null: there is none any more. */
  useLane(channel: RTCDataChannel | null): void {
    this.#lane?.close();
    this.straight = false;
    this.viewer.directAnew();
    this.#lane =
      channel &&
      new DirectLane(channel, {
        picture: (arrived) => this.viewer.show(arrived),
        told: (signal) => this.hear("direct", signal),
      });
    this.#watchers.direct = this.#lane && { way: this.#lane, shows: this.#otherShows };
    this.#meetWatcher();
  }

  /** What is said on another way than the one they go is of the past. */
  hear(route: PictureRoute, signal: AboutPictures): void {
    if (route !== this.#route) return;
    if (signal.t === "arrived") this.sender.arrived(signal.sequence);
    else this.sender.keyFrame();
  }

  /** Asks the other end for a picture over the relay. */
  askRelay(): void {
    this.#events.say({ t: "key-frame-please" });
  }

  /** The relay let some fall. */
  dropped(): void {
    if (this.#route === "relay") this.sender.dropped();
  }

  #meetWatcher(): void {
    this.sender.meet(this.#route && this.#watchers[this.#route]);
  }

  #say(from: number, signal: AboutPictures): void {
    if (from === RELAY) this.#events.say(signal);
    else this.#lane?.tell(signal);
  }
}
