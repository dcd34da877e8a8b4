/**
 * STUN messages (RFC 8489), those of TURN (RFC 8656) and its channel data, as bytes: read and written. Pure. What is malformed is
 * null, never an exception: anybody may send these bytes.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

export const methods = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;
export const classes = { request: 0, indication: 1, success: 2, error: 3 } as const;
export type MessageClass = (typeof classes)[keyof typeof classes];

export const attributes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  dontFragment: 0x001a,
  xorMappedAddress: 0x0020,
  fingerprint: 0x8028,
} as const;

const HEADER_BYTES = 20;
const COOKIE = 0x2112a442;
const FINGERPRINT_XOR = 0x5354554e;
const INTEGRITY_BYTES = 20;
/** A message with more attributes is nobody's honest one. */
const ATTRIBUTES_MAX = 32;

export interface Attribute {
  readonly type: number;
  readonly value: Buffer;
}

export interface Message {
  readonly method: number;
  readonly class: MessageClass;
  /** 12 bytes, chosen by whoever asks. */
  readonly transaction: Buffer;
  /** Those before MESSAGE-INTEGRITY: later ones are not protected by it. */
  readonly attributes: readonly Attribute[];
  /** Where MESSAGE-INTEGRITY begins; null without one. */
  readonly integrityAt: number | null;
  readonly bytes: Buffer;
}

/** An IPv4 or IPv6 address as its 4 or 16 bytes. */
export interface Address {
  readonly ip: Buffer;
  readonly port: number;
}

const typeOf = (method: number, of: MessageClass): number =>
  (method & 0x0f) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) | ((of & 1) << 4) | ((of & 2) << 7);

/** Reads one whole message; null when it is none, was cut, or its FINGERPRINT is wrong. */
export function readMessage(bytes: Buffer): Message | null {
  if (bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) return null;
  const type = bytes.readUInt16BE(0);
  if (type > 0x3fff || bytes.readUInt16BE(2) !== bytes.length - HEADER_BYTES || bytes.readUInt32BE(4) !== COOKIE) return null;
  const found = readAttributes(bytes);
  if (found === null) return null;
  return {
    method: (type & 0x0f) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80),
    class: (((type >> 4) & 1) | ((type >> 7) & 2)) as MessageClass,
    transaction: bytes.subarray(8, HEADER_BYTES),
    ...found,
    bytes,
  };
}

function readAttributes(bytes: Buffer): Pick<Message, "attributes" | "integrityAt"> | null {
  const all: Attribute[] = [];
  let integrityAt: number | null = null;
  let at = HEADER_BYTES;
  for (let count = 0; at < bytes.length; count += 1) {
    const one = attributeAt(bytes, at);
    if (one === null || count === ATTRIBUTES_MAX) return null;
    const { type, value } = one;
    if (type === attributes.fingerprint) return isFingerprint(bytes, at) ? { attributes: all, integrityAt } : null;
    if (type === attributes.messageIntegrity) {
      if (value.length !== INTEGRITY_BYTES) return null;
      integrityAt ??= at;
    } else if (integrityAt === null) all.push({ type, value });
    at += 4 + value.length + padding(value.length);
  }
  return { attributes: all, integrityAt };
}

function attributeAt(bytes: Buffer, at: number): Attribute | null {
  if (at + 4 > bytes.length) return null;
  const end = at + 4 + bytes.readUInt16BE(at + 2);
  return end > bytes.length ? null : { type: bytes.readUInt16BE(at), value: bytes.subarray(at + 4, end) };
}

/** It must be the last one, and right. */
function isFingerprint(bytes: Buffer, at: number): boolean {
  return at + 8 === bytes.length && bytes.readUInt32BE(at + 4) === fingerprintOf(bytes.subarray(0, at));
}

const fingerprintOf = (before: Buffer): number => (crc32(before) ^ FINGERPRINT_XOR) >>> 0;
const padding = (length: number): number => (4 - (length % 4)) % 4;

export function attributeOf(message: Message, type: number): Buffer | null {
  return message.attributes.find((attribute) => attribute.type === type)?.value ?? null;
}

/** Whether whoever wrote the message holds the key. */
export function hasIntegrity(message: Message, key: Buffer): boolean {
  const at = message.integrityAt;
  if (at === null) return false;
  const given = message.bytes.subarray(at + 4, at + 4 + INTEGRITY_BYTES);
  return timingSafeEqual(given, integrityOf(message.bytes.subarray(0, at), key));
}

/** Over everything before, with the length as if MESSAGE-INTEGRITY were the last attribute. */
function integrityOf(before: Buffer, key: Buffer): Buffer {
  const counted = Buffer.from(before);
  counted.writeUInt16BE(before.length - HEADER_BYTES + 4 + INTEGRITY_BYTES, 2);
  return createHmac("sha1", key).update(counted).digest();
}

