/** Names of configurations and areas in the language on screen. */
import { areas, configurations, type Term } from "@minuta/contracts/taxonomy";
import { currentLocale } from "../../text/index.ts";

const byCode = (terms: readonly Term[]): ReadonlyMap<string, Term> => new Map(terms.map((term) => [term.code, term]));
const known = { configuration: byCode(configurations), area: byCode(areas) };

export type TermKind = keyof typeof known;

export const isKnown = (kind: TermKind, code: string): boolean => known[kind].has(code);

/** The code itself when this page does not know it: the server may be newer, and an invitation carries what its consultant typed. */
export const termName = (kind: TermKind, code: string): string => known[kind].get(code)?.[currentLocale()] ?? code;
