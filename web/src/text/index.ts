/**
 * Every visible word, Russian by default, English beside it. The language is kept in this browser and, for a person, in the profile.
 * The first page stands with few of them; whatever needs more words comes with all of them (`withWords`).
 */
import { locale, type Locale } from "@minuta/contracts/people";
import { useSyncExternalStore } from "react";
import { translator, type Translate, type Tree } from "./translate.ts";

export type { Translate } from "./translate.ts";

const STORAGE_KEY = "minuta.locale";
type Files = Record<Locale, () => Promise<{ default: object }>>;
const first: Files = { ru: () => import("./ru.json?first"), en: () => import("./en.json?first") };
const all: Files = { ru: () => import("./ru.json"), en: () => import("./en.json") };

function storedLocale(): Locale {
  try {
    return locale.safeParse(localStorage.getItem(STORAGE_KEY)).data ?? "ru";
  } catch {
    return "ru";
  }
}

/** The words that are here, by language. */
const here = new Map<Locale, Tree>();
/** Whether anything on screen needed all the words, and in which languages they are here. */
let allWanted = false;
const whole = new Set<Locale>();

async function ensure(language: Locale): Promise<void> {
  if (allWanted && !whole.has(language)) {
    const { default: words } = await all[language]();
    here.set(language, words as Tree);
    whole.add(language);
  } else if (!here.has(language)) {
    const { default: words } = await first[language]();
    // All of them may have come meanwhile.
    if (!here.has(language)) here.set(language, words as Tree);
  }
  document.documentElement.lang = language;
}

const speakerOf = (language: Locale): { readonly t: Translate; readonly locale: Locale } => ({
  t: translator(language, () => here.get(language) ?? {}),
  locale: language,
});

let speaker = speakerOf("ru");
const listeners = new Set<() => void>();

function speak(language: Locale): void {
  if (language === speaker.locale) return;
  speaker = speakerOf(language);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentLocale = (): Locale => speaker.locale;

/** The words of the language on screen: whoever uses them is drawn again when the language changes. */
export const useTranslation = () => useSyncExternalStore(subscribe, () => speaker);

/** A part of the pages that comes together with every word it may say. */
export async function withWords<Part>(part: Promise<Part>): Promise<Part> {
  allWanted = true;
  const [loaded] = await Promise.all([part, ensure(currentLocale())]);
  return loaded;
}

/** Call once before the first render. */
export async function startText(): Promise<void> {
  const language = storedLocale();
  await ensure(language);
  speak(language);
}

export async function changeLocale(language: Locale): Promise<void> {
  await ensure(language);
  speak(language);
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
}
