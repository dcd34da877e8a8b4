/**
 * Throws packets at TURN's reader and machine: noise, honest messages that were damaged, and requests of those who have credentials in
 * any order, also cut and joined as a stream. Counts what must not happen: an exception, data that reaches anybody but the other end of
 * its call, an allocation without credentials or beyond the limit, memory that grows.
 *
 *   node --expose-gc labs/turn-fuzz.ts [--packets N] [--seed N]
 */
import { parseArgs } from "node:util";
import { memoryUsage } from "node:process";
import {
  attributes,
  callIds,
  methods,
  requestedTransport,
  Splitter,
  TurnClient,
  turnLimits,
  turnWorld,
  uint32,
  type Address,
} from "@minuta/server/turn";

const { values } = parseArgs({ options: { packets: { type: "string", default: "2000000" }, seed: { type: "string", default: "1" } } });
const PACKETS = Number(values.packets);
const CALLS = 8;
const CLIENTS_PER_SIDE = 3;
const STRANGERS = 50;
/** The clock goes on so much with each packet. */
const STEP_MS = 7;
const KEPT = 2000;

/** mulberry32 */
let state = Number(values.seed);
function chance(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
const below = (limit: number): number => Math.floor(chance() * limit);
const oneOf = <T>(all: readonly T[]): T => all[below(all.length)]!;
const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));

const seen = { heard: 0, refused: 0, delivered: 0, escaped: 0, threw: 0, allocationsMax: 0, withoutCredentials: 0 };

/** Says whose data it is, so that whoever hears it knows whether he may. */
const mark = (client: Party): Buffer => Buffer.from(`from ${client.call} ${client.side};`);
const MARK = /from (\d+) (client|consultant);/;

/** A client that judges what it is sent and keeps nothing of it; what it says itself is kept to be damaged. */
class Party extends TurnClient {
  readonly call: number;
  readonly side: "client" | "consultant";

  constructor(call: number, side: "client" | "consultant", port: number) {
    super(world, { callId: calls[call]!, side }, port);
    this.call = call;
    this.side = side;
  }

  override send(bytes: Buffer): void {
    this.received.length = 0;
    this.received.push(bytes);
    const [, call, side] = MARK.exec(bytes.toString("latin1")) ?? [];
    if (call === undefined) return;
    seen.delivered += 1;
    if (Number(call) !== this.call || side === this.side) seen.escaped += 1;
  }

  override hear(bytes: Buffer): boolean {
    said[below(KEPT)] = { by: this, bytes };
    return hearAs(this, bytes);
  }
}

const calls = callIds(CALLS);
const world = turnWorld(calls);
const said: { by: Party | null; bytes: Buffer }[] = Array.from({ length: KEPT }, () => ({ by: null, bytes: noise(20) }));
const parties = calls.flatMap((_, call) =>
  (["client", "consultant"] as const).flatMap((side) =>
    Array.from(
      { length: CLIENTS_PER_SIDE },
      (_unused, n) => new Party(call, side, 1000 + call * 100 + n * 10 + (side === "client" ? 0 : 1)),
    ),
  ),
);
const strangers = Array.from({ length: STRANGERS }, (_, n) => new Party(n % CALLS, "client", 30_000 + n));
const relayed: Address[] = parties.map(() => ({ ip: Buffer.from([198, 18, 0, 1]), port: 49_152 }));

function hearAs(client: Party, bytes: Buffer): boolean {
  seen.heard += 1;
  world.now += STEP_MS;
  try {
    const ours = world.machine.hear(client, bytes, world.now);
    if (!ours) seen.refused += 1;
    return ours;
  } catch {
    seen.threw += 1;
    return false;
  }
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let n = below(4); n >= 0 && copy.length > 0; n -= 1)
    copy[below(Math.min(copy.length, chance() < 0.7 ? 64 : copy.length))] = below(256);
  if (chance() < 0.2) return copy.subarray(0, below(copy.length + 1));
  return chance() < 0.1 ? Buffer.concat([copy, noise(below(40))]) : copy;
}

