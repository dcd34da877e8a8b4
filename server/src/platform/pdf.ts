/** PDF documents: PT Sans embedded (Cyrillic, ₽, №), text that can be searched and copied. Nothing is fetched and no other file is read. */
import { createRequire } from "node:module";
import pdfmake from "pdfmake";
import type { TDocumentDefinitions } from "pdfmake/interfaces.js";

const locate = createRequire(import.meta.url).resolve;
const face = (name: string): string => locate(`@expo-google-fonts/pt-sans/${name}/PTSans_${name}.ttf`);
export const faces = {
  normal: face("400Regular"),
  italics: face("400Regular_Italic"),
  bold: face("700Bold"),
  bolditalics: face("700Bold_Italic"),
};

const FONT = "PTSans";
pdfmake.setFonts({ [FONT]: faces });
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => Object.values(faces).includes(path));

/** Signs people like to write that the font has not: an empty box would say less. */
const likeness: Readonly<Record<string, string>> = { "→": "->", "←": "<-", "↔": "<->", "⇒": "=>", "✓": "+", "✔": "+" };
const LACKING = new RegExp(`[${Object.keys(likeness).join("")}]`, "gu");

/** The bytes of one PDF; sizes in points (1/72 inch). */
export async function renderPdf(document: TDocumentDefinitions): Promise<Uint8Array> {
  const content = inOurFont(document.content) as TDocumentDefinitions["content"];
  return pdfmake.createPdf({ ...document, content, defaultStyle: { font: FONT, ...document.defaultStyle } }).getBuffer();
}

function inOurFont(node: unknown): unknown {
  if (typeof node === "string") return node.replaceAll(LACKING, (sign) => likeness[sign] ?? sign);
  if (Array.isArray(node)) return node.map(inOurFont);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, inOurFont(value)]));
}
