/** .env.example: every setting of server/src/config.ts with its meaning and default. */
import { settings } from "../server/src/config.ts";
import type { z } from "zod";

/** What a setting is when it is not set, as it would be written; empty when there is no default. */
function defaultOf(schema: z.ZodType): string {
  const result = schema.safeParse(undefined);
  const value = result.success ? result.data : undefined;
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The text of .env.example: all lines are comments, so that a copy changes nothing until a line is freed. */
export function envExample(): string {
  const parts = Object.entries(settings).map(([name, { meaning, schema }]) => `# ${meaning}.\n#${name}=${defaultOf(schema)}\n`);
  return `# Settings of Minuta, all optional. Generated from server/src/config.ts.\n\n${parts.join("\n")}`;
}
