/** Where a page is told to find STUN and TURN: the very address it was opened with, and what else this server is reached by. Pure. */
import { isIP, isIPv6 } from "node:net";
import type { IceServer } from "@minuta/contracts/wire";
import { credentialsFor, type Holder, type TurnKey } from "./credentials.ts";

/** How a page reached this server, as the page's own request says. */
export interface Reached {
  /** Host and port of the page's address. */
  readonly host: string;
  /** By TLS that ends here, not at a proxy. */
  readonly secure: boolean;
  /** The address of ours that took the connection. */
  readonly address: string | null;
}

export interface IceSettings {
  /** Browsers reach us without a proxy of ours between, so the page's port is TURN's too. */
  readonly onPagePort: boolean;
  /** Addresses or names of this server that browsers may reach, besides the page's. */
  readonly addresses: readonly string[];
  /** The first makes credentials, all are understood. */
  readonly keys: readonly [TurnKey, ...TurnKey[]];
  /** A TURN server of somebody else's make, and the secret shared with it. */
  readonly other: { readonly urls: readonly string[]; readonly secret: string } | null;
}

export interface Asking {
  readonly holder: Holder;
  readonly reached: Reached;
  /** Null: none is open. */
  readonly udpPort: number | null;
  /** Until when new allocations are given, seconds since 1970. */
  readonly expiresAt: number;
}

/** Names first: some proxies take only names. Then addresses: a name may not resolve. */
export function iceServersFor(settings: IceSettings, { holder, reached, udpPort, expiresAt }: Asking): IceServer[] {
  const page = parseHost(reached);
  const hosts = page === null ? settings.addresses : [page.name, ...furtherAddresses(settings, reached, page.name)];
  const quoted = [...new Set(hosts)].map((host) => (isIPv6(host) ? `[${host}]` : host));
  const [main] = quoted;
  if (main === undefined) return othersOf(settings, { holder, expiresAt });
  const tcp = settings.onPagePort && page !== null ? quoted.map((host) => `turn:${host}:${page.port}?transport=tcp`) : [];
  const tls = settings.onPagePort && page !== null && reached.secure ? [`turns:${main}:${page.port}?transport=tcp`] : [];
  const udp = udpPort === null ? [] : [`turn:${quoted.at(-1)}:${udpPort}?transport=udp`];
  const stun = udpPort === null ? [] : quoted.map((host) => `stun:${host}:${udpPort}`);
  const turn = [...tls, ...tcp, ...udp];
  return [
    ...(stun.length > 0 ? [{ urls: stun }] : []),
    ...(turn.length > 0 ? [{ urls: turn, ...credentialsFor(holder, { key: settings.keys[0], expiresAt }) }] : []),
    ...othersOf(settings, { holder, expiresAt }),
  ];
}

function othersOf({ other }: IceSettings, { holder, expiresAt }: Pick<Asking, "holder" | "expiresAt">): IceServer[] {
  if (other === null) return [];
  return [{ urls: [...other.urls], ...credentialsFor(holder, { key: { id: "shared", secret: other.secret }, expiresAt }) }];
}

/** The address that took the page's connection is the one to try when nobody set another; one's own machine has a name that resolves. */
function furtherAddresses({ addresses, onPagePort }: IceSettings, { address }: Reached, name: string): readonly string[] {
  if (addresses.length > 0 || !onPagePort || address === null || name === "localhost") return addresses;
  return [address.replace(/^::ffff:/i, "")];
}

function parseHost({ host, secure }: Reached): { name: string; port: number } | null {
  const url = `${secure ? "https" : "http"}://${host}`;
  if (!URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  const name = hostname.replace(/^\[(.*)\]$/, "$1");
  const fine = isIP(name) > 0 || /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/i.test(name);
  return fine ? { name, port: port === "" ? (secure ? 443 : 80) : Number(port) } : null;
}
