/** A few calls of the lab of networks in every check. Where no lab can be built the one test says why, and proves it. */
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { whyNot } from "./spaces.ts";

/** One address and one port of the server on both sides; a direct way whose end moves within the call. */
const PLAYED = ["server-443-both", "client-address"];
const PLAYED_WITHIN_MS = 420_000;
/** What the table of docs/network.md says is far better; two busy cores take their time. */
const AWAY_AT_MOST_MS = 10_000;

const obstacle = await whyNot();

async function callsConnectAndLast(): Promise<void> {
  const lab = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [lab, "--only", PLAYED.join(",")]);
  const last = stdout.trim().split("\n").at(-1) ?? "";
  expect(last, `${stdout}\n${stderr}`).toMatch(/^\{/);
  expect(JSON.parse(last)).toMatchObject({
    conditions: 1,
    connected: 1,
    events: 1,
    survived: 1,
    cells: [
      { failure: null, path: "webrtc-relay" },
      { failure: null, path: "webrtc-direct", event: { pictureInterruptionMs: expect.toSatisfy((ms) => ms < AWAY_AT_MOST_MS) } },
    ],
  });
}

/** Asked of the machine in other words than the lab's own. */
function noNetworksCanBeMade(): void {
  console.log(`No calls through networks are played here: ${obstacle}.`);
  const programs = ["tc", "ethtool", "conntrack", "openssl"].map((program) => `command -v ${program}`);
  const trial = ["nft add table ip trial", "ip link add trial0 type veth peer name trial1", ...programs].join(" && ");
  expect(spawnSync("unshare", ["--net", "sh", "-c", trial]).status).not.toBe(0);
}

const [what, tried] =
  obstacle === null
    ? [`calls connect and last, ${PLAYED.join(", ")}`, callsConnectAndLast]
    : [`no calls are played here: ${obstacle}`, noNetworksCanBeMade];
test(`through networks: ${what}`, { timeout: PLAYED_WITHIN_MS }, tried);
