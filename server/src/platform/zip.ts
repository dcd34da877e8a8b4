/** A zip as a stream: deflated entries whose sizes follow them (APPNOTE 4.4.4, bit 3), so that nothing is held back. Entries and archive below 4 GiB. */
import { Readable } from "node:stream";
import { createDeflateRaw, crc32 } from "node:zlib";

export interface ZipEntry {
  /** ASCII, with slashes. */
  readonly name: string;
  readonly content: AsyncIterable<string> | Iterable<string>;
}

const VERSION = 20;
const SIZES_FOLLOW = 0x0008;
const DEFLATED = 8;
/** 1 January 1980, 0:00: the same content makes the same file. */
const DOS_DATE = 0x0021;

interface Written {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

function words(layout: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(layout.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of layout) at = bytes === 2 ? buffer.writeUInt16LE(value, at) : buffer.writeUInt32LE(value, at);
  return buffer;
}

/** What a local header and the central directory both say of an entry. */
const aboutEntry = ({ name, crc, packed, size }: Omit<Written, "offset">) =>
  [
    [2, VERSION],
    [2, SIZES_FOLLOW],
    [2, DEFLATED],
    [2, 0],
    [2, DOS_DATE],
    [4, crc],
    [4, packed],
    [4, size],
    [2, name.length],
    [2, 0],
  ] as const;

export async function* zipOf(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, "ascii");
    const header = Buffer.concat([words([[4, 0x04034b50], ...aboutEntry({ name, crc: 0, packed: 0, size: 0 })]), name]);
    yield header;
    let [crc, packed, size] = [0, 0, 0];
    const counted = Readable.from(measure(entry.content, (bytes) => ([crc, size] = [crc32(bytes, crc), size + bytes.length])));
    for await (const bytes of counted.pipe(createDeflateRaw()) as AsyncIterable<Buffer>) {
      packed += bytes.length;
      yield bytes;
    }
    written.push({ name, offset, crc, packed, size });
    const sizes = words([
      [4, 0x08074b50],
      [4, crc],
      [4, packed],
      [4, size],
    ]);
    yield sizes;
    offset += header.length + packed + sizes.length;
  }
  yield* directoryOf(written, offset);
}

async function* measure(content: ZipEntry["content"], count: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const text of content) {
    const bytes = Buffer.from(text);
    count(bytes);
    yield bytes;
  }
}

function* directoryOf(written: readonly Written[], offset: number): Generator<Uint8Array> {
  let length = 0;
  for (const entry of written) {
    const rest = words([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, entry.offset],
    ]);
    const record = Buffer.concat([words([[4, 0x02014b50], [2, VERSION], ...aboutEntry(entry)]), rest, entry.name]);
    length += record.length;
    yield record;
  }
  yield words([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, written.length],
    [2, written.length],
    [4, length],
    [4, offset],
    [2, 0],
  ]);
}
