/** Words by their key. Facts are put in, plural forms chosen; a library for it would be a tenth of the first load (decision 0012). */
import type { Locale } from "@minuta/contracts/people";
import type ru from "./ru.json";

export type Words = typeof ru;

/** `calls_one`, `calls_few`… are one key, `calls`: the fact `count` chooses the form. */
type WithoutForm<Key extends string> = Key extends `${infer Name}_${Intl.LDMLPluralRule}` ? Name : Key;
type KeyOf<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? WithoutForm<Key> : `${Key}.${KeyOf<Tree[Key]>}`;
}[keyof Tree & string];
export type TextKey = KeyOf<Words>;

/** What stands in the words as `{{name}}`. */
export type TextFacts = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, facts?: TextFacts) => string;

/** Words as they came: the first page has but some of them. */
export type Tree = { readonly [key: string]: string | Tree };

function found(words: Tree, key: string): string | undefined {
  let here: string | Tree | undefined = words;
  for (const step of key.split(".")) here = typeof here === "object" ? here[step] : undefined;
  return typeof here === "string" ? here : undefined;
}

/** `words` is asked anew for each text, as more of them may have come; a key that has none is told as it is. */
export function translator(locale: Locale, words: () => Tree): Translate {
  const plural = new Intl.PluralRules(locale);
  return (key, facts = {}) => {
    const { count } = facts;
    const text = found(words(), key) ?? (typeof count === "number" ? found(words(), `${key}_${plural.select(count)}`) : undefined) ?? key;
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(facts[name] ?? ""));
  };
}
