/**
 * Every visible word, Russian by default, English beside it. The language is kept in this browser and, for a person, in the profile.
 * The first page stands with few of them; whatever needs more words comes with all of them (`withWords`).
 */
import { locale, type Locale } from "@minuta/contracts/people";
import { createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

const STORAGE_KEY = "minuta.locale";
type Words = Record<Locale, () => Promise<{ default: object }>>;
const first: Words = { ru: () => import("./ru.json?first"), en: () => import("./en.json?first") };
const all: Words = { ru: () => import("./ru.json"), en: () => import("./en.json") };

export const text: i18n = createInstance();

function storedLocale(): Locale {
  try {
    return locale.catch("ru").parse(localStorage.getItem(STORAGE_KEY));
  } catch {
    return "ru";
  }
}

/** Whether anything on screen needed all the words, and in which languages they are here. */
let allWanted = false;
const whole = new Set<Locale>();

async function ensure(language: Locale): Promise<void> {
  if (allWanted && !whole.has(language)) {
    text.addResourceBundle(language, "translation", (await all[language]()).default, true, true);
    whole.add(language);
  } else if (!text.hasResourceBundle(language, "translation")) {
    text.addResourceBundle(language, "translation", (await first[language]()).default);
  }
  document.documentElement.lang = language;
}

/** A part of the pages that comes together with every word it may say. */
export async function withWords<Part>(part: Promise<Part>): Promise<Part> {
  allWanted = true;
  const [loaded] = await Promise.all([part, ensure(currentLocale())]);
  return loaded;
}

/** Call once before the first render. */
export async function startText(): Promise<void> {
  const language = storedLocale();
  await text.use(initReactI18next).init({ lng: language, resources: {}, interpolation: { escapeValue: false }, returnNull: false });
  await ensure(language);
}

export async function changeLocale(language: Locale): Promise<void> {
  await ensure(language);
  await text.changeLanguage(language);
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
}

export const currentLocale = (): Locale => (text.language === "en" ? "en" : "ru");
