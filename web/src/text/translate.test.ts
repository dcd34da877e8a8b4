import { describe, expect, it } from "vitest";
import en from "./en.json";
import ru from "./ru.json";
import { translator } from "./translate.ts";

describe("words by their key", () => {
  const russian = translator("ru", () => ru);
  const english = translator("en", () => en);

  it("take the form that the number asks for in its language", () => {
    expect([1, 3, 5, 21].map((count) => russian("book.calls", { count }))).toEqual(["1 звонок", "3 звонка", "5 звонков", "21 звонок"]);
    expect([1, 21].map((count) => english("book.calls", { count }))).toEqual(["1 call", "21 calls"]);
  });
  it("carry the facts as they are, also those that look like a key or a fact", () => {
    expect(russian("incoming.release", { release: "<b>$& {{count}}</b>" })).toContain("<b>$& {{count}}</b>");
  });
  it("are read anew when more of them have come", () => {
    let words = {};
    const t = translator("ru", () => words);
    expect(t("side.client")).toBe("side.client");
    words = ru;
    expect(t("side.client")).toBe("Клиент");
  });
});
