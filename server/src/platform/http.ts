/**
 * HTTP: routes are bound from the endpoint tables of the contracts. Here, and only here: Origin, limits, who may call, parsing,
 * commands that run once, and how a refusal becomes an RFC 9457 problem.
 */
import type { RequestListener, Server } from "node:http";
import { Readable } from "node:stream";
import type { Access, Endpoint } from "@minuta/contracts/endpoint";
import type { GuestId, PersonId, SignInId } from "@minuta/contracts/ids";
import type { Role } from "@minuta/contracts/people";
import { problems, type ProblemType } from "@minuta/contracts/problem";
import cookie from "@fastify/cookie";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { countOrRefuse, networkOf } from "./attempts.ts";
import type { Db, Tx } from "./db.ts";
import type { Log } from "./log.ts";
import { once } from "./once.ts";
import { refuse, Refusal } from "./refusal.ts";

const BODY_MAX_BYTES = 256 * 1024;

/** Who calls: nobody, a person by his sign-in, a guest by his cookie (or both). */
export interface Caller {
  readonly personId: PersonId | null;
  readonly roles: readonly Role[];
  readonly signInId: SignInId | null;
  readonly guestId: GuestId | null;
  readonly address: string;
  readonly agent: string;
}

/** The person who calls. Endpoints for persons are reached by persons only; this says so to the types. */
export function personOf(caller: Caller): PersonId {
  if (caller.personId === null) throw refuse("not-signed-in", {});
  return caller.personId;
}

export interface Cookies {
  get(name: string): string | undefined;
  set(name: string, value: string, options: { maxAgeSeconds: number }): void;
  clear(name: string): void;
}

type Parsed<S> = S extends z.core.$ZodType ? z.output<S> : undefined;
type ReplyOf<E extends Endpoint> =
  z.output<E["reply"]> extends Uint8Array ? BinaryReply : z.output<E["reply"]> extends ReadableStream ? StreamReply : z.output<E["reply"]>;

export interface BinaryReply {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly fileName: string;
}

/** Bytes as they come. */
export interface StreamReply {
  readonly contentType: string;
  /** Saved under this name; null: shown where it is. */
  readonly fileName: string | null;
  /** In bytes; null: not known before, so there are no ranges. */
  readonly size: number | null;
  /** The bytes from `start` to before `end` (with an unknown size: all of them). */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

export type Request<E extends Endpoint> = {
  readonly body: Parsed<E["body"]>;
  readonly params: Parsed<E["params"]>;
  readonly query: Parsed<E["query"]>;
  readonly caller: Caller;
  readonly cookies: Cookies;
} & (E extends { readonly command: true } ? { readonly tx: Tx; readonly commandId: string } : unknown);

export interface Routes {
  bind<E extends Endpoint>(endpoint: E, handler: (request: Request<E>) => Promise<ReplyOf<E>>): void;
}

export interface HttpOptions {
  readonly db: Db;
  readonly log: Log;
  /** Makes the server that listens, when it shares its port (platform/front). */
  readonly makeServer?: (serve: RequestListener) => Server;
  /** Believe X-Forwarded-For and -Proto of a reverse proxy in front of us. */
  readonly behindProxy: boolean;
  /** Finds out who calls, from the cookies. */
  readonly identify: (cookies: Pick<Cookies, "get">) => Promise<Pick<Caller, "personId" | "roles" | "signInId" | "guestId">>;
  /** Whether the caller is a party of the thing named in the path's parameters. */
  readonly isParty: (caller: Caller, params: unknown) => Promise<boolean>;
}

export interface Http extends Routes {
  readonly server: FastifyInstance;
  /** Who is behind a WebSocket's handshake. */
  callerOf(request: FastifyRequest["raw"]): Promise<Caller>;
}

/** Requests are not logged by address: tokens travel in paths. */
export function createHttp(options: HttpOptions): Http {
  const loggerInstance: FastifyBaseLogger = options.log;
  const server: FastifyInstance = Fastify({
    ...(options.makeServer === undefined ? {} : { serverFactory: options.makeServer }),
    bodyLimit: BODY_MAX_BYTES,
    trustProxy: options.behindProxy,
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    // What comes in and goes out is parsed by the endpoints' own schemas; Fastify would load a compiler of its own at each start.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
  });
  void server.register(cookie);
  server.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_, body, done) => done(null, body));
  server.setErrorHandler((error, request, reply) => sendProblem({ error, request, reply, log: options.log }));
  server.addHook("onRequest", async (request, reply) => {
    void reply.headers(securityHeaders);
    if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request.headers.origin, request.headers.host);
    if (request.url.startsWith("/api/")) void reply.header("cache-control", "no-store");
  });
  const allowed = { ...accessRules, party: options.isParty };
  return {
    server,
    bind: (endpoint, handler) => bind({ server, options, allowed, endpoint, handler: handler as Handler }),
    async callerOf(raw) {
      const jar = server.parseCookie(raw.headers.cookie ?? "");
      return {
        ...(await options.identify({ get: (name) => jar[name] })),
        address: addressOf(raw, options.behindProxy),
        agent: raw.headers["user-agent"] ?? "",
      };
    },
  };
}

