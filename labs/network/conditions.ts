/** The networks people sit in, one table: what is between them, and what the lab must see before it believes that it built it. */
import type { Gate } from "./gates.ts";
import type { Probe } from "./probe.ts";

export interface Condition {
  readonly name: string;
  /** In the words of the table of docs/network.md. */
  readonly words: string;
  /** The gateways of the client and of the consultant. */
  readonly client: Gate;
  readonly consultant: Gate;
  /** Both sit behind the client's gateway. */
  readonly sameLan?: boolean;
  /** The client has no name server, and opens the page by its address. */
  readonly noNames?: boolean;
  /** The client gets out by this proxy on his gateway only, which is also the only one who knows names. */
  readonly proxy?: Proxy;
  /** The client's line: late both ways, and loses packets (0…1) both ways. */
  readonly line?: { readonly delayMs: number; readonly loss: number };
  /** The client's uplink, kbit/s. */
  readonly uplinkKbps?: number;
  /** The greatest packet of the client's line, bytes. */
  readonly mtu?: number;
  /** TURN is coturn's only, as where our own is behind a proxy that passes nothing but HTTP. */
  readonly coturn?: boolean;
  /** Media cannot go straight there: if the page says that they do, it lies. */
  readonly neverDirect?: boolean;
  /** What a probe beside the client's browser, and one beside the consultant's, must find; most of it is what must fail. */
  readonly clientSees: Expected;
  readonly consultantSees?: Expected;
}

export type Expected = { readonly [What in keyof Probe]?: Probe[What] | { readonly from: number; readonly to: number } };

export interface Proxy {
  readonly password?: string;
  readonly inspects?: boolean;
  readonly refuseWebSocket?: boolean;
  readonly holdBack?: boolean;
}

const home: Gate = { nat: "port-restricted", lets: "all" };
const symmetric: Gate = { nat: "symmetric", lets: "all" };
const noUdp: Gate = { nat: "port-restricted", lets: "tcp" };
const serverOnly: Gate = { nat: "port-restricted", lets: "tcp-443-to-server" };
const shut: Gate = { nat: "port-restricted", lets: "nothing" };

const nothingDirect: Expected = { udp: false, otherTcp: false, page80: false, page: false, name: false };

