/** Everything in the database that a simulation judges, read in one statement. Instants are milliseconds since the start, of the database's clock. */
import { meterStatus } from "@minuta/contracts/calls";
import { z } from "zod";
import { query, type Reader } from "#platform/db";
import { START_MS } from "./world.ts";

const kopecks = z.int().transform(BigInt);
const instant = z.number().transform((ms) => Math.round(ms) - START_MS);

const snapshot = z.object({
  lines: z.array(
    z.object({
      id: z.string(),
      call: z.string(),
      payer: z.string(),
      tariff: z.int().transform(BigInt),
      price: kopecks,
      status: meterStatus,
      openedAt: instant,
      endedAt: instant.nullable(),
      endReason: z.string().nullable(),
      charged: kopecks,
      reserved: kopecks,
      held: kopecks,
      returned: kopecks,
    }),
  ),
  wallets: z.array(z.object({ name: z.string(), balance: kopecks, overdraft: kopecks.nullable(), paidIn: z.boolean() })),
  presence: z.array(
    z.object({
      copy: z.int(),
      n: z.int(),
      call: z.string(),
      side: z.enum(["client", "consultant"]),
      from: instant,
      to: instant,
      open: z.boolean(),
    }),
  ),
  pauses: z.array(
    z.object({ id: z.int(), call: z.string(), why: z.enum(["person", "top-up", "signature"]), from: instant, to: instant.nullable() }),
  ),
  news: z.array(z.object({ n: z.int(), topic: z.string(), call: z.string(), minutesLeft: z.int().nullable() })),
  overdrawn: z.int(),
});
export type Snapshot = z.output<typeof snapshot>;
export type Row = Snapshot["lines"][number];

const ms = (instant: string): string => `extract(epoch from ${instant}) * 1000`;

const read = query({
  name: "simulation.snapshot",
  row: z.object({ seen: snapshot }),
  text: `select json_build_object(
    'lines', (select coalesce(json_agg(json_build_object('id', l.id, 'call', l.call_id, 'payer', l.payer, 'tariff', l.tariff, 'price', l.price_per_minute, 'status', l.status,
      'openedAt', ${ms("l.opened_at")}, 'endedAt', ${ms("l.ended_at")}, 'endReason', l.end_reason, 'charged', p.charged, 'reserved', p.reserved, 'held', p.held,
      'returned', p.set_aside - p.charged - p.reserved) order by l.id), '[]') from metering.line l join ledger.purse p on p.id = l.purse),
    'wallets', (select coalesce(json_agg(json_build_object('name', name, 'balance', balance, 'overdraft', overdraft, 'paidIn', paid_in_at is not null)), '[]') from ledger.account),
    'presence', (select coalesce(json_agg(json_build_object('copy', p.copy, 'n', p.n, 'call', p.call_id, 'side', p.side, 'from', ${ms("p.began_at")},
      'to', ${ms("coalesce(p.ended_at, greatest(p.began_at, c.through))")}, 'open', p.ended_at is null)), '[]') from metering.presence p join metering.copy c on c.id = p.copy),
    'pauses', (select coalesce(json_agg(json_build_object('id', id, 'call', call_id, 'why', why, 'from', ${ms("began_at")}, 'to', ${ms("ended_at")}) order by id), '[]') from metering.pause),
    'news', (select coalesce(json_agg(json_build_object('n', n, 'topic', topic, 'call', queue, 'minutesLeft', body->'minutesLeft') order by n), '[]') from platform.event where n > $1),
    'overdrawn', (select count(*)::integer from ledger.transfer t join metering.line l on l.purse = t.purse join metering.tariff v on v.id = l.tariff
      where t.kind = 'quota' and t.from_balance < 0 and v.kind <> 'carrier')) as seen`,
});

/** `newsAfter`: the number of the last news seen before. */
export const takeSnapshot = async (db: Reader, newsAfter: number): Promise<Snapshot> => (await db.one(read, [newsAfter])).seen;
