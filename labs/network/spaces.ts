/**
 * A small internet on one machine: network namespaces for the client, the consultant, a gateway for each of them, the net between and
 * the server. Linux's own routers and firewalls do what an office, a provider or a hotel would do; everything goes at the end.
 *
 *   client 10.1.0.2 ─ gateway-a ─ 203.0.113.11 ┐                        ┌ 198.51.100.10 server
 *                        └ a slow line ────────┤ net (DNS, strangers,  ─┤
 *                                              │      coturn)           │
 *   consultant 10.2.0.2 ─ gateway-b ─ 192.0.2.11 ┘
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { run, start, until, type Running } from "../../e2e/harness/process.ts";

const ROLES = ["client", "consultant", "gateway-a", "gateway-b", "net", "server", "slow-line"] as const;
export type Role = (typeof ROLES)[number];

export const ADDRESS = {
  client: "10.1.0.2",
  /** What the client's computer gets after it came to another Wi-Fi. */
  clientLater: "10.1.0.77",
  consultant: "10.2.0.2",
  /** The consultant's, when he sits in the client's office. */
  consultantAtClient: "10.1.0.3",
  lanA: "10.1.0.1",
  lanB: "10.2.0.1",
  gatewayA: "203.0.113.11",
  gatewayALater: "203.0.113.12",
  gatewayASlow: "100.64.0.11",
  gatewayB: "192.0.2.11",
  server: "198.51.100.10",
  /** Machines of the net that have nothing to do with us: DNS, and two strangers to prove the lab with. */
  dns: "198.18.0.53",
  stranger: "198.18.0.1",
  otherStranger: "198.18.0.2",
  coturn: "198.18.0.3",
} as const;

export const SERVER_NAME = "minuta.lab";

/** Ends of links: whose, name there, address. */
const LINKS: readonly (readonly [End, End])[] = [
  [
    { role: "client", name: "eth0", address: `${ADDRESS.client}/24` },
    { role: "gateway-a", name: "port0" },
  ],
  [
    { role: "consultant", name: "eth1", address: `${ADDRESS.consultantAtClient}/24` },
    { role: "gateway-a", name: "port1" },
  ],
  [
    { role: "consultant", name: "eth0", address: `${ADDRESS.consultant}/24` },
    { role: "gateway-b", name: "lan", address: `${ADDRESS.lanB}/24` },
  ],
  [
    { role: "gateway-a", name: "wan", address: `${ADDRESS.gatewayA}/24` },
    { role: "net", name: "wan-a", address: "203.0.113.1/24" },
  ],
  [
    { role: "gateway-b", name: "wan", address: `${ADDRESS.gatewayB}/24` },
    { role: "net", name: "wan-b", address: "192.0.2.1/24" },
  ],
  [
    { role: "server", name: "eth0", address: `${ADDRESS.server}/24` },
    { role: "net", name: "servers", address: "198.51.100.1/24" },
  ],
  [
    { role: "gateway-a", name: "under", address: "169.254.1.1/30" },
    { role: "slow-line", name: "side-a", address: "169.254.1.2/30" },
  ],
  [
    { role: "net", name: "under", address: "169.254.2.1/30" },
    { role: "slow-line", name: "side-b", address: "169.254.2.2/30" },
  ],
];

interface End {
  readonly role: Role;
  readonly name: string;
  readonly address?: string;
}

export interface Spaces {
  /** Runs a program to its end in a namespace and answers its output. */
  run(role: Role, command: string, ...args: readonly string[]): Promise<string>;
  /** Starts a program there that runs until it is stopped; it is stopped with the lab at the latest. */
  start(role: Role, command: readonly string[], env?: NodeJS.ProcessEnv): Running;
  /** Starts one of this folder's programs there and waits until it says it is ready. */
  serve(role: Role, program: string, wishes: Readonly<Record<string, unknown>>): Promise<Running>;
  /** Puts this set of nftables' rules in the place of whatever was there. */
  rules(role: Role, text: string): Promise<void>;
  /** Where a program of that namespace asks for names; null: nowhere. */
  useDns(role: Role, server: string | null): void;
  /** Words that put a program into the namespace: `ip netns exec …`. */
  entrance(role: Role): readonly string[];
  tearDown(): Promise<void>;
}

/** Why no lab can be built here; null when it can. */
export async function whyNot(): Promise<string | null> {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces are root's to make: run it as root";
  for (const [tool, name] of Object.entries({
    ip: "iproute2",
    nft: "nftables",
    tc: "iproute2",
    ethtool: "ethtool",
    conntrack: "conntrack",
    openssl: "openssl",
  })) {
    const found = await run("sh", ["-c", `command -v ${tool}`]).catch(() => null);
    if (found === null) return `the program ${tool} is missing: apt-get install ${name}`;
  }
  const trial = `minuta-trial-${process.pid}`;
  try {
    await run("ip", ["netns", "add", trial]);
    await run("ip", ["netns", "exec", trial, "nft", "add", "table", "ip", "trial"]);
    await run("ip", ["netns", "exec", trial, "ip", "link", "add", "trial0", "type", "veth", "peer", "name", "trial1"]);
    return null;
  } catch (error) {
    return `network namespaces with a firewall are not allowed here: ${(error instanceof Error ? error.message : String(error)).trim()}`;
  } finally {
    await run("ip", ["netns", "del", trial]).catch(() => "");
  }
}

const PREFIX = "minuta-lab";

