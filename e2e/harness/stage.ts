/** Two desks with a screen and a loudspeaker each; the client's has a program open and a marker on it. */
import { startMarker, type Marker } from "./marker.ts";
import { SCREEN_HEIGHT, SCREEN_WIDTH, startScreen, type Place, type Screen } from "./screen.ts";
import { startSound, type Ear } from "./tone.ts";
import { startBrowser, type Browser, type BrowserWishes } from "./browser.ts";

export const CLIENT_PITCH = 440;
export const CONSULTANT_PITCH = 660;

/** The client's browser leaves the right of the screen to his own program and to the marker. */
export const CLIENT_PLACE: Place = { x: 0, y: 0, width: 960, height: SCREEN_HEIGHT };
const CONSULTANT_PLACE: Place = { x: 0, y: 0, width: SCREEN_WIDTH, height: SCREEN_HEIGHT };
const MARKER_X = 1010;
const MARKER_Y = 30;

export interface Desk {
  readonly screen: Screen;
  readonly ear: Ear;
  /** Opens a browser on this desk: with a voice and a willing screen unless wished otherwise. */
  openBrowser(wishes?: Partial<Omit<BrowserWishes, "screen" | "place">>): Promise<Browser>;
}

export interface Stage {
  readonly client: Desk;
  readonly consultant: Desk;
  readonly marker: Marker;
  stop(): Promise<void>;
}

function desk(screen: Screen, ear: Ear, habits: { place: Place; pitch: number }): Desk {
  return {
    screen,
    ear,
    openBrowser: async (wishes) =>
      await startBrowser({ screen, ear, place: habits.place, microphone: habits.pitch, picksScreen: true, ...wishes }),
  };
}

export async function startStage(): Promise<Stage> {
  const [left, right, sound] = await Promise.all([startScreen(), startScreen(), startSound("client", "consultant")]);
  const [clientEar, consultantEar] = sound.ears;
  if (clientEar === undefined || consultantEar === undefined) throw new Error("two loudspeakers were asked for");
  const marker = await startMarker(left, MARKER_X, MARKER_Y);
  await left.open("xcalc", ["-geometry", "240x300+1010+380"], "Calculator");
  return {
    client: desk(left, clientEar, { place: CLIENT_PLACE, pitch: CLIENT_PITCH }),
    consultant: desk(right, consultantEar, { place: CONSULTANT_PLACE, pitch: CONSULTANT_PITCH }),
    marker,
    async stop() {
      await marker.stop();
      await Promise.all([left.stop(), right.stop()]);
      await sound.stop();
    },
  };
}
