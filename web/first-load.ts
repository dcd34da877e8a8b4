/** Fails the build when the catalogue's first load has grown past its bound: the entry, the page and its words with all they import. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

/** Of script, gzip, as a browser gets it that has nothing yet. */
const FIRST_LOAD_MAX_BYTES = 174_000;
const PARTS = ["/src/features/catalogue/catalogue-page.tsx", "/src/text/ru?first"];

export const boundFirstLoad = (): Plugin => ({
  name: "first-load",
  apply: "build",
  async generateBundle(_, bundle) {
    const chunks = new Map(Object.values(bundle).flatMap((part) => (part.type === "chunk" ? [[part.fileName, part]] : [])));
    const loaded = new Set<string>();
    const load = (name: string): void => {
      if (loaded.has(name)) return;
      loaded.add(name);
      chunks.get(name)?.imports.forEach(load);
    };
    for (const { fileName, isEntry } of chunks.values()) if (isEntry) load(fileName);
    for (const part of PARTS) {
      // Where the part itself is, and the file by which it is asked for, if that is another.
      const own = [...chunks.values()].filter(({ facadeModuleId, moduleIds }) =>
        [facadeModuleId, ...moduleIds].some((id) => id?.endsWith(part)),
      );
      if (own.length === 0) this.error(`no file of the build has ${part}: the first load cannot be weighed`);
      for (const { fileName } of own) load(fileName);
    }
    const sizes = await Promise.all([...loaded].map(async (name) => (await promisify(gzip)(chunks.get(name)?.code ?? "")).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > FIRST_LOAD_MAX_BYTES)
      this.error(`the catalogue's first load is ${total} bytes of script (gzip), the bound is ${FIRST_LOAD_MAX_BYTES}`);
    this.info(`the catalogue's first load: ${total} bytes of script (gzip) in ${loaded.size} files`);
  },
});
