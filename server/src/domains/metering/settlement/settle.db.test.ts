import { callId, type CallId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../testing.ts";

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

/** A marketplace call of one started minute at this price, ended. */
async function endedCall(pricePerMinute: number): Promise<{ call: CallId; payer: string; payee: string }> {
  const payer = await world.aPayer(100);
  const payee = crypto.randomUUID();
  const call = callId.parse(crypto.randomUUID());
  await world.db.tx((tx) =>
    world.metering.openLine(tx, { callId: call, kind: "marketplace", payer, payee, pricePerMinute: kopecks(pricePerMinute) }),
  );
  await world.join(call);
  await world.wait(20);
  await world.end(call);
  return { call, payer, payee };
}
const settle = (call: CallId) => world.db.tx((tx) => world.metering.settle(tx, call, "solved"));
const feeAccount = async (): Promise<bigint> =>
  (await world.db.pool.query("select coalesce(sum(balance), 0)::bigint as fees from ledger.account where name = 'platform:fee'")).rows[0]
    .fees;

describe("a solved marketplace call", () => {
  test.each([
    { charged: 1, fee: 0n, earned: 1n },
    { charged: 9, fee: 0n, earned: 9n },
    { charged: 10, fee: 1n, earned: 9n },
    { charged: 19, fee: 1n, earned: 18n },
    { charged: 999, fee: 99n, earned: 900n },
    { charged: 3333, fee: 333n, earned: 3000n },
  ])(
    "of $charged kopecks leaves the platform $fee and the consultant $earned: the odd kopeck is the consultant's",
    async ({ charged, fee, earned }) => {
      const { call, payer, payee } = await endedCall(charged);
      const feesBefore = await feeAccount();
      expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 10_000n - BigInt(charged), held: BigInt(charged) });
      expect(await world.metering.sharesOf(world.db, call)).toEqual({ fee, earned });
      expect(await settle(call)).toEqual({ fee, earned });
      expect((await world.ledger.wallet(payee)).earned).toBe(earned);
      expect((await feeAccount()) - feesBefore).toBe(fee);
      expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 10_000n - BigInt(charged), held: 0n, reserved: 0n });
      expect(await world.broken()).toEqual([]);
    },
  );

  test("settled again, later or at the same moment, moves nothing more and gets the same answer", async () => {
    const { call, payee } = await endedCall(500);
    const answers = await Promise.all([settle(call), settle(call), settle(call)]);
    expect([...answers, await settle(call)]).toEqual(Array.from({ length: 4 }, () => ({ fee: 50n, earned: 450n })));
    expect((await world.ledger.wallet(payee)).earned).toBe(450n);
    expect(await world.broken()).toEqual([]);
  });

  test("in which nothing was charged moves nothing", async () => {
    const payer = await world.aPayer(100);
    const call = callId.parse(crypto.randomUUID());
    await world.db.tx((tx) =>
      world.metering.openLine(tx, { callId: call, kind: "marketplace", payer, payee: crypto.randomUUID(), pricePerMinute: kopecks(500) }),
    );
    await world.end(call);
    expect(await settle(call)).toEqual({ fee: 0n, earned: 0n });
    expect((await world.ledger.wallet(payer)).balance).toBe(10_000n);
  });

  test("is shared by the percent of the tariff version it was promised under, whatever came into force since", async () => {
    const payer = await world.aPayer(100);
    const [call, payee] = [callId.parse(crypto.randomUUID()), crypto.randomUUID()];
    const promised = await world.metering.refuseUnfunded(world.db, { kind: "marketplace", payer, pricePerMinute: kopecks(1000) });
    await world.db.pool.query("insert into metering.tariff (kind, valid_from, fee_percent) values ('marketplace', platform.now(), 25)");
    await world.db.tx((tx) =>
      world.metering.openLine(tx, {
        callId: call,
        kind: "marketplace",
        payer,
        payee,
        pricePerMinute: promised.price,
        tariff: promised.tariff,
      }),
    );
    await world.join(call);
    await world.wait(20);
    await world.end(call);
    expect(await settle(call)).toEqual({ fee: 100n, earned: 900n });
  });
});

test("a call that is not over cannot be settled, nor a carrier call: nobody earns in it", async () => {
  const payer = await world.aPayer(100);
  const open = callId.parse(crypto.randomUUID());
  await world.db.tx((tx) =>
    world.metering.openLine(tx, { callId: open, kind: "marketplace", payer, payee: crypto.randomUUID(), pricePerMinute: kopecks(500) }),
  );
  await expect(settle(open)).rejects.toThrow("not over");
  const carrier = await world.openCall(payer);
  await world.end(carrier);
  await expect(settle(carrier)).rejects.toThrow("nothing to share");
  expect(await world.broken()).toEqual([]);
});
