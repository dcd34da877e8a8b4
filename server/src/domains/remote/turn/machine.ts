/**
 * TURN without relay ports: what a client is given as a relayed address is a number in a range nobody routes (198.18.0.0/15), and what
 * is sent to it reaches the other end of the same call if that end has an allocation here, or nobody. Nothing is ever sent to an
 * address a client names, so this can be no open relay. Requests are answered, data passes or is dropped; sockets and the clock belong
 * to serve.ts. RFC 8656, as far as browsers use it.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { CallId } from "@minuta/contracts/ids";
import { bucket, type Bucket } from "../limits.ts";
import type { Holder, TurnKey } from "./credentials.ts";
import { Gate, type Admitted, type Refused } from "./gate.ts";
import { turnLimits } from "./limits.ts";
import {
  attributeOf,
  attributes,
  classes,
  errorCode,
  isChannel,
  methods,
  readAddress,
  looksLikeChannelData,
  readChannelData,
  readMessage,
  uint32,
  writeAddress,
  writeChannelData,
  writeMessage,
  type Address,
  type Attribute,
  type Message,
} from "./message.ts";

/** Whoever sends from one address and port over one transport. */
export interface Client {
  readonly address: Address;
  /** May drop it when the client is slow, as UDP would. */
  send(bytes: Buffer): void;
  /** His allocation is over. */
  close(): void;
}

export interface MachineOptions {
  readonly realm: string;
  /** The first makes credentials, all are understood. */
  readonly keys: readonly TurnKey[];
  /** Whether this call goes on here, so that its ends may be given allocations. */
  readonly isOpen: (callId: CallId) => boolean;
  /** The last allocation of a call has ended. */
  readonly ended: (callId: CallId, passed: Passed) => void;
}

interface Allocation extends Holder {
  readonly client: Client;
  readonly username: string;
  readonly key: Buffer;
  /** What everybody believes to be its relayed address; the port is always the same. */
  readonly number: number;
  /** Of the request that made it: the same again is answered as the first time. */
  readonly transaction: Buffer;
  readonly allowed: Bucket;
  readonly count: Count;
  expiresAt: number;
  /** Relayed addresses that may send here → until when. */
  readonly permissions: Map<number, number>;
  readonly channels: Map<number, { readonly peer: number; until: number }>;
  /** The same by peer. */
  readonly numbers: Map<number, number>;
}

/** Bytes of one call that passed, and that were dropped for being too many. */
export interface Passed {
  readonly bytes: number;
  readonly dropped: number;
}

interface Count extends Passed {
  bytes: number;
  dropped: number;
  allocations: number;
}

const FIRST_RELAYED = 0xc612_0001;
const RELAYED_COUNT = 0x1_fffe;
const RELAYED_PORT = 49_152;
const UDP = 17;
const understood: ReadonlySet<number> = new Set(Object.values(attributes));

