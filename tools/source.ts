/** The repository as text and syntax trees, for the checks that read it. TypeScript 6 parses: TypeScript 7 has no API for it. */
import { readdirSync, readFileSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript6";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** What .gitignore leaves out: it has plain folders (`dist/`, `/reports/` for the one at the root), files (`.env`) and endings (`*.log`). */
const ignored = readFileSync(join(root, ".gitignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  // In a second work tree it is a file.
  .concat("/.git/", "/.git");

function isIgnored(folder: string, entry: Dirent): boolean {
  const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
  return ignored.some((pattern) => {
    if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
    return pattern === name || pattern === `/${folder}${name}`;
  });
}

/** Every file of the repository, as paths below the root with forward slashes; git need not be there. */
export function repositoryFiles(folder = ""): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => !isIgnored(folder, entry));
  return entries
    .flatMap((entry) =>
      entry.isDirectory() ? repositoryFiles(`${folder}${entry.name}/`) : entry.isFile() ? [`${folder}${entry.name}`] : [],
    )
    .sort();
}

export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

export interface Found {
  readonly line: number;
  readonly what: string;
}

/** Every place of a TypeScript file for which `what` has something to say. */
export function placesIn(path: string, what: (node: ts.Node) => string | undefined): Found[] {
  const tree = ts.createSourceFile(
    path,
    textOf(path),
    ts.ScriptTarget.Latest,
    true,
    path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    const said = what(node);
    if (said !== undefined) found.push({ line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, what: said });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `a.b.c` of a chain of names, `undefined` for anything else. */
export function dotted(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const left = dotted(node.expression);
  return left === undefined ? undefined : `${left}.${node.name.text}`;
}
