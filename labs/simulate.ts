/**
 * The meter's lives by the thousand: `npm run lab:simulate -- --seeds 2000`; `--seed 17` lives one again and tells what
 * happened in it; `--first` ends with the first that fails.
 * Every life is judged step by step by an independent model; see server/src/simulation.
 */
import { parseArgs } from "node:util";
import { startTestPostgres } from "@minuta/server/testing";
import { openArena, simulate, type Outcome } from "@minuta/server/simulation";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    first: { type: "boolean", default: false },
  },
});
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
/** Databases side by side: while one writes, the other thinks. */
const ARENAS = 4;

const stop = await startTestPostgres();
const began = performance.now();
const failed: Outcome[] = [];
const news: Record<string, number> = {};
let faults = 0;
let next = first;

async function live(): Promise<void> {
  const arena = await openArena();
  while (next < first + count && !(values.first && failed.length > 0)) {
    const seed = next;
    next += 1;
    const outcome = await simulate(arena, seed);
    faults += outcome.faults;
    for (const [topic, count] of outcome.news) news[topic] = (news[topic] ?? 0) + count;
    if (outcome.wrong.length > 0) failed.push(outcome);
    if (outcome.wrong.length > 0) console.log(`seed ${seed}: ${outcome.wrong.join("; ")}`);
    if (values.seed !== undefined) console.log(outcome.trace.join("\n"));
  }
  await arena.close();
}

await Promise.all(Array.from({ length: Math.min(ARENAS, count) }, live));
await stop();
console.log(
  JSON.stringify({
    lab: "simulate",
    seeds: count,
    failures: failed.length,
    failedSeeds: failed.map(({ seed }) => seed).sort((a, b) => a - b),
    faults,
    news,
    seconds: Math.round((performance.now() - began) / 1000),
  }),
);
if (failed.length > 0) process.exitCode = 1;
