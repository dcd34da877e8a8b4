import fc from "fast-check";
import { expect, test } from "vitest";
import { ANSWERED_WITHIN_MS, Probes } from "./probes.ts";

test("the first answer to a probe proves, a second one, a late one and one to no probe do not", () => {
  const probes = new Probes();
  probes.passed(1n, 1000);
  probes.passed(2n, 1000);
  expect(probes.answered(3n, 1001)).toBe(false);
  expect(probes.answered(2n, 1001)).toBe(true);
  expect(probes.answered(2n, 1002)).toBe(false);
  expect(probes.answered(1n, 1000 + ANSWERED_WITHIN_MS + 1)).toBe(false);
});

test("whatever order they come in, doubled or lost, each proves once and within its time", () => {
  const packets = fc.array(
    fc.record({ number: fc.bigInt({ min: 0n, max: 6n }), is: fc.constantFrom("probe", "answer"), after: fc.nat(5000) }),
  );
  fc.assert(
    fc.property(packets, (sent) => {
      const probes = new Probes();
      let now = 0;
      for (const [index, { number, is, after }] of sent.entries()) {
        now += after;
        if (is === "probe") {
          probes.passed(number, now);
          continue;
        }
        // The last word about this number before must have been its probe, and not be long ago.
        const before = sent.slice(0, index).findLastIndex((one) => one.number === number);
        const ago = sent.slice(before + 1, index + 1).reduce((sum, one) => sum + one.after, 0);
        expect(probes.answered(number, now)).toBe(sent[before]?.is === "probe" && ago <= ANSWERED_WITHIN_MS);
      }
    }),
  );
});

test("an end that sends very many is remembered by its newest", () => {
  const probes = new Probes();
  for (let number = 0n; number < 1000n; number += 1n) probes.passed(number, 0);
  expect(probes.answered(0n, 0)).toBe(false);
  expect(probes.answered(999n, 0)).toBe(true);
});
