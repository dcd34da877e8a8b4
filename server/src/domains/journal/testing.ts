/** For the tests of the journal: what stands in a printed PDF. */
import { inflateSync } from "node:zlib";

function objectsOf(pdf: Uint8Array): Map<string, string> {
  const file = Buffer.from(pdf).toString("latin1");
  return new Map([...file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, name = "", body = ""]) => [name, body]));
}

function stream(body: string): string {
  const from = body.indexOf("stream\n") + 7;
  return inflateSync(Buffer.from(body.slice(from, body.lastIndexOf("\nendstream")), "latin1")).toString("latin1");
}

/** What is drawn on each page. */
const pagesOf = (objects: ReadonlyMap<string, string>): string[] =>
  [...objects.values()]
    .filter((body) => /\/Type \/Page\n/.test(body))
    .map((body) => stream(objects.get(/Contents (\d+) 0 R/.exec(body)![1]!)!));

/** Rectangles: rules, and the squares of the code. */
export const squaresIn = (pdf: Uint8Array): number => pagesOf(objectsOf(pdf)).join("\n").match(/ re$/gm)?.length ?? 0;

/** The text layer of a PDF, as a reader's search and copy see it: glyphs of every page through the fonts' ToUnicode tables. */
export function textOf(pdf: Uint8Array): string {
  const objects = objectsOf(pdf);
  const unicodeOf = (fontObject: string): string[] => {
    const table = stream(objects.get(/ToUnicode (\d+) 0 R/.exec(objects.get(fontObject)!)![1]!)!);
    return [...table.matchAll(/\[([^\]]*)\]/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/<([0-9a-f ]*)>/g)].map(([, hex = ""]) => Buffer.from(hex.replaceAll(" ", ""), "hex").swap16().toString("utf16le")),
    );
  };
  const fonts = new Map<string, string[]>();
  for (const body of objects.values())
    for (const [, name, object] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) if (!fonts.has(name!)) fonts.set(name!, unicodeOf(object!));
  let font: string[] = [];
  const lines = pagesOf(objects)
    .join("\n")
    .split("\n")
    .map((line) => {
      const named = /^\/(F\d+) [\d.]+ Tf/.exec(line);
      if (named) font = fonts.get(named[1]!)!;
      if (!line.endsWith("TJ")) return "";
      return [...line.matchAll(/<([0-9a-f]+)>/g)]
        .map(([, hex = ""]) =>
          hex
            .match(/.{4}/g)!
            .map((glyph) => font[Number.parseInt(glyph, 16)] ?? "")
            .join(""),
        )
        .join("");
    });
  return lines.join("").replaceAll("\u00a0", " ");
}
