/**
 * The import rules of boundaries.mjs, checked by dependency-cruiser over the real syntax trees. It wants the compiler API that
 * TypeScript 7 no longer has, so its `typescript` is answered by the alias `typescript6`.
 */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ICruiseResult, IRegularForbiddenRuleType } from "dependency-cruiser";
import { absences, domains, tests, workspaces } from "../boundaries.mjs";

registerHooks({
  resolve: (specifier, context, next) =>
    next(
      context.parentURL?.includes("/dependency-cruiser/") ? specifier.replace(/^typescript(?=$|\/)/, "typescript6") : specifier,
      context,
    ),
});

export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Reads every source file below `root` (a checkout of this repository) and answers the imports the table forbids. */
export async function violationsIn(root: string): Promise<Violation[]> {
  const { cruise } = await import("dependency-cruiser");
  const result = await cruise(
    Object.keys(workspaces),
    {
      baseDir: resolve(root),
      validate: true,
      ruleSet: { forbidden: rules() },
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "^[^/]+/(dist|reports|test-results)/" },
    },
    { exportsFields: ["exports"], conditionNames: ["import", "node", "types", "default"], mainFields: ["module", "main", "types"] },
  );
  const { modules, summary } = parsed(result.output);
  if (!modules.some((module) => module.dependencies.length > 0)) throw new Error("not one import was seen: the parser does not work");
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

function parsed(output: ICruiseResult | string): ICruiseResult {
  if (typeof output === "string") throw new Error(output);
  return output;
}

/** The table as dependency-cruiser's rules. */
function rules(): IRegularForbiddenRuleType[] {
  return [...workspaceRules(), ...domainRules(), ...absences.map(absenceRule), ...generalRules];
}

function workspaceRules(): IRegularForbiddenRuleType[] {
  const names = Object.keys(workspaces);
  return Object.entries(workspaces).flatMap(([name, may]) => {
    const others = names.filter((other) => other !== name && !may.uses.some((used) => used === other));
    const rule = forbid(`${name}-workspace`, { path: `^${name}/` }, { path: `^(${others.join("|")})/` });
    if (!("packages" in may)) return [rule];
    const foreign = { pathNot: [`^${name}/`, ...may.packages.map((of) => `(^|node_modules/)${of}/`)] };
    return [rule, forbid(`${name}-packages`, { path: `^${name}/`, pathNot: "[.]test[.]ts$" }, foreign)];
  });
}

function domainRules(): IRegularForbiddenRuleType[] {
  const folder = "^server/src/domains/";
  const perDomain = Object.entries(domains).map(([name, uses]) =>
    forbid(
      `${name}-domain`,
      { path: `${folder}${name}/`, pathNot: tests },
      { path: folder, pathNot: `${folder}(${[name, ...uses].join("|")})/` },
    ),
  );
  const deep = forbid(
    "domains-by-their-doors",
    { path: `${folder}([^/]+)/`, pathNot: tests },
    { path: `${folder}[^/]+/`, pathNot: [`${folder}$1/`, `${folder}[^/]+/index[.]ts$`] },
  );
  return [...perDomain, deep];
}

function absenceRule(of: (typeof absences)[number]): IRegularForbiddenRuleType {
  return forbid(of.name, { path: of.from, ...("except" in of ? { pathNot: of.except } : {}) }, { path: of.to });
}

const generalRules: IRegularForbiddenRuleType[] = [
  forbid("no-circles", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }),
  forbid("every-import-resolves", {}, { couldNotResolve: true }),
  forbid(
    "the-product-needs-no-tool",
    { path: "^(contracts|server|web|helper)/src/", pathNot: tests },
    { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
  ),
];

function forbid(name: string, from: IRegularForbiddenRuleType["from"], to: IRegularForbiddenRuleType["to"]): IRegularForbiddenRuleType {
  return { name, severity: "error", from, to };
}

if (import.meta.main) {
  const found = await violationsIn(fileURLToPath(new URL("..", import.meta.url)));
  for (const { rule, from, to } of found)
    console.log(`${rule}: ${from} → ${to} (${absences.find((of) => of.name === rule)?.why ?? "boundaries.mjs"})`);
  console.log(found.length === 0 ? "imports keep the boundaries" : `${found.length} imports break the boundaries`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