export class TurnMachine {
  readonly #options: MachineOptions;
  readonly #gate: Gate;
  readonly #byClient = new Map<Client, Allocation>();
  readonly #byNumber = new Map<number, Allocation>();
  readonly #strangers = new Map<string, Bucket>();
  readonly #counts = new Map<CallId, Count>();
  #next = randomInt(RELAYED_COUNT);

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#gate = new Gate(options);
  }

  get allocations(): number {
    return this.#byClient.size;
  }

  holds(client: Client): boolean {
    return this.#byClient.has(client);
  }

  /** One whole message or piece of channel data; `now` in ms since 1970. False when it is nothing of ours. */
  hear(client: Client, bytes: Buffer, now: number): boolean {
    const allocation = this.#byClient.get(client);
    if (looksLikeChannelData(bytes)) return allocation !== undefined && this.#hearChannel(allocation, bytes, now);
    const message = readMessage(bytes);
    if (message === null) return false;
    if (message.class === classes.indication) this.#indicated(allocation, message, now);
    else if (message.class === classes.request && this.#mayAsk(client, allocation, now)) this.#answer(client, message, now);
    return true;
  }

  #hearChannel(from: Allocation, bytes: Buffer, now: number): boolean {
    const found = readChannelData(bytes);
    if (found === null) return false;
    const channel = from.channels.get(found.channel);
    if (channel !== undefined && channel.until > now) this.#pass(from, { to: channel.peer, data: found.data, now });
    return true;
  }

  /** His connection is closed. */
  gone(client: Client): void {
    const allocation = this.#byClient.get(client);
    if (allocation !== undefined) this.#end(allocation);
  }

  /** The call is over: its allocations go. */
  forget(callId: CallId): void {
    for (const allocation of this.#byClient.values()) if (allocation.callId === callId) this.#end(allocation);
  }

  /** Ends what has run out; to be called every few seconds. */
  sweep(now: number): void {
    for (const allocation of this.#byClient.values()) {
      if (allocation.expiresAt <= now) this.#end(allocation);
      for (const [peer, until] of allocation.permissions) if (until <= now) allocation.permissions.delete(peer);
      for (const [number, { peer, until }] of allocation.channels) {
        if (until > now) continue;
        allocation.channels.delete(number);
        allocation.numbers.delete(peer);
      }
    }
    // Whoever asked too much is forgiven at once; there is never more kept of strangers than this.
    if (this.#strangers.size > turnLimits.strangersRemembered) this.#strangers.clear();
  }

  /** Requests of one address that nobody vouches for yet are few; those of an allocation are limited by themselves. */
  #mayAsk(client: Client, allocation: Allocation | undefined, now: number): boolean {
    if (allocation !== undefined) return allocation.allowed.take(turnLimits.requestCostsBytes, now);
    const from = client.address.ip.toString("hex");
    const asked = this.#strangers.get(from) ?? bucket(turnLimits.strangerRequests);
    if (this.#strangers.size <= turnLimits.strangersRemembered) this.#strangers.set(from, asked);
    return asked.take(1, now);
  }

  #answer(client: Client, message: Message, now: number): void {
    if (message.method === methods.binding) return this.#succeed(client, message, { attributes: [mappedAddress(client, message)] });
    const username = this.#byClient.get(client)?.username ?? null;
    const known = this.#gate.check(message, { address: client.address, username, now });
    if ("code" in known) return this.#refuse(client, message, known);
    const unknown = message.attributes.map(({ type }) => type).filter((type) => type < 0x8000 && !understood.has(type));
    if (unknown.length > 0) return this.#refuse(client, message, { code: 420, key: known.key, more: [unknownAttributes(unknown)] });
    const asked = { client, message, known, now };
    switch (message.method) {
      case methods.allocate:
        return this.#allocate(asked);
      case methods.refresh:
        return this.#refresh(asked);
      case methods.createPermission:
        return this.#permit(asked);
      case methods.channelBind:
        return this.#bindChannel(asked);
      default:
        return this.#refuse(client, message, { code: 400, key: known.key });
    }
  }

  #allocate({ client, message, known, now }: Asked): void {
    const before = this.#byClient.get(client);
    if (before !== undefined) {
      if (before.transaction.equals(message.transaction)) return this.#tellAllocated(before, message, now);
      return this.#refuse(client, message, { code: 437, key: known.key });
    }
    const code = this.#whyNot(known, message);
    if (code !== null) return this.#refuse(client, message, { code, key: known.key });
    const number = this.#freeNumber();
    const { callId, side, key, username } = known;
    const count = this.#counts.get(callId) ?? { bytes: 0, dropped: 0, allocations: 0 };
    count.allocations += 1;
    this.#counts.set(callId, count);
    const allocation: Allocation = {
      client,
      callId,
      side,
      key,
      username,
      number,
      count,
      transaction: Buffer.from(message.transaction),
      allowed: bucket(turnLimits.allocationBytes),
      expiresAt: now + turnLimits.lifetimeSeconds * 1000,
      permissions: new Map(),
      channels: new Map(),
      numbers: new Map(),
    };
    this.#byClient.set(client, allocation);
    this.#byNumber.set(number, allocation);
    this.#tellAllocated(allocation, message, now);
  }

  #whyNot({ callId, side }: Admitted, message: Message): number | null {
    const transport = attributeOf(message, attributes.requestedTransport);
    if (transport?.length !== 4) return 400;
    if (transport[0] !== UDP) return 442;
    const family = attributeOf(message, attributes.requestedAddressFamily);
    if (family !== null && family[0] !== 1) return 440;
    if (!this.#options.isOpen(callId)) return 403;
    const own = [...this.#byClient.values()].filter((each) => each.callId === callId && each.side === side).length;
    if (own >= turnLimits.allocationsPerSide) return 486;
    return this.#byClient.size >= turnLimits.allocations ? 508 : null;
  }

  #freeNumber(): number {
    do this.#next = (this.#next + 1) % RELAYED_COUNT;
    while (this.#byNumber.has(FIRST_RELAYED + this.#next));
    return FIRST_RELAYED + this.#next;
  }

  #tellAllocated(allocation: Allocation, message: Message, now: number): void {
    const { client, key, number, expiresAt } = allocation;
    this.#succeed(client, message, {
      key,
      attributes: [
        { type: attributes.xorRelayedAddress, value: writeAddress(relayedAddress(number), message.transaction) },
        lifetime(Math.max(0, Math.round((expiresAt - now) / 1000))),
        mappedAddress(client, message),
      ],
    });
  }

  #refresh({ client, message, known: { key }, now }: Asked): void {
    const allocation = this.#byClient.get(client);
    if (allocation === undefined) return this.#refuse(client, message, { code: 437, key });
    const ends = attributeOf(message, attributes.lifetime)?.readUInt32BE(0) === 0;
    const seconds = ends ? 0 : turnLimits.lifetimeSeconds;
    allocation.expiresAt = now + seconds * 1000;
    this.#succeed(client, message, { key, attributes: [lifetime(seconds)] });
    if (ends) this.#end(allocation);
  }

  #permit({ client, message, known: { key }, now }: Asked): void {
    const allocation = this.#byClient.get(client);
    if (allocation === undefined) return this.#refuse(client, message, { code: 437, key });
    const peers = message.attributes
      .filter(({ type }) => type === attributes.xorPeerAddress)
      .map(({ value }) => numberOf(readAddress(value, message.transaction)));
    if (peers.length === 0) return this.#refuse(client, message, { code: 400, key });
    if (peers.some((peer) => this.#otherEnd(allocation, peer) === null)) return this.#refuse(client, message, { code: 403, key });
    for (const peer of peers) if (peer !== null) allocation.permissions.set(peer, now + turnLimits.permissionSeconds * 1000);
    this.#succeed(client, message, { key, attributes: [] });
  }

  #bindChannel({ client, message, known: { key }, now }: Asked): void {
    const allocation = this.#byClient.get(client);
    if (allocation === undefined) return this.#refuse(client, message, { code: 437, key });
    const channel = channelOf(message);
    const peer = numberOf(readAddress(attributeOf(message, attributes.xorPeerAddress) ?? NOTHING, message.transaction));
    if (channel === null) return this.#refuse(client, message, { code: 400, key });
    if (peer === null || this.#otherEnd(allocation, peer) === null) return this.#refuse(client, message, { code: 403, key });
    if (!mayBind(allocation, channel, peer)) return this.#refuse(client, message, { code: 400, key });
    allocation.channels.set(channel, { peer, until: now + turnLimits.channelSeconds * 1000 });
    allocation.numbers.set(peer, channel);
    allocation.permissions.set(peer, now + turnLimits.permissionSeconds * 1000);
    this.#succeed(client, message, { key, attributes: [] });
  }

  #indicated(allocation: Allocation | undefined, message: Message, now: number): void {
    if (allocation === undefined || message.method !== methods.send) return;
    const [address, data] = [attributeOf(message, attributes.xorPeerAddress), attributeOf(message, attributes.data)];
    if (address === null || data === null) return;
    const to = numberOf(readAddress(address, message.transaction));
    if (to !== null) this.#pass(allocation, { to, data, now });
  }

  /** The allocation with this relayed address, if it is of the other end of the same call. */
  #otherEnd({ callId, side }: Allocation, number: number | null): Allocation | null {
    const peer = number === null ? undefined : this.#byNumber.get(number);
    return peer !== undefined && peer.callId === callId && peer.side !== side ? peer : null;
  }

  /** Both must have let the other in. */
  #pass(from: Allocation, { to, data, now }: { to: number; data: Buffer; now: number }): void {
    const peer = this.#otherEnd(from, to);
    if (peer === null || !isPermitted(from, to, now) || !isPermitted(peer, from.number, now)) return;
    const { count } = from;
    if (!from.allowed.take(data.length, now)) return void (count.dropped += data.length);
    count.bytes += data.length;
    const channel = peer.numbers.get(from.number);
    const bound = channel === undefined ? undefined : peer.channels.get(channel);
    if (channel !== undefined && bound !== undefined && bound.until > now) return peer.client.send(writeChannelData({ channel, data }));
    const transaction = randomBytes(12);
    const value = writeAddress(relayedAddress(from.number), transaction);
    peer.client.send(
      writeMessage({
        method: methods.data,
        class: classes.indication,
        transaction,
        attributes: [
          { type: attributes.xorPeerAddress, value },
          { type: attributes.data, value: data },
        ],
      }),
    );
  }

  #succeed(client: Client, { method, transaction }: Message, written: { attributes: Attribute[]; key?: Buffer }): void {
    client.send(writeMessage({ method, class: classes.success, transaction, ...written }));
  }

  #refuse(client: Client, { method, transaction }: Message, { code, more = [], key }: Refused): void {
    const all = [errorCode(code), ...more];
    client.send(writeMessage({ method, class: classes.error, transaction, attributes: all, ...(key === undefined ? {} : { key }) }));
  }

  #end(allocation: Allocation): void {
    this.#byClient.delete(allocation.client);
    this.#byNumber.delete(allocation.number);
    const { count, callId, client } = allocation;
    count.allocations -= 1;
    if (count.allocations === 0) {
      this.#counts.delete(callId);
      this.#options.ended(callId, { bytes: count.bytes, dropped: count.dropped });
    }
    client.close();
  }
}

