/** The picture of who uses whom in ARCHITECTURE.md, drawn from boundaries.mjs between two marks. */
import { domains } from "../boundaries.mjs";

const BEGIN = "<!-- domains: generated from boundaries.mjs -->";
const END = "<!-- /domains -->";

/** `page` with the graph between its marks replaced by the table's; the domains in `built` exist, the others are planned and drawn dashed. */
export function withDomainGraph(page: string, built: readonly string[]): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`no marks ${BEGIN} … ${END}`);
  const arrows = Object.entries(domains).flatMap(([name, uses]) => uses.map((used) => `  ${name} --> ${used}`));
  const alone = Object.entries(domains).flatMap(([name, uses]) => (uses.length === 0 ? [`  ${name}`] : []));
  const planned = Object.keys(domains).filter((name) => !built.includes(name));
  const dashed = planned.length === 0 ? [] : ["  classDef planned stroke-dasharray: 4 4", `  class ${planned.join(",")} planned`];
  return [before, BEGIN, "\n\n```mermaid\nflowchart LR\n", [...alone, ...arrows, ...dashed].join("\n"), "\n```\n\n", END, after].join("");
}
