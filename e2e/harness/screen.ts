/** A real X screen: Xvfb with a window manager, its pixels readable at any moment. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { parseWindowDump, readDumpRows, type Pixels, type Rows } from "./pixels.ts";
import { run, start, until, type Running } from "./process.ts";

export const SCREEN_WIDTH = 1280;
export const SCREEN_HEIGHT = 720;

/** Where a window stands on a screen, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Screen {
  /** `:N`, for DISPLAY. */
  readonly display: string;
  /** Environment of a program that is to appear on this screen. */
  readonly env: NodeJS.ProcessEnv;
  /** The screen as it is now, or some rows of it (from the frame buffer's file: a few milliseconds, no X request). */
  pixels(rows?: Rows): Promise<Pixels>;
  /** The file Xvfb keeps those pixels in, for a reader in more haste than `pixels`. */
  readonly pixelsFile: string;
  png(): Promise<Buffer>;
  /** Presses keys, moves the mouse: arguments of xdotool. Returns what it printed. */
  xdotool(...args: string[]): Promise<string>;
  /** Starts a program on this screen and waits for the window whose title matches the pattern. */
  open(command: string, args: readonly string[], title: string): Promise<Running>;
  stop(): Promise<void>;
}

async function displayNumber(server: Running): Promise<string> {
  let digits = "";
  server.child.stdio[3]?.on("data", (chunk: Buffer) => {
    digits += chunk.toString("utf8");
  });
  return await until("an X display", () => {
    if (server.child.exitCode !== null) throw new Error(`Xvfb ended: ${server.output()}`);
    return digits.endsWith("\n") ? digits.trim() : null;
  });
}

/** Starts a screen of 1280×720×24 on a free display number. */
export async function startScreen(): Promise<Screen> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-screen-"));
  const size = `${SCREEN_WIDTH}x${SCREEN_HEIGHT}x24`;
  const server = start("Xvfb", ["-displayfd", "3", "-screen", "0", size, "-fbdir", folder, "-noreset", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const display = `:${await displayNumber(server)}`;
  const env = { ...process.env, DISPLAY: display };
  const manager = start("openbox", ["--sm-disable", "--startup", "echo the manager stands"], { env });
  // A window that opens while the manager starts may stay hidden for ever.
  await until("the window manager", () => (manager.output().includes("the manager stands") ? true : null));
  const programs: Running[] = [manager];
  const pixelsFile = join(folder, "Xvfb_screen0");
  const pixels = async (rows?: Rows): Promise<Pixels> =>
    rows === undefined ? parseWindowDump(await readFile(pixelsFile)) : await readDumpRows(pixelsFile, rows);
  const xdotool = async (...args: string[]): Promise<string> => (await run("xdotool", args, env)).trim();
  return {
    display,
    env,
    pixels,
    pixelsFile,
    async png() {
      const { width, height, rgba } = await pixels();
      const image = new PNG({ width, height });
      image.data.set(rgba);
      return PNG.sync.write(image);
    },
    xdotool,
    async open(command, args, title) {
      const program = start(command, args, { env });
      programs.push(program);
      await until(`the window "${title}"`, async () => {
        if (program.child.exitCode !== null) throw new Error(`${command} ended: ${program.output()}`);
        return await xdotool("search", "--onlyvisible", "--name", title).catch(() => null);
      });
      return program;
    },
    async stop() {
      for (const program of programs.toReversed()) await program.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
