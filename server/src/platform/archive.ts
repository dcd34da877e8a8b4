/**
 * One file that holds many parts: a tar in gzip (`tar tzf` lists it), closed by an empty gzip member whose extra field carries the
 * SHA-256 of every byte before it. So one changed byte anywhere is found before anything is believed. Read and written as a stream.
 * The tar alone, whose length is known beforehand, is for whoever downloads.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

export interface Part {
  /** Slashes between folders; at most 255 bytes, cut into two as ustar wants. */
  readonly name: string;
  /** In bytes; below 8 GiB. */
  readonly size: number;
  /** Permissions of a file, as 0o600. */
  readonly mode: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The file is not what was written: cut short, changed, or no archive of ours. */
export class DamagedArchive extends Error {}

const BLOCK = 512;
const NAME_MAX = 100;
const PREFIX_MAX = 155;
const SIZE_MAX = 8 * 1024 ** 3 - 1;
const SHA256_BYTES = 32;

/** gzip member (RFC 1952): extra field `MN` with the digest, no content. */
function sealOf(digest: Uint8Array): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 4 + SHA256_BYTES, 0, 0x4d, 0x4e, SHA256_BYTES, 0]);
  const emptyContent = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, digest, emptyContent]);
}
const SEAL_BYTES = sealOf(new Uint8Array(SHA256_BYTES)).length;

/** Writes the parts; `file` appears whole and on disk, or not at all. Refuses to replace a file. */
export async function writeArchive(file: string, parts: AsyncIterable<Part>): Promise<void> {
  if (await stat(file).catch(() => null)) throw new Error(`${file} exists already`);
  const growing = `${file}.part`;
  try {
    const hash = createHash("sha256");
    const seal = new Transform({
      transform: (bytes: Buffer, _, next) => {
        hash.update(bytes);
        next(null, bytes);
      },
      flush: (done) => done(null, sealOf(hash.digest())),
    });
    await pipeline(tarOf(parts), createGzip(), seal, createWriteStream(growing, { mode: 0o600 }));
    const handle = await open(growing, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(growing, file);
  } catch (error) {
    await rm(growing, { force: true });
    throw error;
  }
}

/** Reads the whole file once; throws `DamagedArchive` unless every byte is as it was written. */
export async function checkArchive(file: string): Promise<void> {
  const { size } = await stat(file);
  if (size <= SEAL_BYTES) throw new DamagedArchive(`${file} is no backup, or was cut short`);
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(file, { end: size - SEAL_BYTES - 1 })) hash.update(bytes);
  const seal: Buffer[] = [];
  for await (const bytes of createReadStream(file, { start: size - SEAL_BYTES })) seal.push(bytes);
  if (!Buffer.concat(seal).equals(sealOf(hash.digest())))
    throw new DamagedArchive(`${file} is damaged: it is not byte for byte what was written`);
}

/** The parts in order; the content of one must be read (or left) before the next is asked for. */
export async function* readArchive(file: string): AsyncGenerator<Part> {
  const source = createReadStream(file);
  const plain = source.pipe(createGunzip());
  source.on("error", (error) => plain.destroy(error));
  const bytes = new ByteReader(plain);
  try {
    for (;;) {
      const header = await bytes.take(BLOCK);
      if (header.every((byte) => byte === 0)) return;
      const { name, size, mode } = parseHeader(header);
      const content = bytes.run(size);
      yield { name, size, mode, content };
      for await (const _ of content);
      await bytes.take(padding(size));
    }
  } finally {
    plain.destroy();
    source.destroy();
  }
}

/** Throws when a part turns out longer or shorter than it said. */
export async function* tarOf(parts: AsyncIterable<Part> | Iterable<Part>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    yield headerOf(part);
    let written = 0;
    for await (const bytes of part.content) {
      written += bytes.length;
      yield bytes;
    }
    if (written !== part.size)
      throw new Error(`${part.name} changed while it was copied: it was to have ${part.size} bytes, not ${written}`);
    yield Buffer.alloc(padding(part.size));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Of the tar of parts of these sizes, in bytes. */
export const tarLength = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + BLOCK + size + padding(size), 2 * BLOCK);

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;
const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;

/** POSIX ustar. */
function headerOf({ name, size, mode }: Part): Buffer {
  if (size > SIZE_MAX) throw new Error(`${name} is too big for an archive: ${size} bytes`);
  const { prefix, rest } = cutName(name);
  const header = Buffer.alloc(BLOCK);
  header.write(rest, 0);
  header.write(octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  header.write(`${octal(sumOf(header), 6)} `, 148);
  return header;
}

function cutName(name: string): { prefix: string; rest: string } {
  if (Buffer.byteLength(name) <= NAME_MAX) return { prefix: "", rest: name };
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const cut = { prefix: name.slice(0, at), rest: name.slice(at + 1) };
    if (Buffer.byteLength(cut.rest) <= NAME_MAX && Buffer.byteLength(cut.prefix) <= PREFIX_MAX && cut.prefix !== "") return cut;
  }
  throw new Error(`the name ${name} is too long for an archive`);
}

const sumOf = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0);

function parseHeader(header: Buffer): { name: string; size: number; mode: number } {
  const text = (from: number, length: number): string => header.toString("utf8", from, from + length).split("\0")[0] ?? "";
  const number = (from: number, length: number): number => Number.parseInt(text(from, length).trim(), 8);
  const unsummed = Buffer.from(header).fill(" ", 148, 156);
  if (text(257, 6) !== "ustar" || number(148, 8) !== sumOf(unsummed)) throw new DamagedArchive("a part's header is not readable");
  const prefix = text(345, PREFIX_MAX);
  return { name: `${prefix === "" ? "" : `${prefix}/`}${text(0, NAME_MAX)}`, size: number(124, 12), mode: number(100, 8) };
}

/** Cuts a stream of chunks into runs of asked lengths. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    for await (const bytes of this.run(length)) taken.push(bytes);
    return Buffer.concat(taken);
  }

  /** The next `length` bytes; may be iterated again to get what was left of them. */
  run(length: number): AsyncIterable<Buffer> {
    let left = length;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined };
      while (this.rest.length === 0) await this.refill();
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      return { done: false, value: piece };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  private async refill(): Promise<void> {
    const { done, value } = await this.chunks.next();
    if (done) throw new DamagedArchive("the archive ends in the middle");
    this.rest = value;
  }
}