/** What a lab left behind that was killed by force: its namespaces, and the programs in them. */
async function sweep(): Promise<void> {
  for (const [name, pid] of (await run("ip", ["netns", "list"])).matchAll(new RegExp(`^${PREFIX}-(\\d+)-[\\w-]+`, "gm"))) {
    if (existsSync(`/proc/${pid}`)) continue;
    for (const left of (await run("ip", ["netns", "pids", name])).split("\n").filter(Boolean)) process.kill(Number(left), "SIGKILL");
    await run("ip", ["netns", "del", name]);
    rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
  }
}

export async function buildSpaces(): Promise<Spaces> {
  await sweep();
  const nameOf = (role: Role): string => `${PREFIX}-${process.pid}-${role}`;
  const entrance = (role: Role): readonly string[] => ["ip", "netns", "exec", nameOf(role)];
  const running: Running[] = [];
  const inside = (role: Role, command: string, ...args: readonly string[]): Promise<string> =>
    run("ip", ["netns", "exec", nameOf(role), command, ...args]);
  const begin = (role: Role, command: readonly string[], env: NodeJS.ProcessEnv = process.env): Running => {
    const program = start("ip", ["netns", "exec", nameOf(role), ...command], { env });
    running.push(program);
    return program;
  };
  const spaces: Spaces = {
    run: inside,
    start: begin,
    entrance,
    async serve(role, program, wishes) {
      const server = begin(role, [process.execPath, new URL(program, import.meta.url).pathname, JSON.stringify(wishes)]);
      await until(`${program} in ${role}`, () => {
        if (server.child.exitCode !== null) throw new Error(`${program} ended: ${server.output()}`);
        return server.output().includes("ready") ? true : null;
      });
      return server;
    },
    async rules(role, text) {
      const file = `/tmp/${nameOf(role)}.nft`;
      writeFileSync(file, `flush ruleset\n${text}\n`);
      await inside(role, "nft", "-f", file).finally(() => rmSync(file));
    },
    useDns(role, server) {
      mkdirSync(`/etc/netns/${nameOf(role)}`, { recursive: true });
      // Without a name server libraries would ask this very machine, so one is named that nobody is at.
      writeFileSync(`/etc/netns/${nameOf(role)}/resolv.conf`, `nameserver ${server ?? "192.0.2.254"}\noptions timeout:1 attempts:1\n`);
    },
    async tearDown() {
      await Promise.all(running.map((program) => program.stop()));
      for (const role of ROLES) {
        await run("ip", ["netns", "del", nameOf(role)]).catch(() => "");
        rmSync(`/etc/netns/${nameOf(role)}`, { recursive: true, force: true });
      }
    },
  };
  try {
    for (const role of ROLES) {
      await run("ip", ["netns", "add", nameOf(role)]);
      await inside(role, "ip", "link", "set", "lo", "up");
      spaces.useDns(role, ADDRESS.dns);
    }
    for (const [near, far] of LINKS) await link(spaces, { near, far, nameOf });
    await layRoutes(spaces);
    return spaces;
  } catch (error) {
    await spaces.tearDown();
    throw error;
  }
}

async function link(spaces: Spaces, of: { near: End; far: End; nameOf: (role: Role) => string }): Promise<void> {
  const { near, far, nameOf } = of;
  const other = ["peer", "name", far.name, "netns", nameOf(far.role)];
  await run("ip", ["link", "add", near.name, "netns", nameOf(near.role), "type", "veth", ...other]);
  for (const { role, name, address } of [near, far]) {
    // Packets as they are on a real wire: none bigger than the MTU.
    await spaces.run(role, "ethtool", "-K", name, "tso", "off", "gso", "off", "gro", "off", "tx", "off", "rx", "off");
    if (name === "under" || role === "slow-line") await spaces.run(role, "ip", "link", "set", "dev", name, "mtu", "1600");
    if (address !== undefined) await spaces.run(role, "ip", "address", "add", address, "dev", name);
    await spaces.run(role, "ip", "link", "set", "dev", name, "up");
  }
}

async function layRoutes(spaces: Spaces): Promise<void> {
  for (const role of ["gateway-a", "gateway-b", "net"] as const) await spaces.run(role, "sysctl", "-qw", "net.ipv4.ip_forward=1");
  await spaces.run("gateway-a", "ip", "link", "add", "lan", "type", "bridge");
  for (const port of ["port0", "port1"]) await spaces.run("gateway-a", "ip", "link", "set", port, "master", "lan");
  await spaces.run("gateway-a", "ip", "address", "add", `${ADDRESS.lanA}/24`, "dev", "lan");
  await spaces.run("gateway-a", "ip", "link", "set", "lan", "up");
  for (const address of [ADDRESS.dns, ADDRESS.stranger, ADDRESS.otherStranger, ADDRESS.coturn])
    await spaces.run("net", "ip", "address", "add", `${address}/32`, "dev", "lo");
  await slowLineEnd(spaces, "gateway-a", { local: "169.254.1.1", remote: "169.254.1.2", address: `${ADDRESS.gatewayASlow}/24` });
  await slowLineEnd(spaces, "net", { local: "169.254.2.1", remote: "169.254.2.2", address: "100.64.0.1/24" });
  await spaces.run("server", "ip", "route", "add", "default", "via", "198.51.100.1");
}

/** The slow line is a tunnel whose packets a program of ours delays and drops (slow-line.ts): not every kernel has netem. */
async function slowLineEnd(spaces: Spaces, role: Role, of: { local: string; remote: string; address: string }): Promise<void> {
  const tunnel = ["id", "7", "local", of.local, "remote", of.remote, "dstport", "4789", "dev", "under"];
  await spaces.run(role, "ip", "link", "add", "slow", "mtu", "1500", "type", "vxlan", ...tunnel);
  await spaces.run(role, "ip", "address", "add", of.address, "dev", "slow");
  await spaces.run(role, "ip", "link", "set", "slow", "up");
}
