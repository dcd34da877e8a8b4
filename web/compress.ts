/** Writes a .br and a .gz beside every built text file; the server hands out what the browser takes. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXTS = /\.(js|css|html|svg|json)$/;
/** Smaller ones fit into one packet anyway. */
const MIN_BYTES = 1024;

export const compress = (): Plugin => ({
  name: "compress",
  apply: "build",
  async writeBundle({ dir }) {
    if (dir === undefined) return;
    const names = (await readdir(dir, { recursive: true })).filter((name) => TEXTS.test(name));
    await Promise.all(names.map((name) => compressFile(join(dir, name))));
  },
});

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < MIN_BYTES) return;
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes));
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes));
}
