/** For TURN's tests and its lab: a client that speaks it, and machines with two ends of a call. */
import { randomBytes } from "node:crypto";
import { callId as callIdSchema, type CallId, type Side } from "@minuta/contracts/ids";
import { credentialsFor, integrityKey, type Credentials, type TurnKey } from "./credentials.ts";
import { TurnMachine, type Client, type Passed } from "./machine.ts";
import {
  attributeOf,
  attributes,
  classes,
  methods,
  readAddress,
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

export { turnLimits } from "./limits.ts";
export { attributes, methods, Splitter, uint32, type Address } from "./message.ts";

const REALM = "minuta";
export const KEY: TurnKey = { id: "k1", secret: "a secret of thirty-two characters" };
/** Seconds. */
const GOOD_FOR = 3600;

export interface World {
  readonly machine: TurnMachine;
  readonly open: Set<CallId>;
  readonly ended: { callId: CallId; passed: Passed }[];
  now: number;
}

/** Ids of so many calls. */
export const callIds = (count: number): CallId[] =>
  Array.from({ length: count }, (_, n) => callIdSchema.parse(`018f0000-0000-7000-8000-${String(n + 1).padStart(12, "0")}`));

export const [CALL, OTHER_CALL] = callIds(2) as [CallId, CallId];

export function turnWorld(calls: readonly CallId[] = [CALL, OTHER_CALL]): World {
  const world: Omit<World, "machine"> = { open: new Set(calls), ended: [], now: 1_800_000_000_000 };
  const machine = new TurnMachine({
    realm: REALM,
    keys: [KEY],
    isOpen: (callId) => world.open.has(callId),
    ended: (callId, passed) => void world.ended.push({ callId, passed }),
  });
  return Object.assign(world, { machine });
}

export const requestedTransport: Attribute = { type: attributes.requestedTransport, value: Buffer.from([17, 0, 0, 0]) };

/** One client of a machine; what it is sent is kept. */
export class TurnClient implements Client {
  readonly address: Address;
  readonly received: Buffer[] = [];
  closed = false;
  credentials: Credentials;
  readonly #world: World;
  #nonce = "";

  constructor(world: World, holder: { callId: CallId; side: Side }, port: number) {
    this.#world = world;
    this.address = { ip: Buffer.from([10, 0, 0, 1]), port };
    this.credentials = credentialsFor(holder, { key: KEY, expiresAt: Math.floor(world.now / 1000) + GOOD_FOR });
  }

  send(bytes: Buffer): void {
    this.received.push(bytes);
  }
  close(): void {
    this.closed = true;
  }

  hear(bytes: Buffer): boolean {
    return this.#world.machine.hear(this, bytes, this.#world.now);
  }

  /** A request with credentials; the answer, after the nonce it asks for was given. */
  ask(method: number, of: readonly Attribute[]): Message {
    const answer = this.askOnce(method, of);
    const nonce = attributeOf(answer, attributes.nonce);
    if (nonce === null) return answer;
    this.#nonce = nonce.toString("utf8");
    return this.askOnce(method, of);
  }

  askOnce(method: number, of: readonly Attribute[], transaction = randomBytes(12)): Message {
    const signed = [
      ...of,
      { type: attributes.username, value: Buffer.from(this.credentials.username) },
      { type: attributes.realm, value: Buffer.from(REALM) },
      { type: attributes.nonce, value: Buffer.from(this.#nonce) },
    ];
    this.hear(
      writeMessage({ method, class: classes.request, transaction, attributes: signed, key: integrityKey(this.credentials, REALM) }),
    );
    return this.last();
  }

  /** The last thing it was sent, which must be a message. */
  last(): Message {
    const message = readMessage(this.received.at(-1) ?? Buffer.alloc(0));
    if (message === null) throw new Error("no message came");
    return message;
  }

  /** Its relayed address. */
  allocate(): Address {
    const answer = this.ask(methods.allocate, [requestedTransport]);
    const value = attributeOf(answer, attributes.xorRelayedAddress);
    const address = value === null ? null : readAddress(value, answer.transaction);
    if (address === null) throw new Error(`no allocation: ${codeOf(answer)}`);
    return address;
  }

  permit(peer: Address): Message {
    return this.#askAbout(methods.createPermission, peer, []);
  }

  bind(peer: Address, channel: number): Message {
    return this.#askAbout(methods.channelBind, peer, [
      { type: attributes.channelNumber, value: Buffer.from([channel >> 8, channel & 0xff, 0, 0]) },
    ]);
  }

  refresh(seconds: number): Message {
    return this.ask(methods.refresh, [{ type: attributes.lifetime, value: uint32(seconds) }]);
  }

  sendTo(peer: Address, data: Buffer): void {
    const transaction = randomBytes(12);
    const of = [
      { type: attributes.xorPeerAddress, value: writeAddress(peer, transaction) },
      { type: attributes.data, value: data },
    ];
    this.hear(writeMessage({ method: methods.send, class: classes.indication, transaction, attributes: of }));
  }

  sendOn(channel: number, data: Buffer): void {
    this.hear(writeChannelData({ channel, data }));
  }

  /** The data that came, whichever way. */
  data(): string[] {
    return this.received.flatMap((bytes) => {
      const message = readMessage(bytes);
      const data =
        message === null ? readChannelData(bytes)?.data : message.method === methods.data && attributeOf(message, attributes.data);
      return data ? [data.toString("utf8")] : [];
    });
  }

  #askAbout(method: number, peer: Address, more: readonly Attribute[]): Message {
    // XOR-addresses are made with the transaction, so it is chosen here.
    const transaction = randomBytes(12);
    return this.askOnce(method, [...more, { type: attributes.xorPeerAddress, value: writeAddress(peer, transaction) }], transaction);
  }
}

/** 0 for a success. */
export function codeOf(message: Message): number {
  const code = attributeOf(message, attributes.errorCode);
  return code === null ? 0 : (code[2] ?? 0) * 100 + (code[3] ?? 0);
}

/** Both ends of a call with allocations that let each other in. */
export function twoEnds(world: World): { client: TurnClient; consultant: TurnClient; at: Record<Side, Address> } {
  const client = new TurnClient(world, { callId: CALL, side: "client" }, 1001);
  const consultant = new TurnClient(world, { callId: CALL, side: "consultant" }, 1002);
  const at = { client: client.allocate(), consultant: consultant.allocate() };
  client.permit(at.consultant);
  consultant.permit(at.client);
  return { client, consultant, at };
}
