/** A film on a page of any browser, as a person and his eyes have it: how long, how far it can be reached, what it shows at a second. */
import { PNG } from "pngjs";
import { z } from "zod";
import { readMarker } from "./marker.ts";
import { SCREEN_WIDTH } from "./screen.ts";
import { CLIENT_PLACE } from "./stage.ts";

/** Of the client's screen: his browser may show the marker too, small and late. */
const BROWSER_SHARE = CLIENT_PLACE.width / SCREEN_WIDTH;

/** A page of Playwright's or of Puppeteer's. */
export interface AnyPage {
  evaluate(script: string): Promise<unknown>;
}

const opened = z.object({ seconds: z.number(), reachableSeconds: z.number(), playedSeconds: z.number() });
export type OpenedFilm = z.infer<typeof opened>;

const glance = z.object({ waitedMs: z.number(), picture: z.string() });

export interface Seen {
  /** From the wish to be there until the picture was there. */
  readonly waitedMs: number;
  /** The number of the marker on the client's screen; null: there is none, or it cannot be read for certain. */
  readonly number: number | null;
  readonly png: Buffer;
}

/** Runs in the page: `film` is the video, `once` waits for an event of it; what the film cannot do is thrown with its own words. */
const withFilm = (path: string, body: string): string => `(async () => {
  const film = document.querySelector('video[src*="${path}"]');
  const once = (event) => new Promise((come, fail) => {
    film.addEventListener(event, come, { once: true });
    film.addEventListener("error", () => fail(new Error(film.error?.message)), { once: true });
  });
  ${body}
})()`;

/** Plays the film whose address has `path` in it (and no quote) for a moment, and stops it. */
export async function openFilm(page: AnyPage, path: string): Promise<OpenedFilm> {
  const script = `
    film.muted = true;
    const began = once("playing");
    await film.play();
    await began;
    await new Promise((over) => setTimeout(over, 1500));
    film.pause();
    const reachableSeconds = film.seekable.length === 1 && film.seekable.start(0) === 0 ? film.seekable.end(0) : 0;
    return { seconds: film.duration, reachableSeconds, playedSeconds: film.currentTime };`;
  return opened.parse(await page.evaluate(withFilm(path, script)));
}

/** Goes to that second of an opened film and looks. */
export async function lookAt(page: AnyPage, path: string, second: number): Promise<Seen> {
  const script = `
    const from = performance.now();
    const there = once("seeked");
    film.currentTime = ${second};
    await there;
    const waitedMs = performance.now() - from;
    const left = film.videoWidth * ${BROWSER_SHARE};
    const canvas = Object.assign(document.createElement("canvas"), { width: film.videoWidth - left, height: film.videoHeight });
    canvas.getContext("2d").drawImage(film, -left, 0);
    return { waitedMs, picture: canvas.toDataURL("image/png").split(",")[1] };`;
  const { waitedMs, picture } = glance.parse(await page.evaluate(withFilm(path, script)));
  const png = Buffer.from(picture, "base64");
  const { width, height, data } = PNG.sync.read(png);
  return { waitedMs, number: readMarker({ width, height, rgba: data }), png };
}

const LOOK_EVERY_SECONDS = 0.5;

/** Every number that can be read in the film, from its first second to its last. */
export async function numbersIn(page: AnyPage, path: string): Promise<Set<number>> {
  const { seconds } = await openFilm(page, path);
  const numbers = new Set<number>();
  for (let second = 0; second < seconds; second += LOOK_EVERY_SECONDS) {
    const { number } = await lookAt(page, path, second);
    if (number !== null) numbers.add(number);
  }
  return numbers;
}