function peerFor({ call, side }: Party): Address {
  const kind = chance();
  if (kind < 0.2) return { ip: noise(chance() < 0.5 ? 4 : 16), port: below(65_536) };
  const others = parties.flatMap((party, at) => (kind < 0.4 || (party.call === call && party.side !== side) ? [at] : []));
  return relayed[oneOf(others)]!;
}

/** What somebody with credentials may ask, rightly or not. */
function ask(index: number): void {
  const party = parties[index]!;
  const peer = peerFor(party);
  const channel = 0x4000 + below(4);
  const data = Buffer.concat([mark(party), noise(below(60))]);
  const acts: (() => unknown)[] = [
    () => (relayed[index] = party.allocate()),
    () => party.permit(peer),
    () => party.bind(peer, channel),
    () => party.bind(peer, below(65_536)),
    () => party.sendTo(peer, data),
    () => party.sendTo(peer, data),
    () => party.sendOn(channel, data),
    () => party.sendOn(channel, data),
    () => party.refresh(chance() < 0.1 ? 0 : 600),
    () => party.ask(below(16), [requestedTransport, { type: below(65_536), value: noise(below(30)) }]),
    () => party.ask(methods.allocate, [{ type: attributes.lifetime, value: uint32(below(1000)) }]),
    () => chance() < 0.05 && world.machine.gone(party),
  ];
  try {
    oneOf(acts)();
  } catch (error) {
    // The helper says so when it was refused what it asked for.
    if (!String(error).includes("no allocation")) seen.threw += 1;
  }
}

function stream(): void {
  const joined = Buffer.concat([oneOf(said).bytes, damaged(oneOf(said).bytes), oneOf(said).bytes]);
  const splitter = new Splitter();
  for (let at = 0; at < joined.length;) {
    const end = at + 1 + below(200);
    const pieces = splitter.push(joined.subarray(at, end), turnLimits.pieceBytes);
    if (pieces === null) return void (seen.refused += 1);
    for (const piece of pieces) hearAs(oneOf(strangers), piece);
    at = end;
  }
}

/** By whom it was said: another's data in his mouth would look like an escape. */
function repeatDamaged({ by, bytes }: (typeof said)[number]): void {
  hearAs(by ?? oneOf(parties), damaged(bytes));
}

function step(): void {
  const what = chance();
  if (what < 0.15) hearAs(oneOf(strangers), noise(below(120)));
  else if (what < 0.45) hearAs(oneOf(strangers), damaged(oneOf(said).bytes));
  else if (what < 0.6) repeatDamaged(oneOf(said));
  else if (what < 0.7) stream();
  else ask(below(parties.length));
  if (strangers.some((stranger) => chance() < 0.001 && world.machine.holds(stranger))) seen.withoutCredentials += 1;
}

function heapMb(): number {
  globalThis.gc?.();
  return Math.round((memoryUsage().heapUsed + memoryUsage().arrayBuffers) / 1e5) / 10;
}

while (seen.heard < PACKETS / 10) step();
const early = heapMb();
const began = performance.now();
const from = seen.heard;
let swept = 0;
while (seen.heard < PACKETS) {
  step();
  seen.allocationsMax = Math.max(seen.allocationsMax, world.machine.allocations);
  if (seen.heard - swept > 300) {
    swept = seen.heard;
    world.machine.sweep(world.now);
    world.ended.length = 0;
  }
}
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({
    lab: "turn-fuzz",
    seed: Number(values.seed),
    packets: seen.heard,
    packetsPerSecond: Math.round((seen.heard - from) / seconds),
    refused: seen.refused,
    delivered: seen.delivered,
    escaped: seen.escaped,
    threw: seen.threw,
    allocationsMax: seen.allocationsMax,
    allocationsAllowed: CALLS * 2 * turnLimits.allocationsPerSide,
    withoutCredentials: seen.withoutCredentials,
    heapMbEarly: early,
    heapMbEnd: heapMb(),
  }),
);
