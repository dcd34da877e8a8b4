import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { consentTexts, CONSENT_VERSION } from "./consent.ts";

test.each(["ru", "en"] as const)("what a client reads before he joins (%s) is what the journal will say he agreed to", async (locale) => {
  const words: { join: { consent: string } } = JSON.parse(
    await readFile(new URL(`../../web/src/text/${locale}.json`, import.meta.url), "utf8"),
  );
  expect(words.join.consent).toBe(consentTexts[CONSENT_VERSION]?.[locale]);
});
