/** A call's money from its first second to its end, on a real PostgreSQL. */
import { kopecks } from "@minuta/contracts/money";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterEach(async () => expect(await world.broken()).toEqual([]));
afterAll(async () => {
  await world.evidence.close();
  await world.close();
});

const both = ["client", "consultant"] as const;

describe("a carrier call", () => {
  test("of 6 seconds is free, and what was set aside comes back", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 700n, reserved: 300n });
    await world.join(call);
    await world.wait(6);
    for (const side of both) world.evidence.seen({ callId: call, side });
    expect(await world.end(call)).toEqual({ charged: 0n, provenSeconds: 6, billableSeconds: 6 });
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 1000n, reserved: 0n, held: 0n });
  });

  test("is charged its first minute from the first second soon after the 7th", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    let seen = 0;
    while ((await world.meter(call)).charged === 0n) {
      await world.wait(1);
      seen += 1;
    }
    expect(seen).toBeGreaterThanOrEqual(13);
    expect(seen).toBeLessThanOrEqual(20);
    expect(await world.meter(call)).toMatchObject({ status: "live", charged: 100n, reserved: 200n, minutesLeft: 9 });
    await world.end(call);
    expect(await world.ledger.wallet(payer)).toMatchObject({ balance: 900n, reserved: 0n, held: 0n });
  });

  test("charges every started minute to the kopeck", async () => {
    const payer = await world.aPayer(10);
    const call = await world.openCall(payer);
    await world.join(call);
    await world.wait(61);
    for (const side of both) world.evidence.seen({ callId: call, side });
    expect(await world.end(call)).toEqual({ charged: 200n, provenSeconds: 61, billableSeconds: 61 });
    expect((await world.ledger.wallet(payer)).balance).toBe(800n);
    expect((await world.end(call)).charged).toBe(kopecks(200n));
  });
});
