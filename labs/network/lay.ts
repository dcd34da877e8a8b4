/** Builds a condition between the namespaces, and proves that it is what it is called. */
import { z } from "zod";
import type { Lab } from "./call.ts";
import type { Condition, Expected } from "./conditions.ts";
import { startCoturn, type Coturn } from "./coturn.ts";
import { gateRules, type Gate } from "./gates.ts";
import type { Running } from "../../e2e/harness/process.ts";
import { ADDRESS, SERVER_NAME, type Role, type Spaces } from "./spaces.ts";

const PROXY_PORT = 3128;
export const PROXY_ADDRESS = `${ADDRESS.lanA}:${PROXY_PORT}`;
const WIRE_MTU = 1500;
const RATE_BURST_BYTES = 16_384;
const RATE_QUEUE_MS = 300;

export interface Laid {
  /** Null where the condition has none. */
  readonly coturn: Coturn | null;
  /** Ends the programs of the condition. */
  takeAway(): Promise<void>;
}

/** Everything as it was at the beginning, then what the condition wants. */
export async function layCondition({ spaces, product, folder }: Omit<Lab, "stage">, condition: Condition): Promise<Laid> {
  const { client, consultant, proxy } = condition;
  await sitDown(spaces, condition);
  await layGate(spaces, "gateway-a", client);
  await layGate(spaces, "gateway-b", consultant);
  await publish(spaces, "10.1.0.0/24", client.nat === "none" ? ADDRESS.gatewayA : null);
  await publish(spaces, "10.2.0.0/24", consultant.nat === "none" ? ADDRESS.gatewayB : null);
  const programs = await layLine(spaces, condition);
  if (proxy !== undefined) {
    const { inspects = false, ...rest } = proxy;
    const wishes = { at: ADDRESS.lanA, port: PROXY_PORT, ...rest, ...(inspects ? { inspect: product.proxyCertificate } : {}) };
    programs.push(await spaces.serve("gateway-a", "proxy.ts", wishes));
  }
  const coturn = condition.coturn === true ? await startCoturn(spaces, folder) : null;
  await product.use(coturn?.settings ?? {});
  const all = coturn === null ? programs : [coturn, ...programs];
  return { coturn, takeAway: async () => void (await Promise.all(all.map((program) => program.stop()))) };
}

/** Where the two sit, and whom the client asks for names. */
async function sitDown(spaces: Spaces, { sameLan = false, noNames = false, proxy }: Condition): Promise<void> {
  const atHome = { link: "eth0", address: ADDRESS.consultant, gateway: ADDRESS.lanB };
  const atClient = { link: "eth1", address: ADDRESS.consultantAtClient, gateway: ADDRESS.lanA };
  await plugIn(spaces, "client", { link: "eth0", address: ADDRESS.client, gateway: ADDRESS.lanA });
  await spaces.run("consultant", "ip", "link", "set", sameLan ? atHome.link : atClient.link, "down");
  await plugIn(spaces, "consultant", sameLan ? atClient : atHome);
  spaces.useDns("client", noNames || proxy !== undefined ? null : ADDRESS.dns);
}

interface Plug {
  readonly link: string;
  readonly address: string;
  readonly gateway: string;
}

/** A computer comes to a network and gets an address there; the one it had is gone. */
export async function plugIn(spaces: Spaces, role: Role, { link, address, gateway }: Plug): Promise<void> {
  await spaces.run(role, "ip", "address", "flush", "dev", link);
  await spaces.run(role, "ip", "address", "add", `${address}/24`, "dev", link);
  await spaces.run(role, "ip", "link", "set", link, "up");
  await spaces.run(role, "ip", "route", "replace", "default", "via", gateway);
}

const GATES = {
  "gateway-a": { inside: ADDRESS.client, address: ADDRESS.gatewayA, uplink: "203.0.113.1" },
  "gateway-b": { inside: ADDRESS.consultant, address: ADDRESS.gatewayB, uplink: "192.0.2.1" },
} as const;

