/** The house rules that no other tool can see, read from the repository itself. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import ts from "typescript6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { settings } from "../server/src/config.ts";
import { domains } from "../boundaries.mjs";
import { dotted, placesIn, repositoryFiles, root, textOf } from "./source.ts";
import { foreignNames } from "./sql-names.ts";

const files = repositoryFiles();
const sources = files.filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith(".d.ts"));
const isTest = (path: string): boolean =>
  /\.(test|spec)\.tsx?$/.test(path) || path.endsWith("/testing.ts") || path.startsWith("server/src/simulation/");
const migrations = files.filter((path) => path.startsWith("server/migrations/"));
const domainFiles = files.filter((path) => path.startsWith("server/src/domains/"));
const domainOf = (path: string): string => path.split("/")[3] ?? "";
const builtDomains = [...new Set(domainFiles.map(domainOf))];
const usesOf = (domain: string): readonly string[] => Object.entries(domains).find(([name]) => name === domain)?.[1] ?? [];

/** A file of a domain that runs SQL declares it with `query` or `command` of platform/db. */
const declared = (node: ts.Node): string | undefined =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && ["query", "command"].includes(node.expression.text)
    ? node.expression.text
    : undefined;

/** One message for each place, empty when all is well: what a failing test then prints is what to mend. */
const places = (paths: readonly string[], what: (node: ts.Node) => string | undefined): string[] =>
  paths.flatMap((path) => placesIn(path, what).map((found) => `${path}:${found.line} ${found.what}`));

describe("SQL", () => {
  const stores = domainFiles.filter((path) => basename(path) === "store.ts");

  test.each(stores)("%s names only its own schema or another's view", async (path) => {
    const module: Record<string, unknown> = await import(join(root, path));
    const statements = statementsIn(Object.values(module));
    expect(statements.length, "every query and command is exported").toBe(placesIn(path, declared).length);
    const reports: string[] = [];
    for (const { name, text } of statements) {
      const foreign = await foreignNames(text, { schema: domainOf(path), uses: usesOf(domainOf(path)) });
      reports.push(...foreign.map((what) => `${name}: ${what}`));
      if (!name.startsWith(`${domainOf(path)}.`) || name.length > 60)
        reports.push(`${name}: names are ${domainOf(path)}.verb_noun, at most 60 characters`);
    }
    expect(reports).toEqual([]);
  });

  test("is declared in the store of its domain and nowhere else", () => {
    const others = domainFiles.filter((path) => path.endsWith(".ts") && basename(path) !== "store.ts" && !isTest(path));
    const sql = /^\s*(select|insert into|update \w|delete from|with \w+ as)\s/i;
    expect(places(others, (node) => (ts.isStringLiteralLike(node) && sql.test(node.text) ? "SQL outside store.ts" : undefined))).toEqual(
      [],
    );
    const importsDb = others.filter((path) => /import \{[^}]*\b(query|command)\b[^}]*\} from "#platform\/db"/.test(textOf(path)));
    expect(importsDb).toEqual([]);
  });

  test("gives every statement a name of its own", () => {
    const named = (node: ts.Node): string | undefined =>
      ts.isCallExpression(node) && declared(node) && node.arguments[0] && ts.isObjectLiteralExpression(node.arguments[0])
        ? node.arguments[0].properties.flatMap((of) =>
            ts.isPropertyAssignment(of) && of.name.getText() === "name" ? [of.initializer.getText()] : [],
          )[0]
        : undefined;
    const names = files
      .filter((path) => path.startsWith("server/src/") && path.endsWith(".ts"))
      .flatMap((path) => placesIn(path, named).map((found) => found.what));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test("of migrations is numbered without gaps", () => {
    expect(migrations.map((path) => Number(basename(path).slice(0, 4))).sort((a, b) => a - b)).toEqual(migrations.map((_, at) => at + 1));
  });

  test.each(migrations)("%s keeps to the schema it is named after", async (path) => {
    const owner = [...Object.keys(domains), "platform"].find((name) =>
      new RegExp(`^\\d{4}_${name}(_[a-z0-9_]+)?[.]sql$`).test(basename(path)),
    );
    expect(owner, "a migration is called NNNN_domain.sql or NNNN_domain_what.sql").toBeDefined();
    const schema = String(owner);
    expect(await foreignNames(textOf(path), { schema, uses: usesOf(schema) })).toEqual([]);
  });
});

/** Statements are exported by name, or in a list that is. */
function statementsIn(values: readonly unknown[]): { name: string; text: string }[] {
  return values.flatMap((value) => (Array.isArray(value) ? statementsIn(value) : isStatement(value) ? [value] : []));
}

function isStatement(value: unknown): value is { name: string; text: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "text" in value &&
    typeof value.text === "string" &&
    "name" in value &&
    typeof value.name === "string"
  );
}

