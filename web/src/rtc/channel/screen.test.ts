/** The only reader of a shared screen: what it keeps of the frames that come, when it asks for more, and what whoever records is answered. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FilmAnswer } from "../messages.ts";
import { createScreen } from "./screen.ts";

const moment = (): Promise<void> => new Promise((resume) => setTimeout(resume, 10));
/** Frames the browser lent, and frames made of those, that nobody closed yet. */
const open = { lent: new Set<number>(), made: new Set<number>() };
const ports: MessagePort[] = [];

interface Lent {
  readonly number: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  close(): void;
}
class Made {
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly number: number;
  constructor({ number, displayWidth, displayHeight }: Lent) {
    [this.number, this.displayWidth, this.displayHeight] = [number, displayWidth, displayHeight];
    open.made.add(number);
  }
  close(): void {
    open.made.delete(this.number);
  }
}
beforeEach(() => void vi.stubGlobal("VideoFrame", Made));
afterEach(() => {
  vi.unstubAllGlobals();
  for (const frames of [open.lent, open.made]) frames.clear();
  for (const port of ports.splice(0)) port.close();
});

/** A port as the page sends it, whose messages are frames; `asked` counts how often the next was asked for. */
function sharedScreen() {
  let asked = 0;
  const port = { onmessage: null as ((event: { data: Lent }) => void) | null, postMessage: () => (asked += 1), close: vi.fn() };
  return {
    port: port as unknown as MessagePort,
    closed: port.close,
    asked: () => asked,
    come(number: number): void {
      open.lent.add(number);
      port.onmessage?.({ data: { number, displayWidth: 1280, displayHeight: 720, close: () => void open.lent.delete(number) } });
    },
  };
}

test("each frame is given back before the next is asked for; one made of the newest is kept, none of a screen that is shared no more", () => {
  let came = 0;
  const page = sharedScreen();
  const screen = createScreen(() => (came += 1));
  screen.follow(page.port);
  expect(screen.size()).toBeNull();
  for (const number of [1, 2, 3]) {
    page.come(number);
    expect([[...open.lent], [...open.made], page.asked()]).toEqual([[], [number], number]);
  }
  expect([came, screen.size(), screen.changed()]).toEqual([3, { width: 1280, height: 720 }, true]);
  screen.follow(null);
  expect([open.made.size, screen.size(), screen.changed()]).toEqual([0, null, false]);
});

test("a frame that comes after its screen is shared no more is given back, and no other asked for", () => {
  const page = sharedScreen();
  const screen = createScreen(() => {});
  screen.follow(page.port);
  screen.follow(null);
  page.come(1);
  expect([open.lent.size, open.made.size, page.asked(), page.closed.mock.calls.length]).toEqual([0, 0, 0, 1]);
});

test("whoever asks for a frame is always answered: with nothing when there is none, or none that can be copied", async () => {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const answers: FilmAnswer[] = [];
  port1.onmessage = ({ data }: MessageEvent<FilmAnswer>) => void answers.push(data);
  const page = sharedScreen();
  const screen = createScreen(() => {});
  screen.film(port2);
  screen.follow(page.port);
  port1.postMessage(-1);
  await moment();
  page.come(1);
  port1.postMessage(-1);
  await moment();
  expect(answers).toEqual([null, null]);
});
