/** How far time is billed when the ends of a call sign it, and when they do not. */
import type { CallId } from "@minuta/contracts/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../testing.ts";

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterEach(async () => expect(await world.broken()).toEqual([]));
afterAll(async () => {
  await world.evidence.close();
  await world.close();
});

const sign = (call: CallId, seconds: number) => world.db.tx((tx) => world.metering.countersigned(tx, call, seconds));
const pauseUnsigned = (call: CallId) => world.db.tx((tx) => world.metering.pauseUnsigned(tx, call));

async function signedCall(): Promise<CallId> {
  const call = await world.openCall(await world.aPayer(100));
  await sign(call, 0);
  await world.join(call);
  return call;
}

describe("minutes that nobody signs", () => {
  test("are billed for two minutes, then the call waits", async () => {
    const call = await signedCall();
    await world.wait(100);
    expect(await pauseUnsigned(call)).toBe(false);
    await world.wait(60);
    expect(await world.meter(call)).toMatchObject({ billableSeconds: 120, charged: 200n });
    expect(await pauseUnsigned(call)).toBe(true);
    expect(await pauseUnsigned(call)).toBe(false);
    await world.wait(60);
    expect(await world.meter(call)).toMatchObject({ status: "paused-for-signature", billableSeconds: 120, charged: 200n });
    expect((await world.news(call)).map(({ topic }) => topic)).toContain("metering.paused_for_signature");
    await world.end(call);
    expect((await world.meter(call)).charged).toBe(200n);
  });

  test("go on counting once both ends signed", async () => {
    const call = await signedCall();
    await world.wait(135);
    expect(await pauseUnsigned(call)).toBe(true);
    const { provenSeconds } = await world.meter(call);
    expect(await sign(call, provenSeconds - 60)).toBe(true);
    await world.wait(30);
    const after = await world.meter(call);
    expect(after.status).toBe("live");
    expect(after.provenSeconds).toBeGreaterThan(provenSeconds);
    expect(after.billableSeconds).toBe(after.provenSeconds);
  });

  test("a signature under less than before takes nothing back", async () => {
    const call = await signedCall();
    await sign(call, 60);
    await sign(call, 30);
    await world.wait(200);
    expect((await world.meter(call)).billableSeconds).toBe(180);
  });

  test("a pause by a person does not end by a signature, nor one for signatures by a person", async () => {
    const call = await signedCall();
    await world.wait(20);
    await world.db.tx((tx) => world.metering.pause(tx, call, "client"));
    expect(await sign(call, 10)).toBe(false);
    expect((await world.meter(call)).status).toBe("paused");
    await world.db.tx((tx) => world.metering.resume(tx, call, "client"));
    await world.wait(140);
    expect(await pauseUnsigned(call)).toBe(true);
    expect(await world.db.tx((tx) => world.metering.resume(tx, call, "client"))).toBe(false);
  });

  test("that are waited for too long end the call", async () => {
    const call = await signedCall();
    await world.wait(140);
    await pauseUnsigned(call);
    await world.wait(910, 10);
    expect((await world.news(call)).at(-1)).toMatchObject({ topic: "metering.line_ended", body: { reason: "pause-too-long" } });
  });

  test("a call whose ends were never asked to sign is billed as it is proven", async () => {
    const call = await world.openCall(await world.aPayer(100));
    await world.join(call);
    await world.wait(200);
    expect(await pauseUnsigned(call)).toBe(false);
    const { billableSeconds, provenSeconds } = await world.meter(call);
    expect(billableSeconds).toBe(provenSeconds);
  });
});
