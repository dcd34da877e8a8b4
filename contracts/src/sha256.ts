/**
 * SHA-256 (FIPS 180-4) in plain code: the browser's own is asynchronous and absent on pages opened from a file, where a journal must
 * be checkable too. Files are many times larger: theirs is the browser's own.
 */

/** The first 32 bits of the fractions of the cube roots (or square roots) of the first primes, computed exactly (FIPS 180-4, 4.2.2, 5.3.3). */
function fractionsOfRoots(count: number, root: 2n | 3n): number[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n += 1n) if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  return primes.map((prime) => Number(wholeRoot(prime << (32n * root), root) & 0xffff_ffffn) | 0);
}

/** floor of the square or cube root of `of`. */
function wholeRoot(of: bigint, root: 2n | 3n): bigint {
  let low = 0n;
  let high = 1n << 64n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** root <= of) low = middle;
    else high = middle;
  }
  return low;
}

const roundConstants = Int32Array.from(fractionsOfRoots(64, 3n));
const initialState = fractionsOfRoots(8, 2n);
const BLOCK_BYTES = 64;

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The message, a single 1 bit, zeros, and its length in bits: whole blocks. */
function padded(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 9) / BLOCK_BYTES);
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return view;
}

function expand(words: Int32Array, block: DataView, offset: number): void {
  for (let t = 0; t < 16; t += 1) words[t] = block.getInt32(offset + t * 4);
  for (let t = 16; t < 64; t += 1) {
    const early = words[t - 15]!;
    const late = words[t - 2]!;
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[t] = (words[t - 16]! + small0 + words[t - 7]! + small1) | 0;
  }
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t += 1) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + roundConstants[t]! + words[t]!) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index]! + word) | 0;
}

const hexOf = (numbers: ArrayLike<number>, digits: number): string =>
  Array.from(numbers, (number) => (number >>> 0).toString(16).padStart(digits, "0")).join("");

/** SHA-256 of a text's UTF-8, as 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  const block = padded(new TextEncoder().encode(text));
  const state = Int32Array.from(initialState);
  const words = new Int32Array(64);
  for (let offset = 0; offset < block.byteLength; offset += BLOCK_BYTES) {
    expand(words, block, offset);
    compress(state, words);
  }
  return hexOf(state, 8);
}

/** The same of a file, which is read into memory whole. */
export const sha256OfFile = async (file: Blob): Promise<string> =>
  hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())), 2);
