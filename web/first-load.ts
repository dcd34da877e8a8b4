/** Fails the build when the catalogue's first load has grown past its bound: the entry, the page and its words with all they import. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

/** Of script, gzip, as a browser gets it that has nothing yet. */
const FIRST_LOAD_MAX_BYTES = 220_000;
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
    for (const { fileName, isEntry, facadeModuleId } of chunks.values()) {
      if (isEntry || PARTS.some((part) => facadeModuleId?.endsWith(part))) load(fileName);
    }
    const sizes = await Promise.all([...loaded].map(async (name) => (await promisify(gzip)(chunks.get(name)?.code ?? "")).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > FIRST_LOAD_MAX_BYTES)
      this.error(`the catalogue's first load is ${total} bytes of script (gzip), the bound is ${FIRST_LOAD_MAX_BYTES}`);
    this.info(`the catalogue's first load: ${total} bytes of script (gzip) in ${loaded.size} files`);
  },
});
