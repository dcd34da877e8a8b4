/** What a person and an operator see of money over HTTP. */
import { personId, type PersonId } from "@minuta/contracts/ids";
import { ledgerApi } from "@minuta/contracts/ledger";
import { kopecks } from "@minuta/contracts/money";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttp, type Http } from "#platform/http";
import { createLog } from "#platform/log";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { createLedger, ledgerRoutes } from "./index.ts";

const [person, operator] = [personId.parse(crypto.randomUUID()), personId.parse(crypto.randomUUID())];
let base: TestDatabase;
let http: Http;

beforeAll(async () => {
  base = await testDatabase();
  const ledger = createLedger({
    db: base.db,
    findPersonByEmail: async (_tx, email) => (email === "irina@example.org" ? person : null),
    burnPerMinute: async () => kopecks(0),
  });
  http = createHttp({
    db: base.db,
    log: createLog("silent"),
    behindProxy: false,
    identify: async ({ get }) => ({
      personId: (get("who") ?? null) as PersonId | null,
      roles: get("who") === operator ? ["operator"] : [],
      signInId: null,
      guestId: null,
    }),
    isParty: async () => false,
  });
  ledgerRoutes(http, ledger);
});
afterAll(async () => {
  await http.server.close();
  await base.close();
});

const topUp = (who: PersonId, payload: object, id: string = crypto.randomUUID()) =>
  http.server.inject({ method: "POST", url: ledgerApi.topUp.path, cookies: { who }, headers: { "idempotency-key": id }, payload });
const read = async (path: string) => (await http.server.inject({ url: path, cookies: { who: person } })).json();

test("an operator's top-up sent twice adds money once, and its owner reads it on his statement", async () => {
  const asked = { email: "irina@example.org", amount: 50_000, reason: "Платёжное поручение 17" };
  const id = crypto.randomUUID();
  expect((await topUp(operator, asked, id)).json()).toEqual({ balance: 50_000 });
  expect((await topUp(operator, asked, id)).json()).toEqual({ balance: 50_000 });
  expect(await read(ledgerApi.wallet.path)).toEqual({
    balance: 50_000,
    reserved: 0,
    held: 0,
    overdraft: 0,
    burnPerMinute: 0,
    minutesLeft: null,
    earned: 0,
  });
  const { lines, next } = await read(ledgerApi.statement.path);
  expect(next).toBeNull();
  expect(lines).toMatchObject([{ kind: "top-up", amount: 50_000, balanceAfter: 50_000, reason: asked.reason, callId: null }]);
});

test("nobody else may add money, nor read a wallet without signing in", async () => {
  expect((await topUp(person, { email: "irina@example.org", amount: 500, reason: "a gift" })).json()).toMatchObject({
    type: "not-allowed",
  });
  expect((await http.server.inject(ledgerApi.wallet.path)).json()).toMatchObject({ type: "not-signed-in" });
});

test("a sum or a person that cannot be is a clear problem", async () => {
  expect((await topUp(operator, { email: "nobody@example.org", amount: 500, reason: "by mistake" })).json()).toMatchObject({
    type: "person-unknown",
  });
  expect((await topUp(operator, { email: "irina@example.org", amount: 1, reason: "by mistake" })).json()).toMatchObject({
    type: "amount-not-valid",
    facts: { minKopecks: 100 },
  });
  expect((await topUp(operator, { email: "irina@example.org", amount: 10.5, reason: "by mistake" })).json()).toMatchObject({
    type: "invalid-input",
    facts: { fields: ["amount"] },
  });
});

test("how the proof of the money stands is told to anyone, and nothing of the money itself", async () => {
  const told = await http.server.inject({ url: ledgerApi.proof.path });
  expect([told.statusCode, told.json()]).toEqual([200, { state: "holds", ranAt: null, heldAt: null }]);
});
