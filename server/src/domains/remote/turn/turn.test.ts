import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { credentialsFor } from "./credentials.ts";
import { turnLimits } from "./limits.ts";
import {
  attributeOf,
  attributes,
  classes,
  methods,
  readAddress,
  readMessage,
  Splitter,
  writeChannelData,
  writeMessage,
  type MessageClass,
} from "./message.ts";
import { CALL, codeOf, KEY, OTHER_CALL, requestedTransport, TurnClient, turnWorld, twoEnds, type World } from "./testing.ts";

let world: World;
beforeEach(() => void (world = turnWorld()));

const asClient = (port = 2001): TurnClient => new TurnClient(world, { callId: CALL, side: "client" }, port);

describe("the two ends of a call", () => {
  test("reach each other by relayed addresses that are nobody's", () => {
    const { client, consultant, at } = twoEnds(world);
    expect(at.client.ip.subarray(0, 1)).toEqual(Buffer.from([198]));
    client.sendTo(at.consultant, Buffer.from("hello"));
    expect(consultant.data()).toEqual(["hello"]);
    expect(codeOf(consultant.bind(at.client, 0x4001))).toBe(0);
    client.sendTo(at.consultant, Buffer.from("by channel"));
    consultant.sendOn(0x4001, Buffer.from("and back"));
    expect(consultant.data()).toEqual(["hello", "by channel"]);
    expect(client.data()).toEqual(["and back"]);
  });

  test("hear nothing of each other before both let the other in", () => {
    const [client, consultant] = [asClient(), new TurnClient(world, { callId: CALL, side: "consultant" }, 2002)];
    const [here, there] = [client.allocate(), consultant.allocate()];
    client.sendTo(there, Buffer.from("no permission of mine"));
    client.permit(there);
    client.sendTo(there, Buffer.from("none of his"));
    consultant.permit(here);
    client.sendTo(there, Buffer.from("both"));
    expect(consultant.data()).toEqual(["both"]);
  });

  test("are cut off when the call is over, and told how much passed", () => {
    const { client, consultant, at } = twoEnds(world);
    client.sendTo(at.consultant, Buffer.alloc(100));
    world.machine.forget(CALL);
    client.sendTo(at.consultant, Buffer.from("late"));
    expect([client.closed, consultant.closed]).toEqual([true, true]);
    expect(consultant.data()).toHaveLength(1);
    expect(world.ended).toEqual([{ callId: CALL, passed: { bytes: 100, dropped: 0 } }]);
    expect(world.machine.allocations).toBe(0);
  });

  test("send no faster than the limit, and what is too much is counted", () => {
    const { client, consultant, at } = twoEnds(world);
    client.bind(at.consultant, 0x4001);
    consultant.bind(at.client, 0x4001);
    const piece = Buffer.alloc(60_000);
    for (let n = 0; n < 400; n += 1) client.sendOn(0x4001, piece);
    expect(consultant.data().length * piece.length).toBeLessThanOrEqual(turnLimits.allocationBytes.burst);
    world.machine.forget(CALL);
    expect(world.ended[0]?.passed.dropped).toBeGreaterThan(400 * 60_000 - turnLimits.allocationBytes.burst - 60_000);
  });
});

describe("nothing but the other end of the same call", () => {
  test.each([
    ["another call's end", (): TurnClient => new TurnClient(world, { callId: OTHER_CALL, side: "consultant" }, 3001)],
    ["the same side's other connection", (): TurnClient => asClient(3002)],
  ])("not %s", (_, other) => {
    const [one, another] = [asClient(), other()];
    const [here, there] = [one.allocate(), another.allocate()];
    expect(codeOf(one.permit(there))).toBe(403);
    expect(codeOf(another.permit(here))).toBe(403);
    expect(codeOf(one.bind(there, 0x4000))).toBe(403);
    one.sendTo(there, Buffer.from("psst"));
    expect(another.data()).toEqual([]);
  });

  test.each([
    ["the server itself", [127, 0, 0, 1]],
    ["a computer of its network", [192, 168, 1, 1]],
    ["the internet", [8, 8, 8, 8]],
  ])("not %s", (_, ip) => {
    const one = asClient();
    one.allocate();
    expect(codeOf(one.permit({ ip: Buffer.from(ip), port: 49_152 }))).toBe(403);
    expect(codeOf(one.bind({ ip: Buffer.from(ip), port: 443 }, 0x4000))).toBe(403);
  });
});

