/**
 * The product's HTTP side, typed by the contract's endpoint tables: `request(callsApi.view, { params: { callId } })`.
 * Every reply is parsed by its schema; every expected "no" becomes a `ProblemError` whose `type` the screens switch on.
 */
import type { Endpoint } from "@minuta/contracts/endpoint";
import { problemBody, type ProblemType } from "@minuta/contracts/problem";
import type { z } from "zod/mini";

/** `no-connection`: no answer at all; `not-understood`: an answer this page cannot read (usually a page older than the server). */
export type RefusalType = ProblemType | "no-connection" | "not-understood";

/** A refusal by its type, with the facts the words need. */
export class ProblemError extends Error {
  readonly type: RefusalType;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(type: RefusalType, facts: Readonly<Record<string, unknown>> = {}) {
    super(type);
    this.name = "ProblemError";
    this.type = type;
    this.facts = facts;
  }
}

/** What an endpoint needs, as it travels: parameters of the path, of the query, and the body. */
type Part<E, Name extends "params" | "query" | "body"> =
  E extends Record<Name, infer Schema extends z.ZodMiniType> ? { [Key in Name]: z.input<Schema> } : unknown;
export type Input<E extends Endpoint> = Part<E, "params"> & Part<E, "query"> & Part<E, "body">;
export type Reply<E extends Endpoint> = z.output<E["reply"]>;

/** The same three parts without the endpoint's own types: how the address and the body are built. */
interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function partsOf(input: unknown): LooseInput {
  if (!isRecord(input)) return {};
  return {
    body: input["body"],
    ...(isRecord(input["params"]) ? { params: input["params"] } : {}),
    ...(isRecord(input["query"]) ? { query: input["query"] } : {}),
  };
}

/** The address of an endpoint: path parameters filled in, the query's texts and numbers appended. */
export function addressOf(endpoint: Pick<Endpoint, "path">, input: LooseInput = {}): string {
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (typeof value === "string" || typeof value === "number") query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/**
 * One request. A command carries `commandId` as its `Idempotency-Key`: the same id again is the same command, never a second one.
 * Throws `ProblemError` only.
 */
export async function request<E extends Endpoint>(
  endpoint: E,
  input: Input<E>,
  commandId: string = crypto.randomUUID(),
): Promise<Reply<E>> {
  const loose = partsOf(input);
  const headers = new Headers({ accept: "application/json" });
  if (loose.body !== undefined) headers.set("content-type", "application/json");
  if (endpoint.command) headers.set("idempotency-key", commandId);
  const response = await fetch(addressOf(endpoint, loose), {
    method: endpoint.method,
    headers,
    credentials: "same-origin",
    ...(loose.body === undefined ? {} : { body: JSON.stringify(loose.body) }),
  }).catch(() => {
    throw new ProblemError("no-connection");
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response.status, body);
  const reply = endpoint.reply.safeParse(body);
  if (!reply.success) throw new ProblemError("not-understood");
  return reply.data as Reply<E>;
}

function problemOf(status: number, body: unknown): ProblemError {
  const problem = problemBody.safeParse(body);
  if (problem.success) return new ProblemError(problem.data.type, problem.data.facts);
  if (status === 404) return new ProblemError("not-found");
  return new ProblemError(status >= 502 && status <= 504 ? "overloaded" : "not-understood");
}
