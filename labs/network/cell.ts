/** One cell of the table: a condition is built and proven, a call made in it is seen and heard, and its controls fail as they must. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { until } from "../../e2e/harness/process.ts";
import { CLIENT_PITCH, type Stage } from "../../e2e/harness/stage.ts";
import { longestSilence, SILENCE_SECONDS, soundsIn } from "../../e2e/harness/tone.ts";
import { firstPicture, goesBy, meet, pathOf, soundBothWays, type Call, type Lab } from "./call.ts";
import type { Condition } from "./conditions.ts";
import type { Coturn } from "./coturn.ts";
import type { Happening } from "./events.ts";
import { layCondition, probeControls, type Laid } from "./lay.ts";
import { ADDRESS } from "./spaces.ts";
import { longestGap, NUMBER_EVERY_MS, overlap, watch, type Watch } from "./watch.ts";

export interface Cell {
  readonly kind: "condition" | "event";
  readonly name: string;
  readonly words: string;
  readonly ok: boolean;
  /** Why not, in words. */
  readonly failure: string | null;
  /** Which way media went at the first picture, and when they had had time to find a better one. */
  readonly firstPath: string | null;
  readonly path: string | null;
  /** From the client's click that agrees to show his screen to the first number read from the consultant's. */
  readonly firstPictureMs: number | null;
  readonly event: Survived | null;
}

export interface Survived {
  readonly on: string;
  /** For so long nothing could come through. */
  readonly awayMs: number;
  /** The longest time without a new number from then on, and without the client's tone. */
  readonly pictureInterruptionMs: number | null;
  readonly voiceInterruptionMs: number | null;
  /** Evidence of both ends that lies where neither picture nor voice came, and what it costs by the lab's tariff. */
  readonly provenSeconds: number | null;
  readonly chargedKopecks: number | null;
}

const FAILURE_LENGTH = 300;
const FAILURES = fileURLToPath(new URL("../../reports/network", import.meta.url));
const BETTER_PATH_WITHIN_MS = 6000;
const LISTENING_SECONDS = 1.5;
/** What was under way when the cable was cut is still heard. */
const CUT_SETTLES_MS = 3000;
/** The picture is back when it has come steadily for so long. */
const STEADY_MS = 3000;
const STEADY_NUMBERS = 8;
const BACK_WITHIN_MS = 60_000;
/** An event shows its effect within this. */
const WATCHED_AT_LEAST_MS = 8000;
const EVIDENCE_SETTLES_MS = 6000;

const nothing = { failure: null, firstPath: null, path: null, firstPictureMs: null, event: null };

/** Plays a condition, or what happens in it; whatever goes wrong is the cell's failure. */
export async function playCell(lab: Lab, condition: Condition, happening: Happening | null): Promise<Cell> {
  const { name, words } = happening ?? condition;
  let so: Cell = { ...nothing, kind: happening === null ? "condition" : "event", name, words, ok: false };
  let laid: Laid | null = null;
  try {
    laid = await layCondition(lab, condition);
    const { coturn } = laid;
    await probeControls(lab.spaces, condition);
    const call = await meet(lab, condition);
    const watching = watch(lab.stage);
    try {
      const { ms, path } = await firstPicture(lab.stage, call, watching);
      so = { ...so, firstPictureMs: ms, firstPath: path };
      await soundBothWays(lab.stage);
      so = { ...so, path: await settledPath(call.client, condition.neverDirect ?? false) };
      if (coturn !== null) await goesBy(call, ADDRESS.coturn);
      if (happening === null) await cutControl(lab, watching);
      else so = { ...so, event: await survive(lab, { call, watching, happening, coturn }) };
      so = { ...so, ok: true };
    } finally {
      if (!so.ok) await keepPictures(lab.stage, name);
      await watching.stop();
      await call.leave();
    }
  } catch (error) {
    so = { ...so, failure: inAWord(error) };
  } finally {
    await laid?.takeAway();
  }
  return so;
}

/** The first line of what went wrong; Playwright tells the whole story after it. */
const inAWord = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, FAILURE_LENGTH) ?? "";

/** What was on the screens when a cell failed. */
async function keepPictures({ client, consultant }: Stage, name: string): Promise<void> {
  await mkdir(FAILURES, { recursive: true });
  for (const [who, { screen }] of Object.entries({ client, consultant })) {
    await writeFile(join(FAILURES, `${name}-${who}.png`), await screen.png());
  }
}

/** Where media go once a better path had its time to prove itself. */
async function settledPath(page: Page, neverDirect: boolean): Promise<string> {
  const end = performance.now() + BETTER_PATH_WITHIN_MS;
  let path = await pathOf(page);
  while (path !== "webrtc-direct" && performance.now() < end) {
    await sleep(200);
    path = await pathOf(page);
  }
  if (neverDirect && path === "webrtc-direct") throw new Error("control: a direct path is claimed where there cannot be one");
  return path;
}

/** With the client's cable out, no number drawn since and no tone may come: else what was seen and heard did not come through the net. */
async function cutControl({ spaces, stage }: Lab, watching: Watch): Promise<void> {
  await spaces.run("client", "ip", "link", "set", "eth0", "down");
  const cutAt = performance.now();
  await sleep(CUT_SETTLES_MS);
  const sound = await stage.consultant.ear.listen(LISTENING_SECONDS);
  if (watching.lastDrawnAt > cutAt) throw new Error("control: a number came that was drawn when the cable was out");
  if (soundsIn(sound, CLIENT_PITCH)) throw new Error("control: the client was heard although the cable was out");
}

interface Running {
  readonly call: Call;
  readonly watching: Watch;
  readonly happening: Happening;
  readonly coturn: Coturn | null;
}

/** Lets it happen, waits until picture and voices are back, and tells how long they were away and what was charged meanwhile. */
async function survive(lab: Lab, { call, watching, happening, coturn }: Running): Promise<Survived> {
  const { stage, product } = lab;
  const clock = Date.now() - performance.now();
  const began = performance.now();
  const heard = stage.consultant.ear.listenFrom((happening.awayMs + WATCHED_AT_LEAST_MS) / 1000);
  await happening.happen({ ...lab, coturn });
  await until(
    "the picture again",
    () => (performance.now() - began > WATCHED_AT_LEAST_MS && isSteady(watching.seenAt) ? true : null),
    BACK_WITHIN_MS,
  );
  const gap = longestGap(watching.seenAt, began);
  await soundBothWays(stage);
  await sleep(EVIDENCE_SETTLES_MS);
  const sound = await heard;
  const silence = longestSilence(sound.samples, CLIENT_PITCH);
  // The last number stood until another was due, and the voice may have been back for a pause before a beep was heard. Who hears is in a talk
  // though he sees nothing new, and the other way round.
  const nothingCame = overlap(
    { began: gap.began + NUMBER_EVERY_MS, ms: gap.ms - NUMBER_EVERY_MS },
    { began: sound.began + silence.began, ms: silence.ms - SILENCE_SECONDS * 1000 },
  );
  const at = (instant: number): Date => new Date(clock + instant);
  const charged = await product.money.chargedBetween(call.id, at(nothingCame.began), at(nothingCame.began + nothingCame.ms));
  return {
    on: happening.on,
    awayMs: happening.awayMs,
    pictureInterruptionMs: Math.round(gap.ms),
    voiceInterruptionMs: silence.ms,
    ...charged,
  };
}

function isSteady(seenAt: readonly number[]): boolean {
  const since = performance.now() - STEADY_MS;
  return seenAt.filter((at) => at > since).length >= STEADY_NUMBERS;
}
