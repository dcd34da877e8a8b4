/** Passwords at rest: argon2id with the parameters OWASP names first (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane). */
import { hash, verify } from "@node-rs/argon2";
import { newToken } from "#platform/secrets";
import { normalizedPassword } from "./rules.ts";

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (typed: string): Promise<string> => hash(normalizedPassword(typed), parameters);

/** A hash that no password fits, so that an unknown e-mail costs as much work as a known one. */
const nobodysHash: Promise<string> = hash(newToken(), parameters);

/** `null`: there is nothing to compare with; takes as long and answers no. */
export async function passwordFits(stored: string | null, typed: string): Promise<boolean> {
  const fits = await verify(stored ?? (await nobodysHash), normalizedPassword(typed));
  return fits && stored !== null;
}
