/**
 * How soon a change on the client's screen is on the consultant's, and how good it looks: our two paths beside a bare WebRTC page and
 * noVNC, in one run, round by round, on the same two X screens; on an open link, a slow one and one that loses packets.
 *
 *     npm run lab:call -- [--rounds 1] [--only relay,direct,bareWebrtc,novnc,novncTuned] [--links clean,slow,lossy]
 */
import { parseArgs } from "node:util";
import { startProduct } from "../../e2e/harness/product.ts";
import { startScreen } from "../../e2e/harness/screen.ts";
import { openEyes } from "./eyes.ts";
import { measure, quantile, type Follow, type Measured } from "./measure.ts";
import { links, openNetwork, type Link } from "./network.ts";
import { bareWebrtc, novnc, ours, type Ground, type Path } from "./paths.ts";
import { openScene } from "./scene.ts";

const paths: Readonly<Record<string, Path>> = {
  relay: ours("websocket"),
  direct: ours("webrtc-direct"),
  bareWebrtc,
  novnc: novnc(false),
  novncTuned: novnc(true),
};

type Row = Measured & { readonly firstPictureMs: number };

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: Object.keys(paths).join() },
    links: { type: "string", default: links.join() },
  },
});

async function oneRow(ground: Ground, path: Path): Promise<Row> {
  const { screens, network } = ground;
  const scene = await openScene(screens.client.display);
  const [client, consultant] = [openEyes(screens.client), openEyes(screens.consultant)];
  try {
    const opened = await path(ground);
    try {
      const measured = await measure({ scene, client, consultant, received: network.received });
      return { firstPictureMs: Math.round(opened.firstPictureMs), ...measured };
    } finally {
      await opened.close();
    }
  } finally {
    scene.close();
    client.close();
    consultant.close();
  }
}

const middle = (rows: readonly Row[], of: (row: Row) => number | null): number | null =>
  quantile(
    rows.map((row) => of(row) ?? Infinity),
    0.5,
  );

const moving = ["busy", "typing", "scroll", "drag"] as const;

/** Medians over the rounds. */
function summary(rows: readonly Row[]): Record<string, unknown> {
  const followed = (of: (row: Row) => Follow): Record<keyof Follow, number | null> => ({
    medianMs: middle(rows, (row) => of(row).medianMs),
    p95Ms: middle(rows, (row) => of(row).p95Ms),
    fps: middle(rows, (row) => of(row).fps),
    kbps: middle(rows, (row) => of(row).kbps),
  });
  return {
    firstPictureMs: middle(rows, (row) => row.firstPictureMs),
    ...followed(({ still }) => still),
    fps: middle(rows, ({ busy }) => busy.fps),
    lumaDb: middle(rows, (row) => row.lumaDb),
    pageSharpMs: middle(rows, (row) => row.pageSharpMs),
    ...Object.fromEntries(moving.map((name) => [name, followed((row) => row[name])])),
  };
}

async function main(): Promise<void> {
  const on = links.filter((link) => values.links.split(",").includes(link));
  const chosen = values.only.split(",").map((name) => [name, paths[name]] as const);
  const network = await openNetwork();
  const product = await startProduct({ withPast: false, host: "0.0.0.0" });
  const [client, consultant] = await Promise.all([startScreen(), startScreen()]);
  const ground: Ground = { network, product, screens: { client, consultant } };
  const rows: Record<string, Row[]> = {};
  const failed: string[] = [];
  const measure = async (round: number, link: Link): Promise<void> => {
    await network.use(link);
    for (const [name, path] of chosen) {
      if (path === undefined) throw new Error(`no path ${name}`);
      const row = await oneRow(ground, path).catch((error: unknown) => void failed.push(`${link} ${name}: ${String(error)}`));
      if (row === undefined) {
        console.error(failed.at(-1));
        continue;
      }
      (rows[`${link} ${name}`] ??= []).push(row);
      console.log(JSON.stringify({ round, link, path: name, ...row }));
    }
  };
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) for (const link of on) await measure(round, link);
  } finally {
    await Promise.all([client.stop(), consultant.stop()]);
    await product.stop();
    await network.close();
  }
  const tableOf = (link: Link): Record<string, unknown> =>
    Object.fromEntries(chosen.map(([name]) => [name, summary(rows[`${link} ${name}`] ?? [])]));
  const tables = { paths: tableOf("clean"), slow: tableOf("slow"), lossy: tableOf("lossy") };
  console.log(JSON.stringify({ lab: "call", rounds: Number(values.rounds), failed, ...tables }));
}

await main();
