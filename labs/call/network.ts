/**
 * A network of three machines in one: the server's address on a bridge of this machine, the client and the consultant each in a network
 * namespace of their own. Needs root, `ip` and, for the slow link, python3 and /dev/net/tun.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHROMIUM } from "../../e2e/harness/browser.ts";
import { run, start, until, type Running } from "../../e2e/harness/process.ts";

export const SERVER_ADDRESS = "10.78.0.1";
export const CLIENT_ADDRESS = "10.78.0.2";
const CONSULTANT_ADDRESS = "10.78.0.3";
const BRIDGE = "minuta-lab";
/** The client's line, each way; null: as it is between two machines of one network. `lost`: share of the packets. */
const lines = {
  clean: null,
  slow: { bitsPerSecond: 4_000_000, delayMs: 20, queueBytes: 128 * 1024, lost: 0 },
  lossy: { bitsPerSecond: 10_000_000, delayMs: 30, queueBytes: 256 * 1024, lost: 0.02 },
} as const;
export type Link = keyof typeof lines;
export const links = Object.keys(lines) as Link[];

export type Seat = "client" | "consultant";

export interface Network {
  /** Chromium in the seat's network. */
  chromium(seat: Seat): string;
  /** A program in the seat's network. */
  inSeat(seat: Seat, command: string, args: readonly string[]): readonly [string, readonly string[]];
  /** Bytes that have come to the consultant so far. */
  received(): number;
  /** Puts the client on this link. */
  use(link: Link): Promise<void>;
  close(): Promise<void>;
}

const ip = async (...args: string[]): Promise<string> => await run("ip", args);
const inspace = (seat: Seat): string => `minuta-${seat}`;

async function wire(seat: Seat, address: string): Promise<void> {
  const [outer, inner] = [`mlab-${seat.slice(0, 4)}`, `mlab-${seat.slice(0, 4)}0`];
  await ip("netns", "add", inspace(seat));
  await ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", inspace(seat));
  await ip("link", "set", outer, "master", BRIDGE, "up");
  await plug(seat, inner, address);
}

async function plug(seat: Seat, device: string, address: string): Promise<void> {
  await ip("-n", inspace(seat), "link", "set", "lo", "up");
  await ip("-n", inspace(seat), "addr", "replace", `${address}/24`, "dev", device);
  await ip("-n", inspace(seat), "link", "set", device, "up");
  // WebRTC looks for its own address on the way out.
  await ip("-n", inspace(seat), "route", "replace", "default", "via", SERVER_ADDRESS);
}

async function sweep(): Promise<void> {
  for (const seat of ["client", "consultant"] as const) await ip("netns", "del", inspace(seat)).catch(() => undefined);
  await ip("link", "del", BRIDGE).catch(() => undefined);
}

export async function openNetwork(): Promise<Network> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), "minuta-lab-"));
  await ip("link", "add", BRIDGE, "type", "bridge");
  await ip("addr", "add", `${SERVER_ADDRESS}/24`, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
  await wire("client", CLIENT_ADDRESS);
  await wire("consultant", CONSULTANT_ADDRESS);
  for (const seat of ["client", "consultant"] as const) {
    const program = join(folder, seat);
    await writeFile(program, `#!/bin/sh\nexec ip netns exec ${inspace(seat)} ${CHROMIUM} "$@"\n`);
    await chmod(program, 0o755);
  }
  let link: Running | null = null;
  const unlink = async (): Promise<void> => {
    if (link === null) return;
    link.child.stdin?.end();
    await once(link.child, "exit");
    link = null;
  };
  return {
    chromium: (seat) => join(folder, seat),
    inSeat: (seat, command, args) => ["ip", ["netns", "exec", inspace(seat), command, ...args]],
    received: () => Number(readFileSync("/sys/class/net/mlab-cons/statistics/tx_bytes", "latin1")),
    async use(name) {
      await unlink();
      const line = lines[name];
      const open = line === null ? "up" : "down";
      await ip("-n", inspace("client"), "addr", "flush", "dev", "mlab-clie0");
      await ip("-n", inspace("client"), "link", "set", "mlab-clie0", open);
      if (line === null) return await plug("client", "mlab-clie0", CLIENT_ADDRESS);
      link = await startLink(line);
      await ip("link", "set", "mlab-slow", "master", BRIDGE, "up");
      await ip("link", "set", "mlab-slow0", "netns", inspace("client"));
      await plug("client", "mlab-slow0", CLIENT_ADDRESS);
    },
    async close() {
      await unlink();
      await sweep();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startLink({ bitsPerSecond, delayMs, queueBytes, lost }: NonNullable<(typeof lines)[Link]>): Promise<Running> {
  const program = fileURLToPath(new URL("link.py", import.meta.url));
  const args = [program, "mlab-slow", "mlab-slow0", ...[bitsPerSecond, delayMs, queueBytes, lost].map(String)];
  const link = start("/usr/bin/python3", args, { stdio: ["pipe", "pipe", "pipe"] });
  await until("the slow link", () => {
    if (link.child.exitCode !== null) throw new Error(`the slow link ended: ${link.output()}`);
    return link.output().includes("ready") ? true : null;
  });
  return link;
}
