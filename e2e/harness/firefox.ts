/** Debian's Firefox over WebDriver BiDi: for what must be the same in another browser than Chromium. */
import { launch, type Page } from "puppeteer-core";
import type { Screen } from "./screen.ts";

const FIREFOX = "/usr/bin/firefox-esr";
const PATIENCE_MS = 60_000;
const AUTOPLAY_ALLOWED = 0;

/** A page of its own with an empty profile, in Russian, over the whole of a screen or without one; `close` ends the browser. */
export async function startFirefox(screen?: Screen): Promise<{ page: Page; close(): Promise<void> }> {
  const browser = await launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: screen === undefined,
    ...(screen === undefined ? {} : { env: { ...process.env, DISPLAY: screen.display }, args: ["--kiosk"], defaultViewport: null }),
    timeout: PATIENCE_MS,
    protocolTimeout: PATIENCE_MS,
    extraPrefsFirefox: { "intl.accept_languages": "ru", "media.autoplay.default": AUTOPLAY_ALLOWED },
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return { page, close: async () => await browser.close() };
}
