/** The only reader of a shared screen: when it asks for frames, what it keeps of them, and what whoever records is answered. */
import { afterEach, expect, test } from "vitest";
import type { FilmAnswer } from "../messages.ts";
import { createScreen } from "./screen.ts";

const moment = (): Promise<void> => new Promise((resume) => setTimeout(resume, 10));
const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** Frames as the page sends them: `asked` counts how many were asked for, `echo` repeats what it is told once `on` says so. */
function sentScreen({ echoes }: { echoes: boolean }) {
  const closed: number[] = [];
  const told: unknown[] = [];
  let asked = 0;
  let give: (frame: VideoFrame) => void = () => {};
  const frames = new ReadableStream<VideoFrame>(
    {
      pull(controller) {
        asked += 1;
        return new Promise<void>((given) => {
          give = (frame) => {
            controller.enqueue(frame);
            given();
          };
        });
      },
    },
    { highWaterMark: 0 },
  );
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.onmessage = ({ data }) => {
    told.push(data);
    if (echoes) port1.postMessage(data);
  };
  const frame = (number: number) => ({ displayWidth: 1280, displayHeight: 720, close: () => void closed.push(number) }) as VideoFrame;
  return {
    sent: { frames, echo: port2 },
    closed,
    told,
    asked: () => asked,
    come: async (number: number) => {
      give(frame(number));
      await moment();
    },
  };
}

test("nothing is asked of a screen before the page has repeated two words: until then its stream is on its way", async () => {
  const page = sentScreen({ echoes: false });
  createScreen(() => {}).follow(page.sent);
  await moment();
  expect([page.told.length, page.asked()]).toEqual([1, 0]);

  const other = sentScreen({ echoes: true });
  createScreen(() => {}).follow(other.sent);
  await moment();
  expect([other.told.length, other.asked()]).toEqual([2, 1]);
});

test("one frame is kept, the newest; none of a screen that is shared no more", async () => {
  let came = 0;
  const page = sentScreen({ echoes: true });
  const screen = createScreen(() => (came += 1));
  screen.follow(page.sent);
  await moment();
  expect(screen.size()).toBeNull();
  for (const number of [1, 2, 3]) await page.come(number);
  expect([came, page.closed, screen.size(), screen.changed()]).toEqual([3, [1, 2], { width: 1280, height: 720 }, true]);
  screen.follow(null);
  expect([page.closed, screen.size(), screen.changed()]).toEqual([[1, 2, 3], null, false]);
});

test("a screen that is shared no more before its stream arrived is never read", async () => {
  const page = sentScreen({ echoes: true });
  const screen = createScreen(() => {});
  screen.follow(page.sent);
  screen.follow(null);
  await moment();
  expect(page.asked()).toBe(0);
});

test("whoever asks for a frame is always answered: with nothing when there is none, or none that can be copied", async () => {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const answers: FilmAnswer[] = [];
  port1.onmessage = ({ data }: MessageEvent<FilmAnswer>) => void answers.push(data);
  const page = sentScreen({ echoes: true });
  const screen = createScreen(() => {});
  screen.film(port2);
  screen.follow(page.sent);
  port1.postMessage(-1);
  await moment();
  await page.come(1);
  port1.postMessage(-1);
  await moment();
  expect(answers).toEqual([null, null]);
});