describe("a domain", () => {
  const doors = JSON.parse(textOf("server/package.json")).imports;

  test.each(builtDomains)("%s is in the table of boundaries.mjs and has a door that says what it is for", (domain) => {
    expect(Object.keys(domains)).toContain(domain);
    expect(doors[`#${domain}`]).toBe(`./src/domains/${domain}/index.ts`);
    const comment = /^\/\*\*([\s\S]*?)\*\//.exec(textOf(`server/src/domains/${domain}/index.ts`))?.[1] ?? "";
    expect(
      comment.replaceAll(/\s+\*?\s*/g, " ").trim().length,
      "the first comment of index.ts says what the domain is for",
    ).toBeGreaterThan(80);
  });

  test("gives its name to the web's features", () => {
    const features = new Set(files.filter((path) => path.startsWith("web/src/features/")).map((path) => path.split("/")[3]));
    expect([...features].filter((name) => !Object.keys(domains).includes(String(name)))).toEqual([]);
  });
});

describe("the code", () => {
  test("asks time and chance of platform only", () => {
    const product = sources.filter(
      (path) => /^(contracts|server)\/src\//.test(path) && !path.startsWith("server/src/platform/") && !isTest(path),
    );
    const asks = (node: ts.Node): string | undefined => {
      if (ts.isNewExpression(node) && dotted(node.expression) === "Date" && (node.arguments?.length ?? 0) === 0) return "new Date()";
      const name = ts.isPropertyAccessExpression(node) ? dotted(node) : undefined;
      return name !== undefined && ["Date.now", "Math.random", "performance.now", "Temporal.Now"].includes(name) ? name : undefined;
    };
    expect(places(product, asks)).toEqual([]);
  });

  test("calls a call a call", () => {
    // Names that others gave to their things.
    const foreign =
      /RTCSessionDescription(Init)?|(new)?CDPSession|sessionStorage|mediaSession|session_replication_role|idle_in_transaction_session_timeout|pg_[a-z_]*session\w*|DBUS_SESSION\w*|session description/g;
    const spoken = files.filter((path) => /^(contracts|server|web|helper|e2e|labs)\/.*\.(ts|tsx|sql|json|html|css)$/.test(path));
    const lines = spoken.flatMap((path) =>
      textOf(path)
        .split("\n")
        .flatMap((line, at) => (/session/i.test(line.replaceAll(foreign, "")) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
    );
    expect(lines).toEqual([]);
  });

  test("leaves no test out", () => {
    const leftOut = (node: ts.Node): string | undefined => {
      if (!ts.isPropertyAccessExpression(node)) return undefined;
      const name = dotted(node) ?? "";
      return /^(test|it|describe|suite)\b.*\.(skip|only|todo|fixme|fails?|skipIf|runIf)$/.test(name) ? name : undefined;
    };
    expect(
      places(
        sources.filter((path) => isTest(path) && path !== "tools/tidy.test.ts"),
        leftOut,
      ),
    ).toEqual([]);
  });

  test("knows no folder of anybody's machine", () => {
    const readable = files.filter((path) => !/\.(png|jpg|ico|woff2?|ttf|pdf|wasm)$/.test(path) && path !== "tools/tidy.test.ts");
    const personal = /(?<![\w.])\/(home|Users|root|work|mnt|media)\/[\w.]|[A-Z]:\\Users/;
    const lines = readable.flatMap((path) =>
      textOf(path)
        .split("\n")
        .flatMap((line, at) => (personal.test(line) ? [`${path}:${at + 1} ${line.trim().slice(0, 120)}`] : [])),
    );
    expect(lines).toEqual([]);
  });
});

describe("the papers", () => {
  test("explain every setting for those who run the product", () => {
    const operations = textOf("docs/operations.md");
    expect(Object.keys(settings).filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
  });

  test("lead to files that exist", () => {
    const papers = files.filter((path) => path.endsWith(".md"));
    const broken = papers.flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .filter(([, target = ""]) => !existsSync(join(root, dirname(path), target)))
        .map(([, target]) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test("keep the map short", () => {
    expect(textOf("ARCHITECTURE.md").split("\n").length).toBeLessThanOrEqual(250);
  });
});

describe("the lock", () => {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })) })
    .parse(JSON.parse(textOf("package-lock.json")));

  test("names no registry", () => {
    expect(textOf("package-lock.json")).not.toMatch(/"resolved": "\w+:/);
  });

  test("has the packages of every platform, though npm drops those a mirror does not offer", () => {
    const wanted = Object.entries(packages).flatMap(([path, of]) =>
      Object.keys(of.optionalDependencies ?? {}).map((name) => ({ path, name })),
    );
    const absent = wanted.filter(
      ({ path, name }) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    );
    expect(absent).toEqual([]);
  });
});
