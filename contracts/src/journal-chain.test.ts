import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHAIN_START, canonicalJson, checkChain, hashOfEvent, type UnhashedEvent } from "./journal-chain.ts";
import { journalActor, journalKind, type JournalEvent } from "./journal.ts";
import { sha256Hex } from "./sha256.ts";

const callId = "0198c0de-0000-7000-8000-000000000001";
const anEvent = fc.record({
  at: fc.date({ noInvalidDate: true, min: new Date("2026-01-01"), max: new Date("2036-01-01") }),
  actor: fc.constantFrom(...journalActor.options),
  kind: fc.constantFrom(...journalKind.options),
  facts: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4, noNullPrototype: true }),
});
const aJournal = fc.array(anEvent, { minLength: 2, maxLength: 12 }).map(chained);

function chained(events: readonly Omit<UnhashedEvent, "n">[]): JournalEvent[] {
  let before = CHAIN_START;
  return events.map((event, index) => {
    const numbered = { ...event, n: index + 1 };
    before = hashOfEvent(callId, before, numbered);
    return { ...numbered, hash: before };
  });
}
const headOf = (events: readonly JournalEvent[]): string => events.at(-1)?.hash ?? CHAIN_START;

describe("sha256Hex", () => {
  test("answers the standard's own examples", () => {
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
  test("agrees with the system's SHA-256 on any text", () => {
    const anyText = fc.array(fc.nat(0x10_ff_ff), { maxLength: 150 }).map((points) => String.fromCodePoint(...points));
    fc.assert(fc.property(anyText, (text) => sha256Hex(text) === createHash("sha256").update(text).digest("hex")));
  });
});

describe("canonicalJson", () => {
  test("does not depend on the order in which members were written", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "ё" }], a: undefined, aa: true })).toBe('{"aa":true,"b":[1,{"c":"ё","d":null}]}');
  });
  test("stays the same through the wire", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(JSON.parse(JSON.stringify(value))) === canonicalJson(value)));
  });
  test("refuses what JSON cannot say", () => {
    expect(() => canonicalJson({ sum: Number.NaN })).toThrow(new TypeError("not JSON: NaN"));
    expect(() => canonicalJson([() => 1])).toThrow(new TypeError("not JSON: function"));
  });
});

describe("checkChain", () => {
  test("a journal that was printed years ago is checked by the same form", () => {
    const event = {
      n: 1,
      at: new Date("2026-11-23T09:00:00.000Z"),
      actor: "server",
      kind: "on-the-line",
      facts: { side: "client" },
    } as const;
    expect(CHAIN_START).toBe("0000000000000000000000000000000000000000000000000000000000000000");
    expect(hashOfEvent(callId, CHAIN_START, event)).toBe(
      createHash("sha256")
        .update(`["minuta-journal-1","${callId}","${CHAIN_START}",1,"2026-11-23T09:00:00.000Z","server","on-the-line",{"side":"client"}]`)
        .digest("hex"),
    );
  });

  test("a number that is left out is found, however well the hashes fit", () => {
    const event = { n: 2, at: new Date("2026-11-23T09:00:00.000Z"), actor: "server", kind: "on-the-line", facts: {} } as const;
    const hash = hashOfEvent(callId, CHAIN_START, event);
    expect(checkChain(callId, [{ ...event, hash }], hash)).toEqual({ holds: false, at: { n: 1 } });
  });

  test("a journal nobody touched holds, also after it was written down as JSON in another order of members", () => {
    fc.assert(
      fc.property(aJournal, (events) => {
        const rewritten = events.map((event) => ({
          ...event,
          facts: JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(event.facts).reverse()))),
        }));
        expect(checkChain(callId, rewritten, headOf(events))).toEqual({ holds: true });
      }),
    );
  });
  test("a changed event is found where it stands", () => {
    fc.assert(
      fc.property(aJournal, fc.nat(), anEvent, (events, anywhere, other) => {
        const index = anywhere % events.length;
        const before = events[index]!;
        const after = { ...before, ...other };
        fc.pre(
          canonicalJson([before.at.toISOString(), before.actor, before.kind, before.facts]) !==
            canonicalJson([after.at.toISOString(), after.actor, after.kind, after.facts]),
        );
        expect(checkChain(callId, events.with(index, after), headOf(events))).toEqual({ holds: false, at: { n: index + 1 } });
      }),
    );
  });
  test("a journal written anew with fitting hashes is found by the head that was printed", () => {
    fc.assert(
      fc.property(aJournal, fc.nat(), (events, anywhere) => {
        const index = anywhere % events.length;
        const forged = chained(events.with(index, { ...events[index]!, facts: { forged: true } }));
        expect(checkChain(callId, forged, headOf(events))).toEqual({ holds: false, at: "head" });
      }),
    );
  });
  test("a dropped event is found, the last one by the head", () => {
    fc.assert(
      fc.property(aJournal, fc.nat(), (events, anywhere) => {
        const index = anywhere % events.length;
        const at = index === events.length - 1 ? "head" : { n: index + 1 };
        expect(checkChain(callId, events.toSpliced(index, 1), headOf(events))).toEqual({ holds: false, at });
      }),
    );
  });
  test("two swapped events are found, even when their numbers are swapped back", () => {
    fc.assert(
      fc.property(aJournal, fc.nat(), (events, anywhere) => {
        const index = anywhere % (events.length - 1);
        const [one, two] = [events[index]!, events[index + 1]!];
        fc.pre(
          canonicalJson([one.at.toISOString(), one.actor, one.kind, one.facts]) !==
            canonicalJson([two.at.toISOString(), two.actor, two.kind, two.facts]),
        );
        const swapped = events.with(index, { ...two, n: one.n }).with(index + 1, { ...one, n: two.n });
        expect(checkChain(callId, swapped, headOf(events))).toEqual({ holds: false, at: { n: index + 1 } });
      }),
    );
  });
  test("a journal of another call does not pass for this one", () => {
    fc.assert(
      fc.property(aJournal, (events) => {
        expect(checkChain("0198c0de-0000-7000-8000-000000000002", events, headOf(events))).toEqual({ holds: false, at: { n: 1 } });
      }),
    );
  });
});
