/** docs/openapi.json: the HTTP interface, from the endpoint tables that server and web are built on (contracts/src). */
import { readdir } from "node:fs/promises";
import type { Access, Endpoint } from "@minuta/contracts/endpoint";
import { problemBody, problems } from "@minuta/contracts/problem";
import { z } from "zod";

const contracts = new URL("../contracts/src/", import.meta.url);
/** Of a demo only: mails for developers. */
const LEFT_OUT = "devApi";

type Table = Readonly<Record<string, Endpoint>>;
const isTable = (value: unknown): value is Table =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((of) => typeof of === "object" && "path" in of && "reply" in of);

interface Exported {
  /** The contract's file. */
  readonly tag: string;
  readonly name: string;
  readonly value: unknown;
}

async function everythingExported(): Promise<Exported[]> {
  const files = (await readdir(contracts)).filter((name) => name.endsWith(".ts") && !name.includes(".test.")).sort();
  const found = await Promise.all(
    files.map(async (file) => {
      const module: Readonly<Record<string, unknown>> = await import(new URL(file, contracts).href);
      return Object.entries(module).map(([name, value]) => ({ tag: file.replace(".ts", ""), name, value }));
    }),
  );
  return found.flat();
}

/** Schemas that the contracts export by name; the document says each once. */
const named = z.registry<{ id: string }>();

function nameSchemas(all: readonly Exported[]): void {
  const taken = new Set<string>();
  for (const { tag, name, value } of all) {
    if (!(value instanceof z.core.$ZodType) || named.has(value)) continue;
    const id = taken.has(name) ? `${tag}.${name}` : name;
    taken.add(id);
    named.add(value, { id });
  }
}

const accessMeaning: Readonly<Record<Access, string>> = {
  anyone: "Anyone may call it.",
  person: "For a signed-in person.",
  operator: "For an operator.",
  party: "For the two parties of the call: the consultant, and the client (signed in, or a guest with the call's cookie).",
};

type JsonObject = Record<string, unknown>;

const definitions: Record<string, unknown> = {};

/** The wire's side of a schema: what is sent and received, before it is decoded. Named parts go to `definitions`. */
function wire(schema: z.core.$ZodType): JsonObject {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", metadata: named });
  Object.assign(definitions, $defs);
  return rest;
}

const parameterShape = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

function parameters(schema: z.core.$ZodType | undefined, place: "path" | "query"): JsonObject[] {
  if (schema === undefined) return [];
  const { properties, required } = parameterShape.parse(wire(schema));
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: of,
  }));
}

const idempotencyKey: JsonObject = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description: "A UUID of the command: sent again with the same body, it is answered the same and done once.",
  schema: { type: "string", format: "uuid" },
};

function description({ access, limit }: Endpoint): string {
  const limited =
    limit && `At most ${limit.max} in ${limit.perSeconds} s from one address${limit.maxGlobal ? `, ${limit.maxGlobal} from all` : ""}.`;
  return [accessMeaning[access], limited].filter(Boolean).join(" ");
}

const bytes = { schema: { type: "string", format: "binary" } };
/** Schemas of bytes and streams say of themselves what they take, and nothing of JSON. */
const isRaw = (schema: z.core.$ZodType): boolean =>
  !z.safeParse(schema, {}).success && [new Uint8Array(), new ReadableStream()].some((value) => z.safeParse(schema, value).success);

function content(schema: z.core.$ZodType, rawType: string): JsonObject {
  return isRaw(schema) ? { [rawType]: bytes } : { "application/json": { schema: wire(schema) } };
}

const reply = (endpoint: Endpoint): JsonObject => ({
  description: "Done",
  content: content(endpoint.reply, endpoint.path.endsWith(".pdf") ? "application/pdf" : "application/octet-stream"),
});

function operation(tag: string, name: string, endpoint: Endpoint): JsonObject {
  const all = [
    ...parameters(endpoint.params, "path"),
    ...parameters(endpoint.query, "query"),
    ...(endpoint.command ? [idempotencyKey] : []),
  ];
  return {
    operationId: `${tag}.${name}`,
    tags: [tag],
    description: description(endpoint),
    ...(all.length > 0 ? { parameters: all } : {}),
    ...(endpoint.body ? { requestBody: { required: true, content: content(endpoint.body, "application/octet-stream") } } : {}),
    responses: { "200": reply(endpoint), default: { $ref: "#/components/responses/Problem" } },
    ...(endpoint.access === "anyone" ? {} : { security: [{ cookie: [] }] }),
  };
}

/** The document as text. */
export async function openapiJson(): Promise<string> {
  const paths: Record<string, JsonObject> = {};
  const all = await everythingExported();
  nameSchemas(all);
  const tables = all.filter(({ name }) => name.endsWith("Api") && name !== LEFT_OUT);
  for (const { tag, value } of tables) {
    if (!isTable(value)) throw new Error(`${tag}: not a table of endpoints`);
    for (const [name, endpoint] of Object.entries(value)) {
      const path = endpoint.path.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(tag, name, endpoint) };
    }
  }
  const listed = Object.entries(problems).map(([type, { status, title }]) => `- \`${type}\` (${status}): ${title}`);
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Minuta",
      version: "0.1.0",
      description: "The HTTP interface the pages use. Money is whole kopecks. A refusal is a problem of RFC 9457: switch on `type`.",
    },
    tags: tables.map(({ tag }) => ({ name: tag })),
    paths,
    components: {
      schemas: definitions,
      responses: {
        Problem: {
          description: `A refusal, one of:\n${listed.join("\n")}`,
          content: { "application/problem+json": { schema: wire(problemBody) } },
        },
      },
      securitySchemes: { cookie: { type: "apiKey", in: "cookie", name: "__Host-minuta" } },
    },
  };
  return `${JSON.stringify(document, null, 2).replaceAll('"#/$defs/', '"#/components/schemas/')}\n`;
}
