/** One event of the journal as a reader understands it: what its facts say, in words. Pure. */
import type { JournalEvent, JournalKind } from "@minuta/contracts/journal";
import { kopecks } from "@minuta/contracts/money";
import { fingerprintOf } from "@minuta/contracts/signing";
import { z } from "zod";
import type { Formats } from "./print-format.ts";
import type { PrintTexts } from "./print-texts.ts";

interface Words {
  readonly texts: PrintTexts;
  readonly formats: Formats;
}
type Facts = JournalEvent["facts"];

const textOf = (facts: Facts, name: string): string | null => (typeof facts[name] === "string" && facts[name] !== "" ? facts[name] : null);
const sumOf = (facts: Facts, name: string): ReturnType<typeof kopecks> | null =>
  Number.isSafeInteger(facts[name]) ? kopecks(Number(facts[name])) : null;
const joined = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(", ");
const within = <T>(table: Readonly<Record<string, T>>, key: string | null): T | null => (key === null ? null : (table[key] ?? null));

const task = (facts: Facts, { texts, formats }: Words): string => {
  const configuration = textOf(facts, "configuration");
  const release = textOf(facts, "release");
  return joined(
    textOf(facts, "task"),
    configuration === null ? null : `${texts.facts.configuration} ${formats.configuration(configuration)}`,
    release === null ? null : `${texts.facts.release} ${release}`,
  );
};
const money = (facts: Facts, name: string, { formats }: Words): string => formats.money(sumOf(facts, name) ?? kopecks(0n));
const side = (facts: Facts, { texts }: Words): string => within(texts.sides, textOf(facts, "side")) ?? "";
const refusal = (facts: Facts, { texts }: Words): string =>
  within({ refused: texts.facts.refused, "not-supported": texts.facts.notSupported, missing: texts.facts.missing }, textOf(facts, "why")) ??
  "";
const plainText = (facts: Facts): string => textOf(facts, "text") ?? "";

const bothTexts = z.record(z.string(), z.unknown());
const BEGINNING_LENGTH = 120;
const beginningOf = (text: string): string =>
  text.length > BEGINNING_LENGTH ? `${text.slice(0, BEGINNING_LENGTH).toWellFormed()}…` : text;

const FINGERPRINT_SHOWN_LENGTH = 16;

/** Kinds that are not here say all by their name. */
const details: Partial<Readonly<Record<JournalKind, (facts: Facts, words: Words) => string>>> = {
  invited(facts, words) {
    const rate = sumOf(facts, "ownRateKopecks");
    return joined(
      task(facts, words) || null,
      rate === null ? null : `${words.texts.facts.rate} ${words.texts.perMinute(words.formats.money(rate))}`,
    );
  },
  joined: (facts, { texts }) =>
    joined(textOf(facts, "name"), textOf(facts, "organisation"), facts["identified"] === true ? null : texts.facts.notIdentified),
  rung: (facts, words) =>
    joined(
      textOf(facts, "name"),
      textOf(facts, "organisation"),
      task(facts, words),
      words.texts.perMinute(money(facts, "pricePerMinuteKopecks", words)),
    ),
  cancelled: (facts, { texts }) => (textOf(facts, "because") === "client-gone" ? texts.facts.clientGone : ""),
  "consent-given": (facts, { texts }) =>
    textOf(bothTexts.safeParse(facts["texts"]).data ?? {}, texts.locale) ?? textOf(facts, "version") ?? "",
  "task-changed": task,
  "on-the-line": side,
  "off-the-line": side,
  "screen-stopped": (facts, { texts }) => within({ person: texts.facts.bySite, browser: texts.facts.byBrowser }, textOf(facts, "by")) ?? "",
  "screen-refused": refusal,
  "microphone-refused": refusal,
  "path-changed": (facts, { texts }) => within(texts.paths, textOf(facts, "path")) ?? "",
  "safety-number": (facts) => textOf(facts, "number")?.replace(/^(\d{3})(\d{3})$/, "$1 $2") ?? "",
  "key-shown": (facts) => fingerprintOf(textOf(facts, "publicKey") ?? "").slice(0, FINGERPRINT_SHOWN_LENGTH),
  charged: (facts, words) => money(facts, "amountKopecks", words),
  chat: plainText,
  // It stands in full among the comments.
  commented: (facts) => beginningOf(plainText(facts)),
  "email-confirmed": (facts) => textOf(facts, "email") ?? "",
  ended: (facts, { texts }) => within(texts.endReasons, textOf(facts, "reason")) ?? "",
  settled(facts, words) {
    const total = money(facts, "chargedKopecks", words);
    const { platform, consultant } = words.texts.facts;
    if (sumOf(facts, "feeKopecks") === null) return total;
    return `${total}: ${platform} ${money(facts, "feeKopecks", words)}, ${consultant} ${money(facts, "earnedKopecks", words)}`;
  },
  "recording-refused": (facts, { texts }) => (textOf(facts, "by") === "red-stop" ? texts.facts.byRedStop : ""),
  "recording-failed": (facts, words) => joined(side(facts, words), within(words.texts.troubles, textOf(facts, "why"))),
  "recording-gap": (facts, words) => joined(side(facts, words), words.texts.gap(Number(facts["seconds"]))),
  "recording-missing": (facts, words) => joined(side(facts, words), words.texts.segments(textOf(facts, "numbers") ?? "")),
  "recording-damaged": (facts, words) => joined(side(facts, words), words.texts.segment(Number(facts["n"]))),
  flagged: (facts, { texts }) =>
    Array.isArray(facts["flags"]) ? facts["flags"].map((flag) => within(texts.flags, String(flag)) ?? String(flag)).join("; ") : "",
};

/** `вошёл по приглашению: Ольга, ООО «Ромашка»`: the kind's name and its detail, empty when there is none. */
export function eventInWords({ kind, facts }: JournalEvent, words: Words): { readonly what: string; readonly detail: string } {
  return { what: words.texts.kinds[kind], detail: details[kind]?.(facts, words) ?? "" };
}
