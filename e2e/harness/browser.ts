/** A headful Chromium of Debian's on a given X screen, as a person would run it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { until } from "./process.ts";
import type { Place, Screen } from "./screen.ts";
import { toneFile, type Ear } from "./tone.ts";

export const CHROMIUM = "/usr/bin/chromium";

export interface BrowserWishes {
  readonly screen: Screen;
  readonly place: Place;
  /** Where its sound goes; without one the browser is mute. */
  readonly ear?: Ear;
  /** Pitch in hertz of its microphone; `none`: the computer has no microphone; `ask`: there is one, but nobody answers the browser's question. */
  readonly microphone: number | "none" | "ask";
  /** Whether the whole screen is picked by itself in the browser's "what to share" window; otherwise the window stays open. */
  readonly picksScreen: boolean;
  readonly locale?: string;
  /** Another program that is Chromium in the end, for instance in a network of its own. */
  readonly program?: string;
  readonly flags?: readonly string[];
  readonly proxy?: { readonly server: string; readonly username?: string; readonly password?: string };
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the pages complained about so far. */
  readonly complaints: readonly string[];
  /** Ends the browser at once, as a power cut would: no goodbye to any server. */
  powerCut(): Promise<void>;
  close(): Promise<void>;
}

const ACTION_PATIENCE_MS = 30_000;
const MICROPHONE_PITCH_WHEN_ASKED = 550;

/** Features that only cost: pages of the address bar's own, of which each window keeps two alive. The rest is Playwright's list, which this one replaces. */
const unwanted = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

/** Flags every browser of the tests has: no traffic of its own, no first-run windows, sound without a click. */
export const quietFlags: readonly string[] = [
  "--disable-quic",
  `--disable-features=${unwanted.join(",")}`,
  "--disable-background-networking",
  "--disable-component-update",
  "--no-default-browser-check",
  "--no-first-run",
  "--disable-search-engine-choice-screen",
  "--autoplay-policy=no-user-gesture-required",
  ...(process.getuid?.() === 0 ? ["--no-sandbox", "--test-type"] : []),
];

async function microphoneFlags(wish: BrowserWishes["microphone"], folder: string): Promise<string[]> {
  if (wish === "none") return [];
  const file = await toneFile(folder, wish === "ask" ? MICROPHONE_PITCH_WHEN_ASKED : wish);
  const fake = ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${file}`];
  return wish === "ask" ? fake : [...fake, "--auto-accept-camera-and-microphone-capture"];
}

/** A profile that offers neither to keep passwords nor to translate: such bubbles cover the page. */
async function makeProfile(folder: string): Promise<string> {
  const profile = join(folder, "profile");
  await mkdir(join(profile, "Default"), { recursive: true });
  const wishes = { credentials_enable_service: false, profile: { password_manager_enabled: false }, translate: { enabled: false } };
  await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(wishes));
  return profile;
}

/** Starts a browser with an empty profile of its own. */
export async function startBrowser(wishes: BrowserWishes): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-browser-"));
  const { x, y, width, height } = wishes.place;
  const context = await chromium.launchPersistentContext(await makeProfile(folder), {
    executablePath: wishes.program ?? CHROMIUM,
    headless: false,
    viewport: null,
    locale: wishes.locale ?? "ru-RU",
    env: { ...wishes.screen.env, ...wishes.ear?.env },
    ...(wishes.proxy === undefined ? {} : { proxy: wishes.proxy }),
    args: [
      ...quietFlags,
      ...(await microphoneFlags(wishes.microphone, folder)),
      ...(wishes.picksScreen ? ["--auto-select-desktop-capture-source=Entire screen"] : []),
      ...(wishes.ear === undefined ? ["--mute-audio"] : []),
      `--window-position=${x},${y}`,
      `--window-size=${width},${height}`,
      ...(wishes.flags ?? []),
    ],
  });
  context.setDefaultTimeout(ACTION_PATIENCE_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(error.error().stack ?? error.error().message));
  context.on("console", (line) => {
    if (line.type() === "error") complaints.push(line.text());
  });
  return {
    context,
    page,
    complaints,
    async powerCut() {
      const devtools = await context.newCDPSession(page);
      await devtools.send("Browser.crash").catch(() => undefined);
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
    async close() {
      await context.close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Where the button of the browser's own bar "… is sharing your screen" is, from the bar's right and top edges. */
const STOP_BUTTON_FROM_RIGHT = 117;
const STOP_BUTTON_FROM_TOP = 28;

/** Ends sharing as a person may: by the button of the browser's own bar, with the mouse of that screen. */
export async function stopSharingByBar(screen: Screen): Promise<void> {
  const bar = await until("the browser's sharing bar", async () => {
    return await screen.xdotool("search", "--onlyvisible", "--name", "is sharing your screen").catch(() => null);
  });
  const geometry = await screen.xdotool("getwindowgeometry", "--shell", bar);
  const width = Number(/WIDTH=(\d+)/.exec(geometry)?.[1]);
  const [x, y] = [String(width - STOP_BUTTON_FROM_RIGHT), String(STOP_BUTTON_FROM_TOP)];
  await screen.xdotool("mousemove", "--window", bar, x, y, "click", "1");
}

/** Two Escapes within a moment are the product's red stop: presses are further apart than that. */
const ESCAPE_EVERY_MS = 1500;

/** Answers the question the browser is asking ("what to share", "use the microphone") with Escape, again until `answered`. */
export async function dismissQuestion(screen: Screen, answered: () => Promise<boolean>): Promise<void> {
  let pressed = Number.NEGATIVE_INFINITY;
  await until("the browser's question dismissed", async () => {
    if (await answered()) return true;
    if (performance.now() - pressed < ESCAPE_EVERY_MS) return null;
    await screen.xdotool("key", "Escape");
    pressed = performance.now();
    return null;
  });
}
