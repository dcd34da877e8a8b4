/** The price of talk in SQL is the price of talk in contracts, for any tariff. */
import { kopecks } from "@minuta/contracts/money";
import { chargeableSeconds, costOfTalk, fundedSeconds, type LineTerms } from "@minuta/contracts/tariff";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../testing.ts";

let base: TestDatabase;
beforeAll(async () => void (base = await testDatabase()));
afterAll(() => base.close());

const terms: fc.Arbitrary<LineTerms> = fc.record({
  pulse: fc.record({
    firstSeconds: fc.integer({ min: 1, max: 600 }),
    nextSeconds: fc.integer({ min: 1, max: 600 }),
    freeSeconds: fc.integer({ min: 0, max: 120 }),
  }),
  pricePerMinute: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 1_000_000n })).map(kopecks),
  connectionFee: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 100_000n })).map(kopecks),
});
const cases = fc.array(fc.tuple(terms, fc.nat({ max: 100_000 }), fc.bigInt({ min: -1000n, max: 10n ** 12n })), {
  minLength: 1,
  maxLength: 200,
});

const ASK = `select metering.chargeable_seconds(t, c.seconds) as chargeable, metering.cost(t, c.price, c.seconds) as cost, metering.funded_seconds(t, c.price, c.money) as funded
  from unnest($1::int[], $2::int[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) with ordinality as c (first, next, free, price, fee, seconds, money, n)
  cross join lateral (select (jsonb_populate_record(null::metering.tariff, jsonb_build_object('first_seconds', c.first, 'next_seconds', c.next, 'free_seconds', c.free, 'connection_fee', c.fee))).*) t
  order by c.n`;

test("equal to the kopeck", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (asked) => {
      const column = (of: (one: (typeof asked)[number]) => unknown) => asked.map(of);
      const { rows } = await base.db.pool.query(ASK, [
        column(([{ pulse }]) => pulse.firstSeconds),
        column(([{ pulse }]) => pulse.nextSeconds),
        column(([{ pulse }]) => pulse.freeSeconds),
        column(([{ pricePerMinute }]) => pricePerMinute),
        column(([{ connectionFee }]) => connectionFee),
        column(([, seconds]) => seconds),
        column(([, , money]) => money),
      ]);
      expect(rows.map(({ chargeable, cost, funded }) => [Number(chargeable), cost, Number(funded)])).toEqual(
        asked.map(([of, seconds, money]) => [
          chargeableSeconds(of.pulse, seconds),
          costOfTalk(of, seconds),
          fundedSeconds(of, kopecks(money)),
        ]),
      );
    }),
    { numRuns: 50 },
  );
});