const noCompiler = (): never => {
  throw new Error("a route with a schema of Fastify's");
};

const securityHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob: mediastream:; worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
};

/** A browser names the page's origin on every request that can change something; it must be ours. Programs send none, and have no cookies to steal. */
export function checkOrigin(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined) return;
  const same = URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
  if (!same) throw refuse("wrong-origin", {});
}

function addressOf(raw: FastifyRequest["raw"], behindProxy: boolean): string {
  const forwarded = behindProxy ? raw.headers["x-forwarded-for"] : undefined;
  return (typeof forwarded === "string" ? forwarded.split(",")[0]?.trim() : undefined) ?? raw.socket.remoteAddress ?? "";
}

/** The table of who may call. */
const accessRules: Record<Exclude<Access, "party">, (caller: Caller) => boolean> = {
  anyone: () => true,
  person: (caller) => caller.personId !== null,
  operator: (caller) => caller.roles.includes("operator"),
};

type Handler = (request: Record<string, unknown>) => Promise<unknown>;
interface Binding {
  readonly server: FastifyInstance;
  readonly options: HttpOptions;
  readonly allowed: Record<Access, (caller: Caller, params: unknown) => boolean | Promise<boolean>>;
  readonly endpoint: Endpoint;
  readonly handler: Handler;
}

function bind({ server, options, allowed, endpoint, handler }: Binding): void {
  server.route({
    method: endpoint.method,
    url: endpoint.path,
    bodyLimit: endpoint.bodyMaxBytes ?? BODY_MAX_BYTES,
    handler: async (request, reply) => {
      const jar = cookiesOf(request, reply);
      const caller: Caller = { ...(await options.identify(jar)), address: request.ip, agent: request.headers["user-agent"] ?? "" };
      await limitAttempts(options.db, endpoint, caller);
      const params = parse(endpoint.params, request.params);
      await authorise({ allowed, endpoint, caller, params });
      const parsed = {
        params,
        query: parse(endpoint.query, request.query),
        body: parse(endpoint.body, request.body),
        caller,
        cookies: jar,
      };
      if (!endpoint.command) return send({ request, reply }, endpoint, await handler(parsed));
      const id = parse(idempotencyKey, request.headers["idempotency-key"]) as string;
      const key = { actor: actorOf(caller), id, body: [endpoint.method, request.url, request.body ?? null] };
      const answer = await options.db.tx((tx) =>
        once(tx, key, async () => z.encode(endpoint.reply, await handler({ ...parsed, tx, commandId: id }))),
      );
      return reply.send(answer);
    },
  });
}

const idempotencyKey = z.uuid();

async function authorise({
  allowed,
  endpoint,
  caller,
  params,
}: Pick<Binding, "allowed" | "endpoint"> & { caller: Caller; params: unknown }): Promise<void> {
  if (await allowed[endpoint.access](caller, params)) return;
  // A stranger to a call must not learn whether it exists.
  if (endpoint.access === "party") throw refuse("not-found", {});
  throw caller.personId === null ? refuse("not-signed-in", {}) : refuse("not-allowed", {});
}

/** Null: nobody known. */
const nameOf = ({ personId, guestId }: Caller): string | null => {
  if (personId) return `person:${personId}`;
  return guestId ? `guest:${guestId}` : null;
};
const actorOf = (caller: Caller): string => nameOf(caller) ?? `address:${caller.address}`;

