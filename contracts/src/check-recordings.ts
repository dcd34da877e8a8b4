/**
 * Whether files are what was recorded: each is compared by its SHA-256 with the segments that a protocol lists, anywhere and without
 * network. Names prove nothing and are not looked at. Files are read one after the other, so that a whole call's need the memory of one.
 */
import { side as anySide, type Side } from "./ids.ts";
import type { ProtocolFile } from "./protocol-file.ts";
import { sha256OfFile } from "./sha256.ts";

/** A segment as a file, or a tar archive of them. */
export interface GivenFile {
  readonly name: string;
  readonly content: Blob;
}

export interface RecordingsCheck {
  /** Numbers of the segments, from 1 in the order of the side's chain. */
  readonly sides: Readonly<Record<Side, { readonly fit: readonly number[]; readonly missing: readonly number[] }>>;
  /** Names of those that are no segment of this protocol: changed, cut short, or of another call. */
  readonly foreign: readonly string[];
}

const sides = anySide.options;
const noneYet: RecordingsCheck["sides"] = { client: { fit: [], missing: [] }, consultant: { fit: [], missing: [] } };

/** The same segment given twice is one. `before`: what fitted of files given earlier. */
export async function checkRecordings(
  listed: ProtocolFile["recordings"],
  given: Iterable<GivenFile>,
  before = noneYet,
): Promise<RecordingsCheck> {
  const hashes = new Set(sides.flatMap((side) => listed[side].map(({ sha256 }) => sha256)));
  const lengths = new Set(sides.flatMap((side) => listed[side].map(({ bytes }) => bytes)));
  const found = new Set(sides.flatMap((side) => before[side].fit.map((n) => listed[side][n - 1]?.sha256)));
  const foreign: string[] = [];
  for (const file of given)
    for await (const { name, content } of segmentsIn(file)) {
      // What has no segment's length need not be read.
      const hash = lengths.has(content.size) ? await sha256OfFile(content) : "";
      if (hashes.has(hash)) found.add(hash);
      else foreign.push(name);
    }
  const of = (side: Side): RecordingsCheck["sides"][Side] => {
    const all = listed[side].map(({ sha256 }, index) => ({ n: index + 1, here: found.has(sha256) }));
    const numbers = (here: boolean): number[] => all.filter((one) => one.here === here).map(({ n }) => n);
    return { fit: numbers(true), missing: numbers(false) };
  };
  return { sides: { client: of("client"), consultant: of("consultant") }, foreign };
}

/** `1–3, 7`, of numbers in order. */
export function inRanges(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

// ---- tar (POSIX ustar), read where it lies ----------------------------------------------------------------------------------

const BLOCK = 512;
const ascii = new TextDecoder("latin1");

interface Header {
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
}

async function blockAt(content: Blob, at: number): Promise<Uint8Array> {
  return new Uint8Array(await content.slice(at, at + BLOCK).arrayBuffer());
}

/** Null: this is no header of a tar archive. */
function headerOf(block: Uint8Array): Header | null {
  const text = (from: number, length: number): string => ascii.decode(block.subarray(from, from + length)).split("\0")[0] ?? "";
  const size = Number.parseInt(text(124, 12), 8);
  if (!text(257, 6).startsWith("ustar") || !Number.isSafeInteger(size) || size < 0) return null;
  const path = text(0, 100);
  return { name: path.slice(path.lastIndexOf("/") + 1), size, isFile: /^0?$/.test(text(156, 1)) };
}

/** The files in an archive; of one that is damaged those before the damage, and then itself. What is no archive is one file. */
async function* segmentsIn(file: GivenFile): AsyncGenerator<GivenFile> {
  const { content } = file;
  for (let at = 0; at < content.size || at === 0;) {
    const block = await blockAt(content, at);
    if (at > 0 && block.every((byte) => byte === 0)) return;
    const header = headerOf(block);
    if (header === null) return yield at === 0 ? file : { ...file, content: new Blob([]) };
    const from = at + BLOCK;
    if (header.isFile) yield { name: header.name, content: content.slice(from, from + header.size) };
    at = from + Math.ceil(header.size / BLOCK) * BLOCK;
  }
}
