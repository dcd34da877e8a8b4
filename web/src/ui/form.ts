/** Forms are checked by the contract's own schema; the words for a wrong field come from its name. */
import type { z } from "zod/mini";
import { ProblemError } from "../api/client.ts";
import type { Translate } from "../text/index.ts";

const namedFields = [
  "email",
  "password",
  "name",
  "firm",
  "organisation",
  "inn",
  "amount",
  "reason",
  "code",
  "ownRateKopecks",
  "task",
  "text",
] as const;
type NamedField = (typeof namedFields)[number];
const named = (field: string): NamedField | "other" => namedFields.find((known) => known === field) ?? "other";

/** What is wrong with a form, by field; empty when nothing is. Dotted path of the first wrong part of each field is its key. */
export function fieldErrors(schema: z.ZodMiniType, values: unknown, t: Translate): Record<string, string> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return {};
  return Object.fromEntries(parsed.error.issues.map((issue) => [String(issue.path[0]), t(`invalid.${named(String(issue.path[0]))}`)]));
}

/** The same words for a refusal of the server that concerns one field; empty for any other refusal. */
export function refusedFields(error: Error, t: Translate): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  if (error.type === "inn-not-valid") return { inn: t("invalid.inn") };
  if (error.type === "password-too-weak") return { password: t("invalid.password") };
  return {};
}

/** A form's empty text means "not given". */
export const orNull = (typed: string): string | null => (typed.trim() === "" ? null : typed.trim());