export const conditions: readonly Condition[] = [
  {
    name: "open",
    words: "public addresses, nothing between",
    client: { nat: "none", lets: "all" },
    consultant: { nat: "none", lets: "all" },
    clientSees: { udp: true, portChanges: false, page: true, otherTcp: true, otherEnd: true, name: true },
  },
  {
    name: "port-restricted",
    words: "a home router on each side (port-restricted cone)",
    client: home,
    consultant: home,
    clientSees: { udp: true, portChanges: false, strangersGetIn: false, otherEnd: false },
    consultantSees: { udp: true, portChanges: false, strangersGetIn: false, otherEnd: false },
  },
  {
    name: "full-cone",
    words: "full-cone NAT on each side",
    client: { nat: "full-cone", lets: "all" },
    consultant: { nat: "full-cone", lets: "all" },
    clientSees: { udp: true, portChanges: false, strangersGetIn: true, otherEnd: false },
    consultantSees: { udp: true, portChanges: false, strangersGetIn: true, otherEnd: false },
  },
  {
    name: "symmetric",
    words: "symmetric NAT at the client's",
    client: symmetric,
    consultant: home,
    neverDirect: true,
    clientSees: { udp: true, portChanges: true, strangersGetIn: false, otherEnd: false },
    consultantSees: { udp: true, portChanges: false, strangersGetIn: false },
  },
  {
    name: "symmetric-both",
    words: "symmetric NAT on both sides",
    client: symmetric,
    consultant: symmetric,
    neverDirect: true,
    clientSees: { udp: true, portChanges: true, strangersGetIn: false, otherEnd: false },
    consultantSees: { udp: true, portChanges: true, strangersGetIn: false, otherEnd: false },
  },
  {
    name: "same-lan",
    words: "both in one office",
    client: home,
    consultant: home,
    sameLan: true,
    clientSees: { udp: true, otherEnd: true },
    consultantSees: { udp: true, otherEnd: true },
  },
  {
    name: "udp-blocked",
    words: "UDP blocked at the client's",
    client: noUdp,
    consultant: home,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: true, page: true },
  },
  {
    name: "udp-blocked-both",
    words: "UDP blocked on both sides",
    client: noUdp,
    consultant: noUdp,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: true, page: true },
    consultantSees: { udp: false, otherTcp: true, page: true },
  },
  {
    name: "coturn",
    words: "the same, and TURN is a coturn beside a server that is behind a proxy of its own",
    client: noUdp,
    consultant: noUdp,
    coturn: true,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: true, page: true },
    consultantSees: { udp: false, otherTcp: true, page: true },
  },
  {
    name: "tcp-80-443",
    words: "only TCP 80 and 443 at the client's",
    client: { nat: "port-restricted", lets: "tcp-80-443" },
    consultant: home,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: false, page: true },
  },
  {
    name: "server-443",
    words: "only TCP 443 to the server's one address at the client's",
    client: serverOnly,
    consultant: home,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: false, page80: false, page: true },
  },
  {
    name: "server-443-both",
    words: "the same on both sides",
    client: serverOnly,
    consultant: serverOnly,
    neverDirect: true,
    clientSees: { udp: false, otherTcp: false, page80: false, page: true },
    consultantSees: { udp: false, otherTcp: false, page80: false, page: true },
  },
  {
    name: "proxy",
    words: "out by a CONNECT proxy only",
    client: shut,
    consultant: home,
    proxy: {},
    neverDirect: true,
    clientSees: { ...nothingDirect, proxy: 200, inspected: false },
  },
  {
    name: "proxy-password",
    words: "the same, with a password",
    client: shut,
    consultant: home,
    proxy: { password: "office:secret" },
    neverDirect: true,
    clientSees: { ...nothingDirect, proxy: 407 },
  },
  {
    name: "proxy-inspects",
    words: "a proxy that looks inside TLS",
    client: shut,
    consultant: home,
    proxy: { inspects: true },
    neverDirect: true,
    clientSees: { ...nothingDirect, proxy: 200, inspected: true, webSocket: true },
  },
  {
    name: "proxy-no-websocket",
    words: "the same, and refuses WebSockets",
    client: shut,
    consultant: home,
    proxy: { inspects: true, refuseWebSocket: true },
    neverDirect: true,
    clientSees: { ...nothingDirect, proxy: 200, inspected: true, webSocket: false, heldBack: false },
  },
  {
    name: "proxy-whole",
    words: "the same, and holds answers back until they are whole",
    client: shut,
    consultant: home,
    proxy: { inspects: true, refuseWebSocket: true, holdBack: true },
    neverDirect: true,
    clientSees: { ...nothingDirect, proxy: 200, inspected: true, webSocket: false, heldBack: true },
  },
  {
    name: "no-names",
    words: "no name server; the page is opened by its address",
    client: home,
    consultant: home,
    noNames: true,
    clientSees: { udp: true, name: false, page: true },
  },
  {
    name: "slow",
    words: "150 ms there and back, 5 % of packets lost each way",
    client: home,
    consultant: home,
    line: { delayMs: 75, loss: 0.05 },
    clientSees: { udp: true, roundTripMs: { from: 140, to: 400 }, lossPercent: { from: 5, to: 16 }, otherEnd: false },
  },
  {
    name: "narrow",
    words: "an uplink of 1 Mbit/s",
    client: home,
    consultant: home,
    uplinkKbps: 1000,
    clientSees: { udp: true, uplinkKbps: { from: 300, to: 1100 } },
  },
  {
    name: "mtu-1280",
    words: "packets of at most 1280 bytes",
    client: home,
    consultant: home,
    mtu: 1280,
    clientSees: { udp: true, bigPackets: false, page: true },
  },
  {
    name: "mtu-1280-eaten",
    words: "the same, and ICMP is eaten (the server's route says so: operations.md)",
    client: { ...home, eatsIcmp: true },
    consultant: home,
    mtu: 1280,
    clientSees: { udp: true, bigPackets: false, page: true },
  },
];
