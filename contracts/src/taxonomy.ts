/** The field's reference data: 1C configurations and accounting areas, with names in both languages. Codes never change meaning. */
import { z } from "zod/mini";
import data from "./taxonomy.json" with { type: "json" };

export interface Term {
  readonly code: string;
  readonly ru: string;
  readonly en: string;
}
export interface Configuration extends Term {
  /** Other names people type. */
  readonly aliases: readonly string[];
}
export interface Area extends Term {
  /** Code of its group. */
  readonly group: string;
}

export const configurations: readonly Configuration[] = data.configurations;
export const areaGroups: readonly Term[] = data.areaGroups;
export const areas: readonly Area[] = data.areas;

const among = (terms: readonly Term[], what: string) => {
  const known = new Set(terms.map(({ code }) => code));
  return z.string().check(
    z.maxLength(40),
    z.refine((code) => known.has(code), { error: `no such ${what}` }),
  );
};
/** Code of a known configuration. */
export const configurationCode = among(configurations, "configuration");
/** Code of a known accounting area. */
export const areaCode = among(areas, "area");
