/** Lives of the meter made up from seeds, on a PostgreSQL started for them: what `npm run lab:simulate` and the database tests run. */
import type { Arena } from "./arena.ts";
import { Life } from "./life.ts";

export { openArena, type Arena } from "./arena.ts";

export interface Outcome {
  readonly seed: number;
  /** What went wrong; empty when nothing did. */
  readonly wrong: readonly string[];
  /** What happened, for whoever looks for the reason. */
  readonly trace: readonly string[];
  /** How often each news was told, and how many faults struck. */
  readonly news: ReadonlyMap<string, number>;
  readonly faults: number;
}

export async function simulate(arena: Arena, seed: number): Promise<Outcome> {
  await arena.reset();
  const life = new Life(arena, seed);
  try {
    await life.live();
  } catch (error) {
    life.wrong.push(`the simulation stopped: ${String(error instanceof Error ? error.stack : error)}`);
  }
  return { seed, wrong: life.wrong, trace: life.trace, news: life.news, faults: life.faults };
}
