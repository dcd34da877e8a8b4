/** That a browser's key is enrolled with the account, if it can be. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ownSigner } from "./own-key.ts";

const keys = new Map<string, unknown>();
vi.mock("./store.ts", () => ({
  kept: async (_: string, name: string) => keys.get(name) ?? null,
  keepFirst: async (_: string, name: string, value: unknown) => {
    keys.set(name, value);
    return value;
  },
}));

let asked: string[];
let answers: (() => Promise<Response>)[];
beforeEach(() => {
  keys.clear();
  [asked, answers] = [[], []];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return answers.shift()?.();
  });
});
afterEach(() => vi.unstubAllGlobals());

const says = (status: number) => async (): Promise<Response> => new Response(null, { status });
const breaks = (): Promise<Response> => Promise.reject(new TypeError("Failed to fetch"));
const person = { personId: "01890000-0000-7000-8000-000000000001", callId: "01890000-0000-7000-8000-000000000002" };

test("enrolment is tried again when nobody answered, or the server could not", async () => {
  answers = [breaks, says(503), says(200)];
  await ownSigner(person);
  expect(asked).toHaveLength(3);
});

test("a refusal is an answer", async () => {
  answers = [says(403)];
  await ownSigner(person);
  expect(asked).toHaveLength(1);
});

test("who cannot be reached at all is signed without, by the same key in the next call", async () => {
  answers = [breaks, breaks, breaks, says(200)];
  const { publicKey } = await ownSigner(person);
  expect((await ownSigner(person)).publicKey).toBe(publicKey);
});

test("a guest's key is nobody's but this call's", async () => {
  await ownSigner({ ...person, personId: null });
  expect(asked).toEqual([]);
});
