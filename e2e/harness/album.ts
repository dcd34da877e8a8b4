/** What a demo leaves behind: numbered pictures of both screens, papers, a short film. */
import { spawnSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { start } from "./process.ts";
import type { Desk, Stage } from "./stage.ts";

const FRAMES_A_SECOND = 10;
/** What a page draws in passing (a window that opens, a letter that fades in) is over by then. */
const SETTLE_MS = 700;

export interface Album {
  readonly folder: string;
  /** How many pictures it has. */
  readonly pictures: number;
  /** Both screens as they are now: `NN-step-client.png` and `NN-step-consultant.png`. */
  screens(step: string): Promise<void>;
  /** One whole page from its top to its end, beyond the edge of the screen: `NN-step.png`. */
  page(step: string, page: Page): Promise<void>;
  paper(name: string, content: string | Uint8Array): Promise<void>;
  /** Films a desk's screen while `scene` plays: `name.mp4`. Without ffmpeg only plays the scene; answers whether there is a film. */
  film(name: string, desk: Desk, scene: () => Promise<void>): Promise<boolean>;
}

const canFilm = (): boolean => spawnSync("ffmpeg", ["-version"], { stdio: "ignore" }).status === 0;

/** Empties the folder and begins the album in it. */
export async function beginAlbum(folder: string, stage: Stage): Promise<Album> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const put = async (name: string, content: string | Uint8Array): Promise<void> => await writeFile(join(folder, name), content);
  let [steps, pictures] = [0, 0];
  const next = (step: string): string => {
    steps += 1;
    return `${String(steps).padStart(2, "0")}-${step}`;
  };
  return {
    folder,
    get pictures() {
      return pictures;
    },
    async screens(step) {
      const name = next(step);
      await sleep(SETTLE_MS);
      const [client, consultant] = await Promise.all([stage.client.screen.png(), stage.consultant.screen.png()]);
      await Promise.all([put(`${name}-client.png`, client), put(`${name}-consultant.png`, consultant)]);
      pictures += 2;
    },
    async page(step, page) {
      await sleep(SETTLE_MS);
      await put(`${next(step)}.png`, await page.screenshot({ fullPage: true }));
      pictures += 1;
    },
    paper: put,
    async film(name, { screen }, scene) {
      if (!canFilm()) {
        await scene();
        return false;
      }
      const grab = ["-f", "x11grab", "-framerate", String(FRAMES_A_SECOND), "-video_size", "1280x720", "-i", screen.display];
      const small = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p", "-movflags", "+faststart"];
      const camera = start("ffmpeg", ["-loglevel", "error", "-y", ...grab, ...small, join(folder, `${name}.mp4`)], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      try {
        await scene();
      } finally {
        // ffmpeg writes the end of the film when it is asked to stop.
        await camera.kill("SIGINT");
      }
      return true;
    },
  };
}
