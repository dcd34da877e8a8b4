/** What the client's screen shows while a path is measured: a numbered marker, a page of small text, and things that move. */
import { MARKER_VALUES, markerCells } from "../../e2e/harness/marker.ts";
import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../../e2e/harness/screen.ts";
import { openX11, type Area, type X11 } from "./x11.ts";

/** The marker of e2e/harness/marker.ts: a red frame of two units by one around 4×4 cells of eight units by four. */
const UNIT = { x: 6, y: 12 };
const CELL = { width: 8 * UNIT.x, height: 4 * UNIT.y };
const MARKER: Area = { x: 1050, y: 20, width: 36 * UNIT.x, height: 18 * UNIT.y };
/** Where the text stands. */
export const TEXT_PAGE: Area = { x: 48, y: 16, width: 978, height: 676 };

const LINE = 13;
const COLUMNS = TEXT_PAGE.width / 6;
const LINES = TEXT_PAGE.height / LINE;
const DRAGGED = { width: 420, height: 300 };
const TYPED_AT = { x: MARKER.x, y: 400 };

/** Centres of the marker's cells on the screen. */
export const markerPoints = Array.from({ length: 16 }, (_, cell) => ({
  x: MARKER.x + 2 * UNIT.x + ((cell % 4) + 0.5) * CELL.width,
  y: MARKER.y + UNIT.y + (Math.floor(cell / 4) + 0.5) * CELL.height,
}));

export interface Scene {
  /** Draws the next number and says which; with what else moves, in the same breath. */
  tick(move?: "type" | "scroll" | "drag"): number;
  /** Fills the page with other text. */
  turnPage(): void;
  /** Takes away what was typed and dragged. */
  tidy(): void;
  close(): void;
}

const words = "entry ledger account balance invoice posting period closed opened total tax vendor customer store amount date line".split(
  " ",
);

/** The same text in every run: a small generator of numbers. */
function randomText(): () => string {
  let state = 20_260_101;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return () => {
    let line = "";
    while (line.length < COLUMNS) line += random(3) === 0 ? `${random(1_000_000)}.${random(90) + 10} ` : `${words[random(words.length)]} `;
    return line.slice(0, COLUMNS);
  };
}

/** Covers the whole screen of `display`. */
export async function openScene(display: string): Promise<Scene> {
  const x11 = await openX11(display);
  const paper = x11.window({ x: 0, y: 0, width: SCREEN_WIDTH, height: SCREEN_HEIGHT }, 0xd8dde3);
  const pens = { ink: x11.pen(0x101010, 0xffffff), paper: x11.pen(0xffffff, 0xffffff) };
  const colors = { red: x11.pen(0xff0000, 0), black: x11.pen(0x000000, 0), white: x11.pen(0xffffff, 0), title: x11.pen(0x2f5f9f, 0) };
  const nextLine = randomText();
  const dragged = openDragged(x11, { ...pens, title: colors.title }, nextLine);
  let [number, step, typed] = [0, 0, ""];

  const writeLine = (index: number): void =>
    x11.write(paper, pens.ink, { x: TEXT_PAGE.x, y: TEXT_PAGE.y + index * LINE + 10, text: nextLine() });
  const turnPage = (): void => {
    x11.fill(paper, pens.paper, [TEXT_PAGE]);
    for (let index = 0; index < LINES; index += 1) writeLine(index);
  };
  const moves = {
    type(): void {
      if (typed.length >= 34) typed = "";
      typed += nextLine()[0] ?? "x";
      x11.write(paper, pens.ink, { ...TYPED_AT, text: typed.padEnd(36) });
    },
    scroll(): void {
      x11.scroll(paper, pens.paper, { area: TEXT_PAGE, up: LINE });
      x11.fill(paper, pens.paper, [{ ...TEXT_PAGE, y: TEXT_PAGE.y + TEXT_PAGE.height - LINE, height: LINE }]);
      writeLine(LINES - 1);
    },
    drag(): void {
      step += 1;
      dragged.move(300 + 220 * Math.cos(step / 15), 180 + 150 * Math.sin(step / 15));
    },
  };
  // The window may be mapped a moment after it is asked for; what is drawn before is lost.
  await new Promise((resolve) => setTimeout(resolve, 300));
  x11.fill(paper, colors.red, [MARKER]);
  turnPage();
  const scene: Scene = {
    tick(move) {
      number = (number + 1) % MARKER_VALUES;
      if (move !== undefined) moves[move]();
      const cells = markerCells(number).map((white, cell) => ({ white, ...cellArea(cell) }));
      x11.fill(
        paper,
        colors.white,
        cells.filter(({ white }) => white),
      );
      x11.fill(
        paper,
        colors.black,
        cells.filter(({ white }) => !white),
      );
      return number;
    },
    turnPage,
    tidy() {
      dragged.hide();
      typed = "";
      x11.write(paper, pens.ink, { ...TYPED_AT, text: "".padEnd(36) });
    },
    close: () => x11.close(),
  };
  scene.tick();
  return scene;
}

function cellArea(cell: number): Area {
  const x = MARKER.x + 2 * UNIT.x + (cell % 4) * CELL.width;
  return { x, y: MARKER.y + UNIT.y + Math.floor(cell / 4) * CELL.height, ...CELL };
}

type Pens = Record<"ink" | "paper" | "title", ReturnType<X11["pen"]>>;

/** A window with a title and text, made when it is first moved and drawn once: moving it is the X server's work, as with real programs. */
function openDragged(x11: X11, pens: Pens, nextLine: () => string): { move(x: number, y: number): void; hide(): void } {
  let window: number | null = null;
  const open = (x: number, y: number): number => {
    const made = x11.window({ x, y, ...DRAGGED }, 0xffffff);
    x11.fill(made, pens.title, [{ x: 0, y: 0, width: DRAGGED.width, height: 24 }]);
    for (let y = 44; y < DRAGGED.height - 6; y += LINE) x11.write(made, pens.ink, { x: 8, y, text: nextLine().slice(0, 66) });
    return made;
  };
  return {
    move(x, y) {
      const [left, top] = [TEXT_PAGE.x + Math.round(x), TEXT_PAGE.y + Math.round(y)];
      if (window === null) window = open(left, top);
      else x11.move(window, left, top);
    },
    hide() {
      if (window !== null) x11.hide(window);
      window = null;
    },
  };
}
