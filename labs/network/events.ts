/** What happens in a running call, one table: on which network, what is done, and for how long nothing can come through whatever we do. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Coturn } from "./coturn.ts";
import { layGate, plugIn } from "./lay.ts";
import type { LabProduct } from "./product.ts";
import { ADDRESS, type Spaces } from "./spaces.ts";

export interface Happening {
  readonly name: string;
  /** In the words of the table of docs/network.md. */
  readonly words: string;
  /** The condition it happens in. */
  readonly on: string;
  /** The net is away for so long, ms: what interrupts beyond this is ours. */
  readonly awayMs: number;
  happen(lab: HappensTo): Promise<void>;
}

export interface HappensTo {
  readonly spaces: Spaces;
  readonly product: LabProduct;
  /** Null where the condition has none. */
  readonly coturn: Coturn | null;
}

const HOME = { nat: "port-restricted", lets: "all" } as const;
const WIFI_GONE_MS = 4000;
const SHORT_BLACKOUT_MS = 5000;
const LONG_BLACKOUT_MS = 20_000;
const SERVER_DOWN_MS = 10_000;

const elsewhere = { link: "eth0", address: ADDRESS.clientLater, gateway: ADDRESS.lanA };

const DARK = `table ip net {
  chain dark {
    type filter hook forward priority filter; policy accept;
    iifname "wan-a" drop
    oifname "wan-a" drop
  }
}`;

/** Nothing goes to or from the client's gateway. */
async function blackout(spaces: Spaces, ms: number): Promise<void> {
  await spaces.rules("net", DARK);
  await sleep(ms);
  await spaces.rules("net", "");
}

async function wifiGone(spaces: Spaces): Promise<void> {
  await spaces.run("client", "ip", "link", "set", "eth0", "down");
  await sleep(WIFI_GONE_MS);
  await plugIn(spaces, "client", elsewhere);
}

async function restartCoturn(coturn: Coturn | null): Promise<void> {
  if (coturn === null) throw new Error("there is no coturn to restart");
  await coturn.restart();
}

/** Names end in where they happen when they happen in two places. */
export const happenings: readonly Happening[] = [
  {
    name: "client-address",
    words: "the client's computer gets another address",
    on: "port-restricted",
    awayMs: 0,
    happen: ({ spaces }) => plugIn(spaces, "client", elsewhere),
  },
  {
    name: "client-address-relayed",
    words: "the client's computer gets another address",
    on: "udp-blocked-both",
    awayMs: 0,
    happen: ({ spaces }) => plugIn(spaces, "client", elsewhere),
  },
  {
    name: "gateway-address",
    words: "the client's gateway gets another address",
    on: "port-restricted",
    awayMs: 0,
    happen: ({ spaces }) => layGate(spaces, "gateway-a", { ...HOME, address: ADDRESS.gatewayALater }),
  },
  {
    name: "nat-forgets",
    words: "the client's gateway forgets its connections and gives other ports",
    on: "port-restricted",
    awayMs: 0,
    happen: ({ spaces }) => layGate(spaces, "gateway-a", { ...HOME, nat: "symmetric" }),
  },
  {
    name: "wifi-gone",
    words: "Wi-Fi gone for 4 s, then another address",
    on: "port-restricted",
    awayMs: WIFI_GONE_MS,
    happen: ({ spaces }) => wifiGone(spaces),
  },
  {
    name: "blackout-5",
    words: "nothing comes through for 5 s",
    on: "port-restricted",
    awayMs: SHORT_BLACKOUT_MS,
    happen: ({ spaces }) => blackout(spaces, SHORT_BLACKOUT_MS),
  },
  {
    name: "blackout-20",
    words: "nothing comes through for 20 s",
    on: "port-restricted",
    awayMs: LONG_BLACKOUT_MS,
    happen: ({ spaces }) => blackout(spaces, LONG_BLACKOUT_MS),
  },
  {
    name: "server-restart",
    words: "our server is restarted",
    on: "port-restricted",
    awayMs: 0,
    happen: ({ product }) => product.restart(0),
  },
  {
    name: "server-restart-relayed",
    words: "our server is restarted",
    on: "udp-blocked-both",
    awayMs: 0,
    happen: ({ product }) => product.restart(0),
  },
  {
    name: "coturn-restart",
    words: "coturn is restarted",
    on: "coturn",
    awayMs: 0,
    happen: ({ coturn }) => restartCoturn(coturn),
  },
  {
    name: "coturn-and-server-restart",
    words: "coturn and our server are restarted",
    on: "coturn",
    awayMs: 0,
    happen: async ({ coturn, product }) => void (await Promise.all([restartCoturn(coturn), product.restart(0)])),
  },
  {
    name: "server-down-10",
    words: "our server is down for 10 s",
    on: "port-restricted",
    awayMs: 0,
    happen: ({ product }) => product.restart(SERVER_DOWN_MS),
  },
  {
    name: "server-down-10-relayed",
    words: "our server is down for 10 s",
    on: "udp-blocked-both",
    awayMs: SERVER_DOWN_MS,
    happen: ({ product }) => product.restart(SERVER_DOWN_MS),
  },
];