const NOTHING = Buffer.alloc(0);

function channelOf(message: Message): number | null {
  const value = attributeOf(message, attributes.channelNumber);
  const number = value?.length === 4 ? value.readUInt16BE(0) : 0;
  return isChannel(number) ? number : null;
}

/** A channel leads to one peer and a peer has one channel. */
function mayBind({ channels, numbers }: Allocation, channel: number, peer: number): boolean {
  return (channels.get(channel)?.peer ?? peer) === peer && (numbers.get(peer) ?? channel) === channel;
}

interface Asked {
  readonly client: Client;
  readonly message: Message;
  readonly known: Admitted;
  readonly now: number;
}

const isPermitted = ({ permissions }: { permissions: ReadonlyMap<number, number> }, peer: number, now: number): boolean =>
  (permissions.get(peer) ?? 0) > now;

const relayedAddress = (number: number): Address => ({ ip: uint32(number), port: RELAYED_PORT });

/** Null for an address that can be nobody's relayed one. */
function numberOf(address: Address | null): number | null {
  return address?.ip.length === 4 && address.port === RELAYED_PORT ? address.ip.readUInt32BE(0) : null;
}

const mappedAddress = ({ address }: Client, { transaction }: Message): Attribute => ({
  type: attributes.xorMappedAddress,
  value: writeAddress(address, transaction),
});

const lifetime = (seconds: number): Attribute => ({ type: attributes.lifetime, value: uint32(seconds) });

function unknownAttributes(types: readonly number[]): Attribute {
  const value = Buffer.alloc(types.length * 2);
  types.forEach((type, at) => value.writeUInt16BE(type, at * 2));
  return { type: attributes.unknownAttributes, value };
}
