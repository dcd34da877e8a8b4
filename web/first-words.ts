/** `ru.json?first`: of a language's words those that the first page needs, as a file of their own to the browser. */
import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

const FIRST = [
  "action",
  "availability",
  "brand",
  "card",
  "catalogue",
  "code",
  "error",
  "header",
  "landing",
  "loading",
  "nav",
  "notFound",
  "problem",
  "sums",
  "wayOut",
];
const QUERY = "?first";

export const firstWords = (): Plugin => ({
  name: "first-words",
  enforce: "pre",
  async resolveId(source, importer) {
    if (!source.endsWith(`.json${QUERY}`)) return null;
    const found = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
    // Not `.json` any more, or it would be read as a file of JSON.
    return found && `${found.id.replace(/[.]json$/, "")}${QUERY}`;
  },
  async load(id) {
    if (!id.endsWith(QUERY)) return null;
    const file = `${id.slice(0, -QUERY.length)}.json`;
    this.addWatchFile(file);
    const words = Object.entries(JSON.parse(await readFile(file, "utf8")) as object).filter(([name]) => FIRST.includes(name));
    return `export default ${JSON.stringify(Object.fromEntries(words))}`;
  },
});
