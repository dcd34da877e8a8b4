/** The product's words as people read them, by their keys: a journey finds a button by what is written on it, whatever that is this week. */
import { readFileSync } from "node:fs";
import { z } from "zod";

type Words = { readonly [key: string]: string | Words };
const words: z.ZodType<Words> = z.lazy(() => z.record(z.string(), z.union([z.string(), words])));

const read = (language: "ru" | "en"): Words => {
  const file = new URL(`../../web/src/text/${language}.json`, import.meta.url);
  return words.parse(JSON.parse(readFileSync(file, "utf8")));
};
const inRussian = read("ru");

function find(of: Words, path: readonly string[]): string | Words | undefined {
  let at: string | Words | undefined = of;
  for (const step of path) at = typeof at === "object" ? at[step] : undefined;
  return at;
}

type WordsOf = (key: string, facts?: Readonly<Record<string, string>>) => string;

/** The words under a key in that language, `{{facts}}` filled in; refuses (throws) a key that does not exist. */
export function wordsIn(language: "ru" | "en"): WordsOf {
  const its = language === "ru" ? inRussian : read(language);
  return (key, facts = {}) => {
    const found = find(its, [key]) ?? find(its, key.split("."));
    if (typeof found !== "string") throw new Error(`no words under ${key}`);
    return found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => facts[name] ?? "");
  };
}

/** In Russian, as most journeys are. */
export const ru = wordsIn("ru");

/** A key on the screen where its words should be: `ring.cancel`, `problem.not-found.title`. */
export const wordKeys = new RegExp(`(?<![\\w@.])(${Object.keys(inRussian).join("|")})(\\.[\\w-]+)+(?![\\w@])`);
