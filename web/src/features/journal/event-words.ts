/** What one event of the journal says beyond its kind, in the words of the screen. */
import { callEndReason, callView } from "@minuta/contracts/calls";
import { whenWrong } from "@minuta/contracts/fallback";
import { side } from "@minuta/contracts/ids";
import type { JournalEvent, JournalKind } from "@minuta/contracts/journal";
import { fingerprintOf } from "@minuta/contracts/signing";
import { objection } from "@minuta/contracts/statement";
import { mediaPath } from "@minuta/contracts/wire";
import { z } from "zod/mini";
import type { Translate } from "../../text/index.ts";
import { codeInThrees, type Format } from "../../ui/format.ts";
import { termName } from "../catalogue/terms.ts";

type Facts = JournalEvent["facts"];
type Tell = (facts: Facts, t: Translate, format: Format) => string;

const refusals = z.enum(["refused", "not-supported", "missing"]);
const stoppers = z.enum(["person", "browser"]);
const flags = callView.shape.flags;

const textOf = (facts: Facts, name: string): string => whenWrong(z.string(), "").parse(facts[name]);
const sumOf = (facts: Facts, name: string): bigint => BigInt(whenWrong(z.int(), 0).parse(facts[name]));
const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(", ");

/** Words for a fact of a known set; nothing for a value this page does not know. */
function among<Value extends string>(known: z.ZodMiniType<Value>, value: unknown, words: (value: Value) => string): string {
  const found = known.safeParse(value);
  return found.success ? words(found.data) : "";
}

const task = (facts: Facts): string => joined(textOf(facts, "task"), termName("configuration", textOf(facts, "configuration")));
const releaseOf = (facts: Facts, t: Translate): string => {
  const release = textOf(facts, "release");
  return release === "" ? "" : t("incoming.release", { release });
};
const whose: Tell = (facts, t) => among(side, facts["side"], (of) => t(`side.${of}`));
const refusal: Tell = (facts, t) => among(refusals, facts["why"], (why) => t(`journal.why.${why}`));
const said: Tell = (facts) => textOf(facts, "text");

const FINGERPRINT_SHOWN_LENGTH = 16;

/** Kinds that are not here say all by their name. */
const details: Partial<Record<JournalKind, Tell>> = {
  invited: task,
  rung: (facts, t) => joined(task(facts), releaseOf(facts, t)),
  "task-changed": task,
  joined: (facts) => joined(textOf(facts, "name"), textOf(facts, "organisation")),
  "on-the-line": whose,
  "off-the-line": whose,
  "screen-stopped": (facts, t) => among(stoppers, facts["by"], (by) => t(`journal.by.${by}`)),
  "screen-refused": refusal,
  "microphone-refused": refusal,
  "path-changed": (facts, t) => among(mediaPath, facts["path"], (path) => t(`path.${path}`)),
  "safety-number": (facts) => codeInThrees(textOf(facts, "number")),
  "key-shown": (facts) => fingerprintOf(textOf(facts, "publicKey")).slice(0, FINGERPRINT_SHOWN_LENGTH),
  "signature-refused": (facts, t) => among(objection, facts["why"], (why) => t(`signaturePause.why.${why}`)),
  charged: (facts, _, format) => format.money(sumOf(facts, "amountKopecks")),
  settled: (facts, _, format) => format.money(sumOf(facts, "chargedKopecks")),
  chat: said,
  commented: said,
  "email-confirmed": (facts) => textOf(facts, "email"),
  ended: (facts, t) => among(callEndReason, facts["reason"], (reason) => t(`endReason.${reason}`)),
  "recording-failed": whose,
  "recording-gap": (facts, t, format) => joined(whose(facts, t, format), format.duration(Number(sumOf(facts, "seconds")))),
  "recording-missing": (facts, t, format) => joined(whose(facts, t, format), t("journal.segments", { numbers: textOf(facts, "numbers") })),
  flagged: (facts, t) => (flags.safeParse(facts["flags"]).data ?? []).map((flag) => t(`flag.${flag}`)).join(" "),
};

/** Empty when the kind says all. */
export const detailOf = ({ kind, facts }: JournalEvent, t: Translate, format: Format): string => details[kind]?.(facts, t, format) ?? "";
