/** Every visible word, Russian by default, English beside it. The language is kept in this browser and, for a person, in the profile. */
import { locale, type Locale } from "@minuta/contracts/people";
import { createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

const STORAGE_KEY = "minuta.locale";
const load: Record<Locale, () => Promise<{ default: object }>> = { ru: () => import("./ru.json"), en: () => import("./en.json") };

export const text: i18n = createInstance();

function storedLocale(): Locale {
  try {
    return locale.catch("ru").parse(localStorage.getItem(STORAGE_KEY));
  } catch {
    return "ru";
  }
}

async function ensure(language: Locale): Promise<void> {
  if (!text.hasResourceBundle(language, "translation")) text.addResourceBundle(language, "translation", (await load[language]()).default);
  document.documentElement.lang = language;
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
