/** TURN on the page's own port (TCP, and TLS in it) and STUN and TURN on a UDP port when there is one: bytes in, bytes out. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { isIPv6, type Socket } from "node:net";
import { addressBytes } from "#platform/address";
import type { Clock } from "#platform/clock";
import type { Log } from "#platform/log";
import { turnLimits } from "./limits.ts";
import type { Client, TurnMachine } from "./machine.ts";
import { Splitter } from "./message.ts";

const SWEEP_EVERY_MS = 2_000;

export interface TurnPorts {
  readonly clock: Clock;
  readonly log: Log;
}

export interface UdpAt {
  readonly host: string;
  readonly port: number;
}

export interface TurnServer {
  /** A TCP or TLS connection that begins as TURN does. */
  take(socket: Socket): void;
  /** Answers false when the port cannot be had: the rest works without it. */
  listenUdp(at: UdpAt): Promise<boolean>;
  close(): void;
}

export function serveTurn(machine: TurnMachine, { clock, log }: TurnPorts): TurnServer {
  const now = (): number => clock.now().getTime();
  const open = new Set<Socket>();
  const datagrams = new Map<string, Client>();
  let udp: UdpSocket | null = null;

  const take = (socket: Socket): void => {
    const address = addressBytes(socket.remoteAddress ?? "");
    if (address === null) return void socket.destroy();
    open.add(socket);
    socket.setNoDelay(true);
    const client = streamClient(socket, { ip: address, port: socket.remotePort ?? 0 });
    const splitter = new Splitter();
    const stopWaiting = clock.after(turnLimits.allocatesWithinMs, () => machine.holds(client) || socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      const pieces = splitter.push(chunk, machine.holds(client) ? turnLimits.pieceBytes : turnLimits.strangerPieceBytes);
      if (pieces === null || pieces.some((piece) => !machine.hear(client, piece, now()))) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      stopWaiting();
      open.delete(socket);
      machine.gone(client);
    });
  };

  const hearDatagram = (socket: UdpSocket, bytes: Buffer, from: { address: string; port: number }): void => {
    const ip = addressBytes(from.address);
    if (ip === null) return;
    const key = `${from.address} ${from.port}`;
    const client = datagrams.get(key) ?? datagramClient(socket, { ...from, ip, ended: () => datagrams.delete(key) });
    machine.hear(client, bytes, now());
    if (machine.holds(client)) datagrams.set(key, client);
  };

  const stopSweeping = clock.every(SWEEP_EVERY_MS, () => machine.sweep(now()));
  return {
    take,
    async listenUdp({ host, port }) {
      const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4" });
      const bound = await new Promise<boolean>((resolve) => {
        socket.once("error", (error) => {
          log.warn({ err: error, port }, "remote.udp_port_not_had");
          resolve(false);
        });
        socket.bind({ port, address: host }, () => resolve(true));
      });
      if (!bound) return false;
      socket.on("error", (error) => log.warn({ err: error }, "remote.udp_failed"));
      socket.on("message", (bytes, from) => hearDatagram(socket, bytes, from));
      udp = socket;
      return true;
    },
    close() {
      stopSweeping();
      udp?.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function streamClient(socket: Socket, address: Client["address"]): Client {
  return {
    address,
    send(bytes) {
      if (socket.writable && socket.writableLength <= turnLimits.queueBytes) socket.write(bytes);
    },
    close: () => socket.destroySoon(),
  };
}

interface Datagrams {
  readonly address: string;
  readonly port: number;
  readonly ip: Buffer;
  readonly ended: () => void;
}

function datagramClient(socket: UdpSocket, { address, port, ip, ended }: Datagrams): Client {
  return {
    address: { ip, port },
    // What cannot be sent is lost, as datagrams are.
    send: (bytes) => socket.send(bytes, port, address, () => undefined),
    close: ended,
  };
}
