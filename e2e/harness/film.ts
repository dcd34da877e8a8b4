/** A film on a page of any browser, as a person and his eyes have it: how long, how far it can be reached, what it shows at a second. */
import { writeFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
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
type OpenedFilm = z.infer<typeof opened>;

const glance = z.object({ waitedMs: z.number(), picture: z.string() });

interface Seen {
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
async function openFilm(page: AnyPage, path: string): Promise<OpenedFilm> {
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
async function lookAt(page: AnyPage, path: string, second: number): Promise<Seen> {
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

/** What the client's screen showed from when on, by this machine's clock; each number until the next one. */
export interface Shown {
  readonly number: number;
  readonly at: number;
}

/** How far the moment is from those at which the number was there, in seconds. */
function secondsOff(shown: readonly Shown[], number: number, moment: number): number {
  const [from, to] = [shown[number]?.at ?? Infinity, shown[number + 1]?.at ?? Infinity];
  return Math.max(0, from - moment, moment - to) / 1000;
}

/** A picture may come late to the other screen on a busy machine, but no other second's. */
const OFF_SECONDS_MAX = 1;
const SEEK_MS_MAX = 3_000;
const SHORT_SECONDS_MAX = 1;

export interface Film {
  /** In its address. */
  readonly path: string;
  /** When it begins, by this machine's clock. */
  readonly from: number;
  readonly seconds: number;
  /** Moments to be looked at. */
  readonly looks: readonly number[];
}

/** While one number gives way to the next neither can be read: a moment later one can. How many seconds later that was. */
async function readAt(page: AnyPage, path: string, second: number): Promise<{ number: number; waitedMs: number; later: number }> {
  const pictures: Buffer[] = [];
  for (const later of [0, 0.2, 0.4]) {
    const { number, waitedMs, png } = await lookAt(page, path, second + later);
    if (number !== null) return { number, waitedMs, later };
    pictures.push(png);
  }
  for (const [n, png] of pictures.entries()) await writeFile(test.info().outputPath(`no-number-${n}.png`), png);
  throw new Error(`${path} shows no number at its second ${second}`);
}

/** The film plays, all of it can be reached at once, and each moment of it shows what was on the client's screen then. */
export async function isWatched(page: AnyPage, { path, from, seconds, looks }: Film, shown: readonly Shown[]): Promise<void> {
  const film = await openFilm(page, path);
  expect(film.playedSeconds).toBeGreaterThan(0.5);
  expect(Math.abs(film.seconds - seconds), "the film is as long as what was recorded").toBeLessThanOrEqual(SHORT_SECONDS_MAX);
  expect(film.reachableSeconds, "all of it can be reached").toBeGreaterThanOrEqual(film.seconds - 0.1);
  for (const moment of looks) {
    const { number, waitedMs, later } = await readAt(page, path, (moment - from) / 1000);
    const second = (moment - from) / 1000 + later;
    expect
      .soft(secondsOff(shown, number, moment + later * 1000), `${number} at second ${second} of ${path}`)
      .toBeLessThanOrEqual(OFF_SECONDS_MAX);
    expect.soft(waitedMs, `the way to second ${second} of ${path}`).toBeLessThan(SEEK_MS_MAX);
  }
}
