import { describe, expect, it } from "vitest";
import { journalEvent } from "@minuta/contracts/journal";
import ru from "../../text/ru.json";
import { translator } from "../../text/translate.ts";
import { makeFormat } from "../../ui/format.ts";
import { detailOf } from "./event-words.ts";

const t = translator("ru", () => ru);

const told = (kind: string, facts: Record<string, unknown>): string => {
  const event = journalEvent.parse({ n: 1, at: "2026-11-23T10:00:00Z", actor: "server", kind, facts, hash: "a".repeat(64) });
  return detailOf(event, t, makeFormat("ru")).replaceAll(/[\u00a0\u202f]/g, " ");
};

describe("an event of the journal in words", () => {
  it("tells how much was charged", () => {
    expect(told("charged", { amountKopecks: 1300 })).toBe("13,00 ₽");
  });
  it("tells which side came on the line, and by which way", () => {
    expect(told("on-the-line", { side: "client" })).toBe("Клиент");
    expect(told("path-changed", { path: "webrtc-direct" })).toBe("Напрямую");
  });
  it("tells whose recording lacks what", () => {
    expect(told("recording-failed", { side: "client", why: "silent" })).toBe("Клиент");
    expect(told("recording-gap", { side: "consultant", seconds: 95 })).toBe("Консультант, 1 мин 35 с");
    expect(told("recording-missing", { side: "client", numbers: "3, 7–9" })).toBe("Клиент, отрезки: 3, 7–9");
  });
  it("repeats what people wrote", () => {
    expect(told("chat", { text: "Откройте «Операции»" })).toBe("Откройте «Операции»");
  });
  it("leaves out a value it does not know instead of showing it raw", () => {
    expect(told("path-changed", { path: "carrier-pigeon" })).toBe("");
    expect(told("ended", {})).toBe("");
  });
});
