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
  const stun = udpPort === null ? [] : quoted.map((host) => `stun:${host}:${udpPort}`);
  // One by UDP is enough: whoever has UDP to us finds most paths without TURN.
  const turn = [
    ...(settings.onPagePort && page !== null ? onPagePort(quoted, page.port, reached.secure) : []),
    ...(udpPort === null ? [] : quoted.slice(-1).map((host) => `turn:${host}:${udpPort}?transport=udp`)),
  ];
  return [
    ...(stun.length > 0 ? [{ urls: stun }] : []),
    ...(turn.length > 0 ? [{ urls: turn, ...credentialsFor(holder, { key: settings.keys[0], expiresAt }) }] : []),
    ...othersOf(settings, { holder, expiresAt }),
  ];
}

/** By TLS only to the name the certificate is for. */
function onPagePort(hosts: readonly string[], port: number, secure: boolean): string[] {
  const tls = secure ? hosts.slice(0, 1).map((host) => `turns:${host}:${port}?transport=tcp`) : [];
  return [...tls, ...hosts.map((host) => `turn:${host}:${port}?transport=tcp`)];
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
