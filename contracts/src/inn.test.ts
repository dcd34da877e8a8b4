import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isInn } from "./inn.ts";

const digit = fc.integer({ min: 0, max: 9 });
const text = (length: number) => fc.array(digit, { minLength: length, maxLength: length }).map((digits) => digits.join(""));

describe("tax id", () => {
  test("numbers everybody can look up are accepted", () => {
    // Sberbank, Yandex, Gazprom: organisations. The last one is the usual printed example of a person's.
    for (const known of ["7707083893", "7736207543", "7736050003", "500100732259"]) expect(isInn(known), known).toBe(true);
  });

  test("anything but 10 or 12 digits is refused", () => {
    for (const wrong of ["", "770708389", "77070838930", "7707083893123", "770708389x", " 7707083893", "٧٧٠٧٠٨٣٨٩٣"])
      expect(isInn(wrong), wrong).toBe(false);
    // The check digits of its beginning hold, and its end has the right length.
    expect(isInn("5001007322590")).toBe(false);
    expect(isInn("500100732259x")).toBe(false);
  });

  test("one of ten organisations' numbers with a given beginning is right: the check digit leaves one choice", () => {
    fc.assert(
      fc.property(text(9), (beginning) => {
        const right = Array.from({ length: 10 }, (_, last) => `${beginning}${last}`).filter(isInn);
        expect(right).toHaveLength(1);
      }),
    );
  });

  test("one of a hundred persons' numbers with a given beginning is right", () => {
    fc.assert(
      fc.property(text(10), (beginning) => {
        const right = Array.from({ length: 100 }, (_, last) => `${beginning}${String(last).padStart(2, "0")}`).filter(isInn);
        expect(right).toHaveLength(1);
      }),
    );
  });

  test("a single mistyped digit of an organisation's number is found, but where two remainders share a check digit", () => {
    // Remainders 0 and 10 both give the digit 0, so not every slip can be found; on this number every one is.
    const known = "7707083893";
    for (let at = 0; at < known.length; at += 1) {
      for (let typed = 0; typed < 10; typed += 1) {
        const slip = `${known.slice(0, at)}${typed}${known.slice(at + 1)}`;
        expect(isInn(slip), slip).toBe(slip === known);
      }
    }
  });
});
