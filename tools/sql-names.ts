/** Which schemas a piece of SQL names, read from PostgreSQL's own parser; function bodies in SQL and PL/pgSQL included. */
import { parse, parsePlPgSQL } from "libpg-query";

export interface Reach {
  /** The schema whose SQL it is. */
  readonly schema: string;
  /** Schemas whose functions it may call besides `platform`: the domains it may use. */
  readonly uses: readonly string[];
}

/** Everything `sql` names that is not its own, not another's `*_view`, not a function of a domain it may use; `[]` when it is clean. */
export async function foreignNames(sql: string, reach: Reach): Promise<string[]> {
  const names = await namesIn(sql);
  return [
    ...new Set(
      names.filter((name) => !allowed(name, reach)).map(({ kind, schema, name }) => `${kind} ${schema ? `${schema}.` : ""}${name}`),
    ),
  ];
}

interface Named {
  readonly kind: "table" | "function" | "type" | "schema";
  readonly schema: string | undefined;
  readonly name: string;
}

/** By kind: which names that are not the schema's own may be used. */
const mayBeNamed: Readonly<Record<Named["kind"], (named: Named, reach: Reach) => boolean>> = {
  table: ({ schema, name }) => (schema === undefined ? name.startsWith("pg_") : name.endsWith("_view")),
  function: ({ schema }, { uses }) => schema === undefined || schema === "platform" || uses.includes(schema),
  type: ({ schema }) => schema === undefined || schema === "platform",
  schema: ({ name }, reach) => name === reach.schema,
};

function allowed(named: Named, reach: Reach): boolean {
  return named.schema === reach.schema || named.schema === "pg_catalog" || mayBeNamed[named.kind](named, reach);
}

async function namesIn(sql: string): Promise<Named[]> {
  const found: Named[] = [];
  const own = new Set<string>();
  const bodies: Body[] = [];
  visit(await parse(sql), (key, node) => {
    found.push(...namedBy(key, node));
    own.add(text(node[localNames[key] ?? ""]) ?? "");
    if (key === "CreateFunctionStmt" || key === "DoStmt") bodies.push(bodyOf(node));
  });
  for (const body of bodies) for (const statement of await statementsOf(body, sql)) found.push(...(await namesIn(statement)));
  return found.filter(({ schema, name }) => schema !== undefined || !own.has(name));
}

/** Where a statement gives a name of its own to something; such a name may be used without a schema. */
const localNames: Readonly<Record<string, string>> = { CommonTableExpr: "ctename", TriggerTransition: "name", alias: "aliasname" };

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** Walks a syntax tree; every object is seen with the key that holds it. */
function visit(value: unknown, see: (key: string, node: Node) => void, key = ""): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see, key);
  else if (isNode(value)) {
    see(key, value);
    for (const [inner, child] of Object.entries(value)) visit(child, see, inner);
  }
}

/** The strings of a list of `{ String: { sval } }`. */
function words(list: unknown): string[] {
  const found: string[] = [];
  visit(list, (key, node) => {
    if (key === "String" && typeof node["sval"] === "string") found.push(node["sval"]);
  });
  return found;
}

function qualified(kind: Named["kind"], list: unknown): Named {
  const [name = "", schema] = words(list).toReversed();
  return { kind, schema, name };
}

/** What a node of the syntax tree names, by the node's kind or the field that holds it. */
const namers: Readonly<Record<string, (node: Node) => Named>> = {
  ...Object.fromEntries(["RangeVar", "relation", "pktable", "sequence", "view"].map((key) => [key, tableNamed])),
  ...Object.fromEntries(
    ["FuncCall", "CreateFunctionStmt", "CreateTrigStmt"].map((key) => [key, (node: Node) => qualified("function", node["funcname"])]),
  ),
  ...Object.fromEntries(
    ["TypeName", "typeName", "argType", "returnType"].map((key) => [key, (node: Node) => qualified("type", node["names"])]),
  ),
  CreateSchemaStmt: (node) => ({ kind: "schema", schema: undefined, name: text(node["schemaname"]) ?? "" }),
};

function tableNamed(node: Node): Named {
  return { kind: "table", schema: text(node["schemaname"]), name: text(node["relname"]) ?? "" };
}

function namedBy(key: string, node: Node): Named[] {
  const named = namers[key]?.(node);
  return named === undefined || named.name === "" ? [] : [named];
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

interface Body {
  readonly language: string;
  readonly source: string;
  /** Declarations of what it gives back, if they have names: the body may assign to them. */
  readonly outs: readonly string[];
}

function bodyOf(node: Node): Body {
  const options = new Map<string, string>();
  visit(node["options"] ?? node["args"], (key, option) => {
    if (key === "DefElem") options.set(String(option["defname"]), words(option["arg"])[0] ?? "");
  });
  const outs: string[] = [];
  visit(node["parameters"], (key, parameter) => {
    const isOut = ["FUNC_PARAM_OUT", "FUNC_PARAM_INOUT"].includes(String(parameter["mode"]));
    if (key === "FunctionParameter" && isOut) outs.push(`out ${text(parameter["name"]) ?? ""} text`);
  });
  return { language: options.get("language") ?? "plpgsql", source: options.get("as") ?? "", outs };
}

async function statementsOf(body: Body, whole: string): Promise<string[]> {
  if (body.source === "") return [];
  if (body.language === "sql") return [body.source];
  if (body.language !== "plpgsql") throw new Error(`a function in ${body.language} cannot be read: ${whole.slice(0, 80)}`);
  // The declaration around the body only has to be a trigger's when NEW and OLD are spoken of, and name what is given back; types are not looked at here.
  const declaration = body.outs.length === 0 ? "() returns trigger" : `(${body.outs.join(", ")})`;
  const tree = await parsePlPgSQL(`create function read.it${declaration} language plpgsql as $minuta$${body.source}$minuta$`);
  const statements: string[] = [];
  visit(tree, (key, node) => {
    if (key === "PLpgSQL_expr" && typeof node["query"] === "string") statements.push(asStatement(node["query"], node["parseMode"]));
  });
  return statements;
}

/** PL/pgSQL keeps statements (parse mode 0), expressions (2) and assignments (3 and more); all are read as statements. */
function asStatement(query: string, parseMode: unknown): string {
  if (parseMode === 0) return query;
  return `select ${parseMode === 2 ? query : query.replace(/^[^=]*?:?=/, "")}`;
}
