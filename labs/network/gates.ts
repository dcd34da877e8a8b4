/** Gateways: what an office's or a provider's router does with what goes out and comes in, as rules of nftables. */
import { ADDRESS } from "./spaces.ts";

/** `none`: public addresses; the other three are how the port of an outgoing packet is chosen and who may answer to it. */
export type Nat = "none" | "port-restricted" | "full-cone" | "symmetric";
/** What may begin inside. Names are always resolved, unless `nothing`. */
export type Lets = "all" | "tcp" | "tcp-80-443" | "tcp-443-to-server" | "nothing";

export interface Gate {
  readonly nat: Nat;
  readonly lets: Lets;
  /** Its own "packet too big" and others' are eaten. */
  readonly eatsIcmp?: boolean;
}

const TO_DNS = `ip daddr ${ADDRESS.dns} udp dport 53 accept`;
const goingOut: Readonly<Record<Lets, string>> = {
  all: "accept",
  tcp: `${TO_DNS}; iifname "lan" meta l4proto tcp accept`,
  "tcp-80-443": `${TO_DNS}; iifname "lan" tcp dport { 80, 443 } accept`,
  "tcp-443-to-server": `${TO_DNS}; iifname "lan" ip daddr ${ADDRESS.server} tcp dport 443 accept`,
  nothing: "",
};

const OUTSIDE = `{ "wan", "slow" }`;

/** Rules of a gateway whose inside holds one computer, `inside`. What is not let is dropped without a word, as most firewalls do. */
export function gateRules({ nat, lets, eatsIcmp = false }: Gate, inside: string): string {
  const masquerade = `oifname ${OUTSIDE} masquerade ${nat === "symmetric" ? "fully-random" : ""}`;
  return `table ip gate {
    chain through {
      type filter hook forward priority filter; policy drop;
      ${eatsIcmp ? "meta l4proto icmp drop" : ""}
      ct state established,related accept
      ${nat === "none" ? `iifname ${OUTSIDE} accept` : "ct status dnat accept"}
      ${goingOut[lets]
        .split("; ")
        .join("\n      ")
        .replace(/^accept$/, 'iifname "lan" accept')}
    }
    chain at {
      type filter hook input priority filter; policy accept;
      # Or a stranger's knock would be remembered, and take the port away from who is to answer him.
      iifname ${OUTSIDE} ct state new drop
    }
    chain says {
      type filter hook output priority filter; policy accept;
      ${eatsIcmp ? "icmp type destination-unreachable drop" : ""}
    }
    chain out { type nat hook postrouting priority srcnat; ${nat === "none" ? "" : masquerade}
    }
    chain in { type nat hook prerouting priority dstnat; ${nat === "full-cone" ? `iifname ${OUTSIDE} udp dport 1024-65535 dnat to ${inside}` : ""}
    }
  }`;
}
