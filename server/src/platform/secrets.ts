/** Secrets: made of the system's randomness, kept in the database only as SHA-256. */
import { createHash, randomBytes, randomInt } from "node:crypto";

/** 32 random bytes as base64url (43 characters): sign-ins, links. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** `length` decimal digits, evenly drawn: codes people type. */
export const newDigits = (length: number): string => Array.from({ length }, () => randomInt(10)).join("");

/** What is stored of a token. A plain hash is enough: the token has 256 bits of its own. */
export const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
