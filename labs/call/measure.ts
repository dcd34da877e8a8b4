/** What is measured of a path that stands: still, typing, scrolling, dragging, a new page. One clock: this process draws and reads. */
import { setTimeout as sleep } from "node:timers/promises";
import { likeness, type Eyes } from "./eyes.ts";
import { TEXT_PAGE, type Scene } from "./scene.ts";

/** A page counts as sharp from this likeness on; noVNC's JPEG comes to 31.8. */
const SHARP_DB = 30;
const LOST_AFTER_MS = 2000;
const LOOK_EVERY_MS = 1;

/** Numbers drawn, and when each was seen at the other end. */
export interface Follow {
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  /** Different numbers seen a second. */
  readonly fps: number;
  readonly kbps: number;
}

export interface Measured {
  readonly still: Follow;
  readonly busy: Follow;
  readonly typing: Follow;
  readonly scroll: Follow;
  readonly drag: Follow;
  readonly lumaDb: number;
  /** Null when it did not become sharp. */
  readonly pageSharpMs: number | null;
}

export interface Stand {
  readonly scene: Scene;
  readonly client: Eyes;
  readonly consultant: Eyes;
  /** Bytes that have come to the consultant so far. */
  received(): number;
}

interface Course {
  readonly move?: "type" | "scroll" | "drag";
  readonly seconds: number;
  /** Milliseconds to the next number. */
  everyMs(): number;
}

/** What was drawn before and not seen was passed over for a newer one. */
function forgetThrough(drawnAt: Map<number, number>, at: number): void {
  for (const [number, drawn] of drawnAt) if (drawn <= at) drawnAt.delete(number);
}

/** Draws numbers for a while and watches for them. */
async function follow(stand: Stand, { move, seconds, everyMs }: Course): Promise<Follow> {
  const { scene, consultant } = stand;
  const drawnAt = new Map<number, number>();
  const delays: number[] = [];
  const began = performance.now();
  const bytesBefore = stand.received();
  let [nextAt, last] = [began, consultant.number()];
  const end = began + seconds * 1000;
  for (let now = began; now < end || (drawnAt.size > 0 && now < end + LOST_AFTER_MS); now = performance.now()) {
    if (now >= nextAt && now < end) {
      drawnAt.set(scene.tick(move), performance.now());
      nextAt = Math.max(nextAt + everyMs(), now - 100);
    }
    const seen = consultant.number();
    const at = seen === last ? undefined : drawnAt.get(seen ?? -1);
    last = seen ?? last;
    if (at !== undefined) {
      delays.push(performance.now() - at);
      forgetThrough(drawnAt, at);
    }
    await sleep(LOOK_EVERY_MS);
  }
  const tookMs = performance.now() - began;
  return {
    medianMs: quantile(delays, 0.5),
    p95Ms: quantile(delays, 0.95),
    fps: round((delays.length * 1000) / tookMs),
    kbps: round(((stand.received() - bytesBefore) * 8) / tookMs),
  };
}

/** A new page of small text: when it is sharp at the other end, and how sharp it becomes. */
async function turnPage({ scene, client, consultant }: Stand): Promise<{ sharpMs: number | null; db: number }> {
  scene.turnPage();
  scene.tick();
  const began = performance.now();
  let sharpMs: number | null = null;
  await sleep(10);
  const original = client.lightness(TEXT_PAGE);
  while (performance.now() - began < 2000) {
    const db = likeness(original, consultant.lightness(TEXT_PAGE));
    if (db >= SHARP_DB) {
      sharpMs = performance.now() - began;
      break;
    }
    await sleep(4);
  }
  await sleep(1000);
  return { sharpMs, db: likeness(original, consultant.lightness(TEXT_PAGE)) };
}

const PAGES = 5;

/** All of it, some 20 seconds. */
export async function measure(stand: Stand): Promise<Measured> {
  const still = await follow(stand, { seconds: 3, everyMs: () => 110 + Math.random() * 120 });
  const busy = await follow(stand, { seconds: 2, everyMs: () => 1000 / 60 });
  const typing = await follow(stand, { move: "type", seconds: 2, everyMs: () => 80 + Math.random() * 80 });
  const scroll = await follow(stand, { move: "scroll", seconds: 3, everyMs: () => 1000 / 30 });
  await sleep(800);
  const drag = await follow(stand, { move: "drag", seconds: 2, everyMs: () => 1000 / 30 });
  stand.scene.tidy();
  await sleep(1000);
  const pages = [];
  for (let page = 0; page < PAGES; page += 1) pages.push(await turnPage(stand));
  const sharp = pages.map(({ sharpMs }) => sharpMs ?? Infinity).toSorted((a, b) => a - b)[PAGES >> 1] ?? Infinity;
  return {
    still,
    busy,
    typing,
    scroll,
    drag,
    lumaDb: round(
      quantile(
        pages.map(({ db }) => db),
        0.5,
      ) ?? 0,
    ),
    pageSharpMs: Number.isFinite(sharp) ? round(sharp) : null,
  };
}

export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return found === undefined ? null : round(found);
}

const round = (value: number): number => Math.round(value * 10) / 10;
