/**
 * `npm run lab:network`: calls between real browsers through every kind of network, each seen by pixels and heard by ear.
 * `-- --only open,udp-blocked` plays some of the cells; `-- --table` writes docs/network.md from the newest outcome of each.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startStage } from "../../e2e/harness/stage.ts";
import type { Lab } from "./call.ts";
import { playCell, type Cell } from "./cell.ts";
import { plan } from "./plan.ts";
import { lineOf, summaryOf } from "./report.ts";
import { startLabProduct } from "./product.ts";
import { keep, writeTable } from "./table.ts";
import { ADDRESS, buildSpaces, SERVER_NAME, whyNot } from "./spaces.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, table: { type: "boolean", default: false } } });
const only = values.only?.split(",");

async function buildLab(): Promise<Lab & { stop(): Promise<void> }> {
  const spaces = await buildSpaces();
  const undo: (() => Promise<void>)[] = [() => spaces.tearDown()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step().catch((error: unknown) => console.error(error));
  };
  try {
    await spaces.serve("net", "dns.ts", { at: ADDRESS.dns, name: SERVER_NAME, address: ADDRESS.server });
    const product = await startLabProduct(spaces);
    await spaces.serve("net", "stranger.ts", { addresses: [ADDRESS.stranger, ADDRESS.otherStranger], ...product.certificate });
    undo.push(() => product.stop());
    const stage = await startStage();
    undo.push(() => stage.stop());
    const folder = await mkdtemp(join(tmpdir(), "minuta-lab-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    return { spaces, product, stage, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main(): Promise<void> {
  const obstacle = await whyNot();
  if (obstacle !== null) {
    console.log(`The lab cannot be built here: ${obstacle}.`);
    console.log(JSON.stringify(summaryOf([], obstacle)));
    process.exitCode = 1;
    return;
  }
  const lab = await buildLab();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // Whatever is under way fails now, and need not be told.
      process.removeAllListeners("uncaughtException").on("uncaughtException", () => undefined);
      void lab.stop().finally(() => process.exit(1));
    });
  }
  const cells: Cell[] = [];
  try {
    for (const { condition, happening } of plan(only)) {
      const began = performance.now();
      const cell = await playCell(lab, condition, happening);
      cells.push(cell);
      await keep([cell]);
      console.log(`${lineOf(cell)}   (${Math.round((performance.now() - began) / 1000)} s)`);
    }
  } finally {
    await lab.stop();
  }
  if (values.table) await writeTable(await keep([]));
  console.log(JSON.stringify(summaryOf(cells)));
}

await main();
process.exit();