export interface NewMessage {
  readonly method: number;
  readonly class: MessageClass;
  readonly transaction: Buffer;
  readonly attributes: readonly Attribute[];
  /** Adds MESSAGE-INTEGRITY made with it. */
  readonly key?: Buffer;
}

/** With a FINGERPRINT at its end. */
export function writeMessage(message: NewMessage): Buffer {
  const parts = message.attributes.map(writeAttribute);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(typeOf(message.method, message.class), 0);
  header.writeUInt32BE(COOKIE, 4);
  message.transaction.copy(header, 8);
  let written = Buffer.concat([header, ...parts]);
  if (message.key !== undefined) {
    const value = integrityOf(written, message.key);
    written = Buffer.concat([written, writeAttribute({ type: attributes.messageIntegrity, value })]);
  }
  written.writeUInt16BE(written.length - HEADER_BYTES + 8, 2);
  return Buffer.concat([written, writeAttribute({ type: attributes.fingerprint, value: uint32(fingerprintOf(written)) })]);
}

function writeAttribute({ type, value }: Attribute): Buffer {
  const written = Buffer.alloc(4 + value.length + padding(value.length));
  written.writeUInt16BE(type, 0);
  written.writeUInt16BE(value.length, 2);
  value.copy(written, 4);
  return written;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The value of an XOR-…-ADDRESS; null when it is none. */
export function readAddress(value: Buffer, transaction: Buffer): Address | null {
  const family = value.length === 8 ? 1 : value.length === 20 ? 2 : 0;
  if (family === 0 || value[1] !== family) return null;
  return { ip: mixed(value.subarray(4), transaction), port: value.readUInt16BE(2) ^ (COOKIE >>> 16) };
}

export function writeAddress({ ip, port }: Address, transaction: Buffer): Buffer {
  const head = Buffer.from([0, ip.length === 4 ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, mixed(ip, transaction)]);
}

function mixed(ip: Buffer, transaction: Buffer): Buffer {
  const mask = Buffer.concat([uint32(COOKIE), transaction]);
  return Buffer.from(ip.map((byte, at) => byte ^ (mask[at] ?? 0)));
}

/** ERROR-CODE without its reason: programs read the number. */
export const errorCode = (code: number): Attribute => ({
  type: attributes.errorCode,
  value: Buffer.from([0, 0, Math.floor(code / 100), code % 100]),
});

// ---- channel data: number 2 · length 2 · data ---------------------------------------------------------------------------

const FIRST_CHANNEL = 0x4000;
const LAST_CHANNEL = 0x4fff;
export const isChannel = (number: number): boolean => number >= FIRST_CHANNEL && number <= LAST_CHANNEL;

export interface ChannelData {
  readonly channel: number;
  readonly data: Buffer;
}

/** The first two bits tell it from a message. */
export const looksLikeChannelData = (bytes: Buffer): boolean => ((bytes[0] ?? 0) & 0xc0) === 0x40;

/** Null when it is none or was cut; what follows the data is padding. */
export function readChannelData(bytes: Buffer): ChannelData | null {
  if (bytes.length < 4) return null;
  const [channel, length] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  return isChannel(channel) && 4 + length <= bytes.length ? { channel, data: bytes.subarray(4, 4 + length) } : null;
}

/** Padded, as streams need it and datagrams may have it. */
export function writeChannelData({ channel, data }: ChannelData): Buffer {
  const written = Buffer.alloc(4 + data.length + padding(data.length));
  written.writeUInt16BE(channel, 0);
  written.writeUInt16BE(data.length, 2);
  data.copy(written, 4);
  return written;
}

// ---- a stream of both ---------------------------------------------------------------------------------------------------

/** Cuts a TCP stream into messages and channel data; keeps at most one unfinished piece. */
export class Splitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The pieces that are whole now; null: this is no TURN or a piece of more than `maxBytes`, nothing more of it can be read. */
  push(chunk: Buffer, maxBytes: number): Buffer[] | null {
    let left = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole: Buffer[] = [];
    while (left.length >= 4) {
      const length = lengthOf(left);
      if (length === null || length > maxBytes) return null;
      if (left.length < length) break;
      whole.push(left.subarray(0, length));
      left = left.subarray(length);
    }
    // A copy, so that a few bytes do not keep a whole chunk alive.
    this.#rest = Buffer.from(left);
    return whole;
  }
}

function lengthOf(bytes: Buffer): number | null {
  const [first, length] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  if (isChannel(first)) return 4 + length + padding(length);
  return first <= 0x3fff && length % 4 === 0 ? HEADER_BYTES + length : null;
}
