/**
 * TURN inside the server, on the page's own port: whoever can open the page can open this. Message and machine are pure, serve.ts has
 * the sockets, ice-servers.ts says what browsers are told. Design: "The ladder".
 */
import type { CallId } from "@minuta/contracts/ids";
import type { IceServer } from "@minuta/contracts/wire";
import type { RemotePorts } from "../ports.ts";
import type { Holder } from "./credentials.ts";
import { iceServersFor, type Reached } from "./ice-servers.ts";
import { turnLimits } from "./limits.ts";
import { TurnMachine } from "./machine.ts";
import { serveTurn, type UdpAt } from "./serve.ts";

/** Seen by whoever asks, and told apart from another server's. */
const REALM = "minuta";

export interface Turn {
  /** Where this end finds TURN, with fresh credentials. */
  iceServers(holder: Holder, reached: Reached): IceServer[];
  /** The call is over: nothing passes for it any more. */
  forget(callId: CallId): void;
  listenUdp(at: UdpAt): Promise<void>;
  close(): void;
}

/** `isOpen`: whether an end of this call is here. */
export function openTurn({ ice, clock, log, onTurn }: RemotePorts, isOpen: (callId: CallId) => boolean): Turn {
  let udpPort: number | null = null;
  const machine = new TurnMachine({
    realm: REALM,
    keys: ice.keys,
    isOpen,
    ended: (callId, passed) => log.info({ callId, ...passed }, "remote.turn_ended"),
  });
  const server = serveTurn(machine, { clock, log });
  onTurn(server.take);
  return {
    iceServers(holder, reached) {
      const expiresAt = Math.floor(clock.now().getTime() / 1000) + turnLimits.credentialsSeconds;
      return iceServersFor(ice, { holder, reached, udpPort, expiresAt });
    },
    forget: (callId) => machine.forget(callId),
    async listenUdp(at) {
      if (await server.listenUdp(at)) udpPort = at.port;
    },
    close: () => server.close(),
  };
}