describe("an allocation is given", () => {
  test("to nobody without credentials, and the question costs no memory", () => {
    const stranger = asClient();
    stranger.hear(
      writeMessage({ method: methods.allocate, class: classes.request, transaction: randomBytes(12), attributes: [requestedTransport] }),
    );
    expect(codeOf(stranger.last())).toBe(401);
    expect(world.machine.allocations).toBe(0);
  });

  test.each([
    ["a wrong password", { ...credentialsFor({ callId: CALL, side: "client" }, { key: KEY, expiresAt: 2_000_000_000 }), credential: "x" }],
    ["another server's key", credentialsFor({ callId: CALL, side: "client" }, { key: { ...KEY, id: "k9" }, expiresAt: 2_000_000_000 })],
    ["credentials that ran out", credentialsFor({ callId: CALL, side: "client" }, { key: KEY, expiresAt: 1_700_000_000 })],
  ])("not for %s", (_, credentials) => {
    const one = asClient();
    one.credentials = credentials;
    expect(codeOf(one.ask(methods.allocate, [requestedTransport]))).toBe(401);
  });

  test("not for a call that is not open here", () => {
    world.open.delete(CALL);
    expect(codeOf(asClient().ask(methods.allocate, [requestedTransport]))).toBe(403);
  });

  test("not for another transport, not without one, not for what we do not know", () => {
    const one = asClient();
    expect(codeOf(one.ask(methods.allocate, [{ type: attributes.requestedTransport, value: Buffer.from([6, 0, 0, 0]) }]))).toBe(442);
    expect(codeOf(one.ask(methods.allocate, []))).toBe(400);
    expect(codeOf(one.ask(methods.allocate, [requestedTransport, { type: 0x7777, value: Buffer.alloc(4) }]))).toBe(420);
  });

  test("once for each connection, so often for each side, and the same request again is answered as the first time", () => {
    const one = asClient();
    one.ask(methods.binding, []);
    const transaction = randomBytes(12);
    one.ask(methods.refresh, []);
    const first = one.askOnce(methods.allocate, [requestedTransport], transaction);
    const again = one.askOnce(methods.allocate, [requestedTransport], transaction);
    expect(attributeOf(again, attributes.xorRelayedAddress)).toEqual(attributeOf(first, attributes.xorRelayedAddress));
    expect(codeOf(one.ask(methods.allocate, [requestedTransport]))).toBe(437);
    for (let n = 1; n < turnLimits.allocationsPerSide; n += 1) asClient(5000 + n).allocate();
    expect(codeOf(asClient(6000).ask(methods.allocate, [requestedTransport]))).toBe(486);
  });

  test("for ten minutes, longer when it is refreshed, no longer when it is given back", () => {
    const { client, consultant } = twoEnds(world);
    world.now += (turnLimits.lifetimeSeconds - 60) * 1000;
    expect(codeOf(client.refresh(600))).toBe(0);
    world.now += 120_000;
    world.machine.sweep(world.now);
    expect([client.closed, consultant.closed]).toEqual([false, true]);
    expect(codeOf(client.refresh(0))).toBe(0);
    expect(client.closed).toBe(true);
  });

  test("and a nonce runs out, with another one in the refusal", () => {
    const one = asClient();
    one.allocate();
    world.now += 2 * turnLimits.nonceFreshMs;
    const refusal = one.askOnce(methods.refresh, []);
    expect(codeOf(refusal)).toBe(438);
    expect(codeOf(one.refresh(600))).toBe(0);
  });
});

test("a browser learns the address it is seen from", () => {
  const one = asClient(4321);
  one.hear(writeMessage({ method: methods.binding, class: classes.request, transaction: randomBytes(12), attributes: [] }));
  const mapped = attributeOf(one.last(), attributes.xorMappedAddress);
  expect(mapped && readAddress(mapped, one.last().transaction)).toEqual(one.address);
});

test("one address that asks and asks is answered so often and no more, and remembered only so long", () => {
  const ask = (n: number): TurnClient => {
    const one = asClient(1000 + (n % 60_000));
    one.hear(writeMessage({ method: methods.binding, class: classes.request, transaction: randomBytes(12), attributes: [] }));
    return one;
  };
  const answers = Array.from({ length: 1000 }, (_, n) => ask(n).received.length).reduce((sum, one) => sum + one, 0);
  expect(answers).toBe(turnLimits.strangerRequests.burst);
});

describe("whatever bytes come", () => {
  const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  /** Looks like a message: type, right length, cookie. */
  const almost = fc.tuple(fc.nat(0x3fff), fc.uint8Array({ maxLength: 120 })).map(([type, body]) => {
    const padded = Buffer.concat([Buffer.from(body), Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const head = Buffer.alloc(20);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(padded.length, 2);
    head.writeUInt32BE(0x2112a442, 4);
    return Buffer.concat([head, padded]);
  });

  test("nobody who has no credentials gets an allocation or another's data, and nothing throws", () => {
    const { client, consultant } = twoEnds(world);
    const [before, heard] = [world.machine.allocations, [client.received.length, consultant.received.length]];
    fc.assert(
      fc.property(fc.oneof(anything, almost), fc.nat(100), (bytes, port) => {
        asClient(7000 + port).hear(bytes);
        expect(world.machine.allocations).toBe(before);
        expect([client.received.length, consultant.received.length]).toEqual(heard);
      }),
      { numRuns: 2000 },
    );
  });

  test("a message is read as it was written", () => {
    const attribute = fc.record({ type: fc.integer({ min: 0x8030, max: 0xffff }), value: anything });
    fc.assert(
      fc.property(fc.nat(0xfff), fc.constantFrom<MessageClass[]>(0, 1, 2, 3), fc.array(attribute, { maxLength: 8 }), (method, of, all) => {
        const transaction = randomBytes(12);
        const read = readMessage(writeMessage({ method, class: of, transaction, attributes: all, key: Buffer.from("k") }));
        expect(read).toMatchObject({ method, class: of, transaction, attributes: all });
      }),
    );
  });

  test("a stream cut anywhere gives the same pieces", () => {
    const message = (data: Buffer): Buffer =>
      writeMessage({
        method: methods.send,
        class: classes.indication,
        transaction: Buffer.alloc(12),
        attributes: [{ type: attributes.data, value: data }],
      });
    const piece = fc.oneof(
      anything.map(message),
      anything.map((data) => writeChannelData({ channel: 0x4abc, data })),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (all, cuts) => {
          const [splitter, stream] = [new Splitter(), Buffer.concat(all)];
          const got: Buffer[] = [];
          for (let at = 0, n = 0; at < stream.length; n += 1) {
            const end = at + (cuts[n % cuts.length] ?? 1);
            got.push(...(splitter.push(stream.subarray(at, end), 66_000) ?? []));
            at = end;
          }
          expect(got).toEqual(all);
        },
      ),
    );
  });
});
