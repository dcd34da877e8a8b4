/** The channel worker: the page's orders to the end of the call, and back. A hidden page's own timers may sleep; a worker's do not. */
import "../../no-eval.ts";
import type { PageToWorker, WorkerToPage } from "../messages.ts";
import { CallEnd } from "./call-end.ts";

let end: CallEnd | null = null;
let tellFingerprint: (fingerprint: string) => void = () => {};
const fingerprint = new Promise<string>((resolve) => (tellFingerprint = resolve));

const tell = (message: WorkerToPage): void => self.postMessage(message);

function start({ origin, callId, side, personId }: Extract<PageToWorker, { t: "start" }>): void {
  end = new CallEnd({ origin, callId, side, personId, fingerprint, tell });
  self.addEventListener("online", () => end?.hurry());
}

function obey(to: CallEnd, order: Exclude<PageToWorker, { t: "start" }>): void {
  switch (order.t) {
    case "fingerprint":
      return tellFingerprint(order.fingerprint);
    case "media":
      return to.changeMedia({ screen: order.screen, microphone: order.microphone, path: order.path });
    case "screen":
      return to.pictures.sender.share(order.frames);
    case "film":
      return to.pictures.sender.film(order.port);
    case "microphone":
      return to.voice.speak(order.data);
    case "surface":
      return to.pictures.viewer.useSurface(order.surface);
    case "loudspeaker":
      return to.player.usePort(order.port);
    case "send":
      to.pictures.sendBy(order.pictures);
      return to.voice.enable(order.voice);
    case "lane":
      return to.pictures.useLane(order.channel);
    case "signal":
      return to.signal(order.signal);
    case "chat":
      return to.chat(order.id, order.text);
    case "probe-back":
      return to.probeBack(order.n);
    case "direct-came":
      return to.directCame(order);
    case "ice-servers-please":
      return to.askIceServers();
    case "doubt":
      return to.doubt();
    case "red-stop":
      return to.redStop();
    case "dispose":
      return void to.close().finally(() => self.close());
  }
}

self.addEventListener("message", ({ data: order }: MessageEvent<PageToWorker>) => {
  if (order.t === "start") start(order);
  else if (end !== null) obey(end, order);
});
