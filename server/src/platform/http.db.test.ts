import { endpoints } from "@minuta/contracts/endpoint";
import { kopecks, kopecksSchema } from "@minuta/contracts/money";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { testDatabase, type TestDatabase } from "../testing.ts";
import { createHttp, type Http } from "./http.ts";
import { command } from "./db.ts";
import { createLog } from "./log.ts";
import { refuse } from "./refusal.ts";

const api = endpoints({
  double: {
    method: "POST",
    path: "/api/test/double",
    access: "anyone",
    body: z.object({ sum: kopecksSchema }),
    reply: z.object({ sum: kopecksSchema }),
  },
  count: {
    method: "POST",
    path: "/api/test/count",
    access: "person",
    command: true,
    body: z.object({ by: z.int() }),
    reply: z.object({ calls: z.int() }),
  },
  limited: { method: "GET", path: "/api/test/limited", access: "anyone", limit: { max: 2, perSeconds: 60 }, reply: z.object({}) },
  limitedEach: {
    method: "GET",
    path: "/api/test/limited-each",
    access: "anyone",
    limit: { max: 2, perSeconds: 60, of: "caller" },
    reply: z.object({}),
  },
  operators: { method: "GET", path: "/api/test/operators", access: "operator", reply: z.object({}) },
  parties: { method: "GET", path: "/api/test/:callId", access: "party", params: z.object({ callId: z.string() }), reply: z.object({}) },
  broken: { method: "GET", path: "/api/test/broken/now", access: "anyone", reply: z.object({}) },
});

let database: TestDatabase;
let http: Http;
let calls = 0;
const people: Record<string, string> = { anna: randomUUID(), boris: randomUUID() };

beforeAll(async () => {
  database = await testDatabase();
  await database.db.pool.query("create table counted (by int)");
  http = createHttp({
    db: database.db,
    log: createLog("silent"),
    behindProxy: false,
    identify: async (cookies) => ({
      personId: (people[cookies.get("who") ?? ""] ?? null) as never,
      roles: [],
      signInId: null,
      guestId: null,
    }),
    isParty: async (_, params) => (params as { callId: string }).callId === "mine",
  });
  const insert = command({ name: "test.insert", text: "insert into counted values ($1)" });
  http.bind(api.double, async ({ body }) => ({ sum: kopecks(body.sum * 2n) }));
  http.bind(api.count, async ({ body, tx }) => {
    calls += 1;
    await tx.run(insert, [body.by]);
    if (body.by < 0) throw refuse("not-allowed", {});
    return { calls };
  });
  http.bind(api.limited, async () => ({}));
  http.bind(api.limitedEach, async () => ({}));
  http.bind(api.operators, async () => ({}));
  http.bind(api.parties, async () => ({}));
  http.bind(api.broken, async () => {
    throw new Error("the pool is gone, password=hunter2");
  });
  await http.server.ready();
});
afterAll(async () => {
  await http.server.close();
  await database.close();
});

const asAnna = { cookie: "who=anna" };
const asBoris = { cookie: "who=boris" };
const rowsCounted = async (): Promise<number> => (await database.db.pool.query("select count(*)::int as n from counted")).rows[0].n;

test("money crosses the wire as whole kopecks", async () => {
  const answer = await http.server.inject({ method: "POST", url: "/api/test/double", payload: { sum: 12_345 } });
  expect(answer.json()).toEqual({ sum: 24_690 });
});

test("a body of another form is refused with the names of its fields", async () => {
  const answer = await http.server.inject({ method: "POST", url: "/api/test/double", payload: { sum: 1.5 } });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  expect(answer.json()).toMatchObject({ type: "invalid-input", facts: { fields: ["sum"] } });
});

test("a body that is no JSON at all is a clear problem too", async () => {
  const answer = await http.server.inject({
    method: "POST",
    url: "/api/test/double",
    headers: { "content-type": "application/json" },
    payload: "{",
  });
  expect(answer.json()).toMatchObject({ type: "invalid-input", status: 400 });
});

test("a page of another site cannot change anything", async () => {
  const answer = await http.server.inject({
    method: "POST",
    url: "/api/test/double",
    headers: { origin: "https://evil.example", host: "minuta.example" },
    payload: { sum: 1 },
  });
  expect(answer.json()).toMatchObject({ type: "wrong-origin", status: 403 });
});

test("a command sent twice is done once and gets the same answer", async () => {
  const key = { ...asAnna, "idempotency-key": randomUUID() };
  const before = await rowsCounted();
  const send = () => http.server.inject({ method: "POST", url: "/api/test/count", headers: key, payload: { by: 1 } });
  const [first, second] = await Promise.all([send(), send()]);
  expect(first.statusCode).toBe(200);
  expect(second.json()).toEqual(first.json());
  expect(await rowsCounted()).toBe(before + 1);
});

test("the same command id with another body is refused", async () => {
  const key = { ...asAnna, "idempotency-key": randomUUID() };
  await http.server.inject({ method: "POST", url: "/api/test/count", headers: key, payload: { by: 1 } });
  const answer = await http.server.inject({ method: "POST", url: "/api/test/count", headers: key, payload: { by: 2 } });
  expect(answer.json()).toMatchObject({ type: "command-conflict", status: 409 });
});

test("a refused command leaves nothing behind and may be tried again", async () => {
  const key = { ...asAnna, "idempotency-key": randomUUID() };
  const before = await rowsCounted();
  const answer = await http.server.inject({ method: "POST", url: "/api/test/count", headers: key, payload: { by: -1 } });
  expect(answer.json()).toMatchObject({ type: "not-allowed" });
  expect(await rowsCounted()).toBe(before);
});

test("a command without its id is refused", async () => {
  const answer = await http.server.inject({ method: "POST", url: "/api/test/count", headers: asAnna, payload: { by: 1 } });
  expect(answer.json()).toMatchObject({ type: "invalid-input" });
});

test("a stranger must sign in, a person is no operator, an outsider does not learn of a call", async () => {
  const type = async (url: string, headers = {}) => (await http.server.inject({ method: "GET", url, headers })).json().type;
  expect(await type("/api/test/operators")).toBe("not-signed-in");
  expect(await type("/api/test/operators", asAnna)).toBe("not-allowed");
  expect(await type("/api/test/theirs", asAnna)).toBe("not-found");
  expect((await http.server.inject({ method: "GET", url: "/api/test/mine" })).statusCode).toBe(200);
});

test("attempts past the limit wait and are told how long", async () => {
  const send = () => http.server.inject({ method: "GET", url: "/api/test/limited" });
  expect([(await send()).statusCode, (await send()).statusCode]).toEqual([200, 200]);
  const third = await send();
  expect(third.statusCode).toBe(429);
  expect(Number(third.headers["retry-after"])).toBeGreaterThan(0);
});

test("people of one office do not use up each other's attempts where each has his own", async () => {
  const send = async (headers = {}) => (await http.server.inject({ method: "GET", url: "/api/test/limited-each", headers })).statusCode;
  expect([await send(asAnna), await send(asAnna), await send(asAnna)]).toEqual([200, 200, 429]);
  expect([await send(asBoris), await send(), await send(), await send()], "who is nobody shares the address").toEqual([200, 200, 200, 429]);
});

test("a failure of ours says nothing of our insides", async () => {
  const answer = await http.server.inject({ method: "GET", url: "/api/test/broken/now" });
  expect(answer.json()).toMatchObject({ type: "internal", status: 500 });
  expect(answer.body).not.toContain("hunter2");
});
