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

/** The bytes of one PDF; sizes in points (1/72 inch). */
export async function renderPdf(document: TDocumentDefinitions): Promise<Uint8Array> {
  return pdfmake.createPdf({ ...document, defaultStyle: { font: FONT, ...document.defaultStyle } }).getBuffer();
}