/** The gateway with these manners, at its first address or another one, not knowing any connection. */
export async function layGate(spaces: Spaces, role: keyof typeof GATES, gate: Gate & { readonly address?: string }): Promise<void> {
  const { inside, uplink, address: first } = GATES[role];
  const { address = first } = gate;
  await plugIn(spaces, role, { link: "wan", address, gateway: uplink });
  await spaces.rules(role, gateRules(gate, inside));
  await spaces.run(role, "conntrack", "-F");
}

/** Whether the net knows the way to a network behind a gateway. */
async function publish(spaces: Spaces, network: string, via: string | null): Promise<void> {
  if (via !== null) await spaces.run("net", "ip", "route", "replace", network, "via", via);
  else await spaces.run("net", "ip", "route", "del", network).catch(() => "");
}

/** The client's line: how late, how wide, how big its packets may be. Answers the programs that make it so. */
async function layLine(spaces: Spaces, { line, uplinkKbps, mtu, client }: Condition): Promise<Running[]> {
  await spaces.run("gateway-a", "tc", "qdisc", "del", "dev", "wan", "root").catch(() => "");
  if (uplinkKbps !== undefined) {
    const rate = ["rate", `${uplinkKbps}kbit`, "burst", String(RATE_BURST_BYTES), "latency", `${RATE_QUEUE_MS}ms`];
    await spaces.run("gateway-a", "tc", "qdisc", "add", "dev", "wan", "root", "tbf", ...rate);
  }
  for (const [role, link] of [
    ["gateway-a", "wan"],
    ["net", "wan-a"],
  ] as const) {
    await spaces.run(role, "ip", "link", "set", "dev", link, "mtu", String(mtu ?? WIRE_MTU));
  }
  // What is too big for the line is told by ICMP from both of its ends, unless it is eaten.
  await spaces.rules("net", client.eatsIcmp === true ? EATEN : "");
  const narrowed = mtu === undefined || client.eatsIcmp !== true ? [] : ["mtu", String(mtu), "advmss", String(mtu - 60)];
  await spaces.run("server", "ip", "route", "replace", "default", "via", "198.51.100.1", ...narrowed);
  if (line === undefined) return [];
  await spaces.run("gateway-a", "ip", "route", "replace", "default", "via", "100.64.0.1");
  return [await spaces.serve("slow-line", "slow-line.ts", line)];
}

const EATEN = `table ip net {
  chain says {
    type filter hook output priority filter; policy accept;
    icmp type destination-unreachable drop
  }
}`;

const probed = z.record(z.string(), z.unknown());

/** Refuses (throws) when a place of the net lets through what it must not, or not what it must. */
export async function probeControls(spaces: Spaces, condition: Condition): Promise<void> {
  const { clientSees, consultantSees = {} } = condition;
  await Promise.all([
    look(spaces, condition, { role: "client", ...clientSees }),
    look(spaces, condition, { role: "consultant", ...consultantSees }),
  ]);
}

type Looking = Expected & { readonly role: "client" | "consultant" };

async function look(spaces: Spaces, { sameLan = false, proxy = {} }: Condition, { role, ...expected }: Looking): Promise<void> {
  const wanted = Object.keys(expected);
  if (wanted.length === 0) return;
  const consultant = sameLan ? ADDRESS.consultantAtClient : ADDRESS.consultant;
  const wishes = {
    wanted,
    name: SERVER_NAME,
    server: ADDRESS.server,
    strangers: [ADDRESS.stranger, ADDRESS.otherStranger],
    otherEnd: role === "client" ? consultant : ADDRESS.client,
    proxy: { host: ADDRESS.lanA, port: PROXY_PORT, password: proxy.password },
  };
  const program = new URL("probe.ts", import.meta.url).pathname;
  const found = probed.parse(JSON.parse(await spaces.run(role, process.execPath, program, JSON.stringify(wishes))));
  for (const [what, value] of Object.entries(expected)) {
    if (!fits(found[what], value))
      throw new Error(`control: the ${role}'s ${what} is ${String(found[what])}, not ${JSON.stringify(value)}`);
  }
}

function fits(found: unknown, expected: unknown): boolean {
  const range = z.object({ from: z.number(), to: z.number() }).safeParse(expected);
  if (!range.success) return found === expected;
  return typeof found === "number" && found >= range.data.from && found <= range.data.to;
}
