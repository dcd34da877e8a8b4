import { problems } from "@minuta/contracts/problem";
import { journalKind } from "@minuta/contracts/journal";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import ru from "./ru.json";

type Tree = { readonly [key: string]: string | Tree };

/** Every key of a text file with its words: `problem.internal.title` → words. */
function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") found.set(here, value);
    else for (const [below, words] of leaves(value, here)) found.set(below, words);
  }
  return found;
}

const placeholders = (words: string): string[] => [...words.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").toSorted();

describe("the words of both languages", () => {
  const russian = leaves(ru);
  const english = leaves(en);

  it("have the same keys", () => {
    expect([...english.keys()].toSorted()).toEqual([...russian.keys()].toSorted());
  });

  it("are never empty and name the same facts", () => {
    for (const [key, words] of russian) {
      expect(words.trim(), key).not.toBe("");
      expect(placeholders(english.get(key) ?? ""), key).toEqual(placeholders(words));
    }
  });

  it("tell every refusal and its way out, naming only facts the refusal carries", () => {
    const types = [...Object.keys(problems), "no-connection", "not-understood"];
    for (const type of types) expect(Object.keys(ru.problem)).toContain(type);
    for (const [type, { facts }] of Object.entries(problems)) {
      const told = [...placeholders(russian.get(`problem.${type}.title`) ?? ""), ...placeholders(russian.get(`problem.${type}.way`) ?? "")];
      for (const fact of told) expect(Object.keys(facts.shape), type).toContain(fact);
    }
  });

  it("name every kind of journal event", () => {
    for (const kind of journalKind.options) expect(Object.keys(ru.journal.kind)).toContain(kind);
  });
});
