/** Writes the files that are made from others (`npm run generate`); with `--check` only says which of them drifted. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestPostgres, testDatabase } from "@minuta/server/testing";
import { withDomainGraph } from "./domain-graph.ts";
import { envExample } from "./env-example.ts";
import { openapiJson } from "./openapi.ts";
import { schemaSql } from "./schema-sql.ts";
import { repositoryFiles, root, textOf } from "./source.ts";

async function schema(): Promise<string> {
  const stop = await startTestPostgres();
  try {
    const database = await testDatabase();
    try {
      return await schemaSql(database.db);
    } finally {
      await database.close();
    }
  } finally {
    await stop();
  }
}

function architecture(): string {
  const doors = repositoryFiles().flatMap((path) => /^server\/src\/domains\/(\w+)\/index\.ts$/.exec(path)?.[1] ?? []);
  return withDomainGraph(textOf("ARCHITECTURE.md"), doors);
}

const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  "server/schema.sql": schema,
  "docs/openapi.json": openapiJson,
  "ARCHITECTURE.md": architecture,
  ".env.example": envExample,
};

const onlyCheck = process.argv.includes("--check");
const drifted: string[] = [];
for (const [path, make] of Object.entries(generated)) {
  const text = await make();
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  drifted.push(path);
  if (!onlyCheck) writeFileSync(file, text);
}
if (drifted.length === 0) console.log(`nothing drifted: ${Object.keys(generated).join(", ")}`);
else if (onlyCheck) {
  console.error(`drifted: ${drifted.join(", ")}. Run "npm run generate" and commit what it wrote.`);
  process.exitCode = 1;
} else console.log(`written: ${drifted.join(", ")}`);
