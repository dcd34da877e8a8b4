import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallId } from "./ids.ts";
import { hashesOfSegments, isOwnRecording, type OwnSegment } from "./recording-chain.ts";
import type { SegmentFacts } from "./recordings.ts";

const of = { callId: "0198c0de-0000-7000-8000-000000000001" as CallId, side: "client" } as const;
const BEGAN = Date.parse("2026-11-25T10:00:00Z");
const SEGMENT_MS = 30_000;
const aSha = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));

/** Who recorded each segment of a side's chain, and with what in it. */
const aChain = fc.array(fc.record({ mine: fc.boolean(), segmentId: fc.uuid(), takeId: fc.uuid(), sha256: aSha }), { maxLength: 12 });
type Made = (typeof aChain extends fc.Arbitrary<infer T> ? T : never)[number];

const factsOf = (made: readonly Made[]): SegmentFacts[] =>
  made.map(({ segmentId, takeId, sha256 }, at) => ({
    segmentId,
    takeId,
    sha256,
    from: new Date(BEGAN + at * SEGMENT_MS),
    to: new Date(BEGAN + (at + 1) * SEGMENT_MS),
    bytes: 1000 + at,
    cut: false,
  }));
const toldAt = (n: number): number => BEGAN + n * SEGMENT_MS;

/** The chain as the server keeps it, and what this browser remembers of its part. */
function recorded(made: readonly Made[]): { chain: string[]; own: OwnSegment[] } {
  const chain = hashesOfSegments(of, factsOf(made));
  const own = made.flatMap(({ mine, segmentId }, at) => (mine ? [{ segmentId, n: at + 1, hash: chain[at]!, toldAt: toldAt(at + 1) }] : []));
  return { chain, own };
}
const whenSaid = (length: number): number => toldAt(length) + 1000;

describe("what is said of a side's recording", () => {
  test("is its browser's own wherever it ends, while nothing told by then is missing", () => {
    fc.assert(
      fc.property(aChain, fc.nat(12), (made, cut) => {
        const { chain, own } = recorded(made);
        const length = Math.min(cut, chain.length);
        const said = { own, chain, at: whenSaid(length) };
        expect(isOwnRecording(chain[length - 1] ?? null, { ...said, alone: false })).toBe(true);
        const alone = made.slice(0, length).every(({ mine }) => mine);
        expect(isOwnRecording(chain[length - 1] ?? null, { ...said, alone: true })).toBe(alone);
      }),
    );
  });

  test("is not, when a segment of its own was left out, changed, moved, or replaced by somebody's", () => {
    const aTampering = fc.constantFrom("left-out", "changed", "moved", "replaced");
    fc.assert(
      fc.property(aChain, aTampering, fc.nat(), fc.nat(), aSha, (made, how, which, where, sha256) => {
        const mine = made.flatMap((one, at) => (one.mine ? [at] : []));
        fc.pre(mine.length > 0);
        const at = mine[which % mine.length]!;
        const rest = made.toSpliced(at, 1);
        const to = where % made.length;
        fc.pre(how !== "moved" || to !== at);
        const tampered = {
          "left-out": rest,
          changed: made.with(at, { ...made[at]!, sha256 }),
          moved: rest.toSpliced(to, 0, made[at]!),
          replaced: made.with(at, { ...made[at]!, mine: false, segmentId: "0198c0de-0000-7000-8000-00000000000f", sha256 }),
        }[how];
        const { own } = recorded(made);
        const { chain } = recorded(tampered);
        const said = { own, chain, at: whenSaid(made.length) + 10_000 };
        for (const alone of [true, false]) expect(isOwnRecording(chain.at(-1) ?? null, { ...said, alone })).toBe(false);
      }),
    );
  });

  test("is not, when it forgets what it took more than ten seconds before, or names an end that no chain has", () => {
    fc.assert(
      fc.property(aChain, aSha, fc.nat(30_000), (made, unknown, lateMs) => {
        const { chain, own } = recorded(made.map((one) => ({ ...one, mine: true })));
        fc.pre(chain.length > 0);
        const said = { own, chain, alone: true, at: toldAt(chain.length) + lateMs };
        expect(isOwnRecording(chain.at(-2) ?? null, said)).toBe(lateMs < 10_000);
        expect(isOwnRecording(unknown, said)).toBe(false);
      }),
    );
  });

  test("may hold a segment whose answer was lost, where it was told first or last, and need not", () => {
    const [made] = fc.sample(
      aChain.filter((one) => one.length > 1),
      1,
    );
    const { chain, own } = recorded(made!.map((one) => ({ ...one, mine: true })));
    const lost = own.map((segment, at) => (at === own.length - 1 ? { ...segment, toldAt: null } : segment));
    const tries = [...lost, { ...lost.at(-1)!, n: own.length + 1, hash: "f".repeat(64) }];
    const said = { own: tries, chain, alone: true, at: whenSaid(own.length) + 60_000 };
    expect(isOwnRecording(chain.at(-1)!, said)).toBe(true);
    expect(isOwnRecording(chain.at(-2)!, said)).toBe(true);
  });
});