async function limitAttempts(db: Db, endpoint: Endpoint, caller: Caller): Promise<void> {
  const { limit } = endpoint;
  if (limit === undefined) return;
  const what = `${endpoint.method} ${endpoint.path}`;
  const who = (limit.of === "caller" ? nameOf(caller) : null) ?? networkOf(caller.address);
  await countOrRefuse(db, { what, who, max: limit.max, perSeconds: limit.perSeconds });
  if (limit.maxGlobal !== undefined) await countOrRefuse(db, { what, who: "*", max: limit.maxGlobal, perSeconds: limit.perSeconds });
}

function parse(schema: z.core.$ZodType | undefined, given: unknown): unknown {
  return schema === undefined ? undefined : parseOrRefuse(schema, given);
}

/** Refuses with `invalid-input`, naming the fields. */
export function parseOrRefuse<S extends z.core.$ZodType>(schema: S, given: unknown): z.output<S> {
  const result = z.safeParse(schema, given ?? {});
  if (result.success) return result.data;
  throw refuse("invalid-input", { fields: [...new Set(result.error.issues.map((issue) => issue.path.join(".")))] });
}

function send({ request, reply }: Pick<Failure, "request" | "reply">, endpoint: Endpoint, answer: unknown): FastifyReply {
  if (isStream(answer)) return sendStream(request.headers.range, reply, answer);
  if (isBinary(answer))
    return reply
      .type(answer.contentType)
      .header(...savedAs(answer.fileName))
      .send(Buffer.from(answer.bytes));
  return reply.send(z.encode(endpoint.reply, answer));
}

const savedAs = (fileName: string) => ["content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`] as const;

/** One range is answered (RFC 9110, 14); several, or a unit that is not bytes, count as none. */
function sendStream(range: string | undefined, reply: FastifyReply, { contentType, fileName, size, read }: StreamReply): FastifyReply {
  void reply.type(contentType);
  if (fileName !== null) void reply.header(...savedAs(fileName));
  if (size === null) return reply.send(Readable.from(read(0, Number.POSITIVE_INFINITY)));
  void reply.header("accept-ranges", "bytes");
  const asked = rangeOf(range, size);
  if (asked === "none-of-it") return reply.status(416).header("content-range", `bytes */${size}`).send();
  const { start, end } = asked ?? { start: 0, end: size };
  if (asked !== null) void reply.status(206).header("content-range", `bytes ${start}-${end - 1}/${size}`);
  return reply.header("content-length", end - start).send(Readable.from(read(start, end)));
}

/** `end` is not included. Null: the whole is to be sent. */
function rangeOf(range: string | undefined, size: number): { start: number; end: number } | "none-of-it" | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  // `-500`: the last 500 bytes.
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (first === undefined || (first === "" && last === "")) return null;
  return start < end ? { start, end } : "none-of-it";
}

const isStream = (answer: unknown): answer is StreamReply =>
  typeof answer === "object" && answer !== null && "read" in answer && typeof answer.read === "function";

const isBinary = (answer: unknown): answer is BinaryReply =>
  typeof answer === "object" && answer !== null && "bytes" in answer && answer.bytes instanceof Uint8Array;

function cookiesOf(request: FastifyRequest, reply: FastifyReply): Cookies {
  const shape = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
  return {
    get: (name) => request.cookies[name],
    set: (name, value, { maxAgeSeconds }) => void reply.setCookie(name, value, { ...shape, maxAge: maxAgeSeconds }),
    clear: (name) => void reply.clearCookie(name, shape),
  };
}

interface Failure {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly log: Log;
}

export function sendProblem({ error, request, reply, log }: Failure): void {
  const refusal = asRefusal(error, request.id);
  const { status, title } = problems[refusal.type];
  if (status >= 500)
    log.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, "http.failed");
  if (refusal instanceof Refusal && refusal.type === "too-many-attempts")
    void reply.header("retry-after", String((refusal.facts as { retryAfterSeconds: number }).retryAfterSeconds));
  void reply.status(status).type("application/problem+json").send({ type: refusal.type, title, status, facts: refusal.facts });
}

function asRefusal(error: unknown, requestId: string): { type: ProblemType; facts: object } {
  if (error instanceof Refusal) return error;
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== undefined && status >= 400 && status < 500) return { type: "invalid-input", facts: { fields: [] } };
  return { type: "internal", facts: { requestId } };
}
