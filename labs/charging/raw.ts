/** The same rows written with no rules: what PostgreSQL could do on this machine if nobody asked whether it is right. */
import type { Db } from "../../server/src/platform/db.ts";

/** As the charging pass does it: so many lines of one lane at a time, in its order. */
const BATCH = 1000;
const WORKERS = 2;

/** Copies of the tables with all they hold, so that no kopeck of the real ones moves without a reason. */
export async function prepareRaw(db: Db): Promise<void> {
  await db.pool.query("drop schema if exists raw cascade; create schema raw");
  for (const [schema, table] of [
    ["ledger", "purse"],
    ["ledger", "account"],
    ["ledger", "transfer"],
    ["platform", "event"],
  ] as const) {
    await db.pool.query(`create table raw.${table} (like ${schema}.${table} including all)`);
    if (table !== "purse" && table !== "account") continue;
    await db.pool.query(`alter table raw.${table} set (fillfactor = 70)`);
    await db.pool.query(`insert into raw.${table} overriding system value select * from ${schema}.${table} order by id`);
  }
  await db.pool.query(`create table raw.line as
    select lane, (row_number() over (partition by lane order by purse) - 1) / ${BATCH} as page, purse, call_id, id from metering.line where status = 'live';
    create index on raw.line (lane, page)`);
  await db.pool.query("vacuum analyze");
}

/** One round: every purse is charged once, and every `quotaEvery`-th takes a quota from its wallet. */
export async function rawRound(db: Db, { round, quotaEvery }: { round: number; quotaEvery: number }): Promise<void> {
  const { rows: lanes } = await db.pool.query<{ lane: number; pages: number }>(
    "select lane, max(page)::int + 1 as pages from raw.line group by lane order by lane",
  );
  // A lane is one worker's at a time: two of its pages may be one payer's.
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let one = lanes.shift(); one !== undefined; one = lanes.shift())
        for (let page = 0; page < one.pages; page += 1)
          await db.pool.query({ name: "raw.batch", text: batch, values: [one.lane, page, round, quotaEvery] });
    }),
  );
}

const batch = `with asked as materialized (
    select p.id, p.owner, l.call_id, l.id as line, p.id % $4::bigint = $3::bigint % $4::bigint as extend
    from raw.line l join raw.purse p on p.id = l.purse where l.lane = $1 and l.page = $2 order by p.id
  ), purse as (
    update raw.purse p set reserved = reserved - 1 + case when extend then 1 else 0 end, held = held + 1, set_aside = set_aside + 1, charged = charged + 1 from asked where p.id = asked.id returning p.id
  ), account as (
    update raw.account a set balance = balance - wanted.n from (select owner, count(*) as n from asked where extend group by owner) wanted where a.id = wanted.owner returning a.id
  ), quota as (
    insert into raw.transfer (kind, purse, before, from_account, amount, from_balance, reason, occurred_at, recorded_at)
    select 'quota', id, $3::bigint, owner, 1, 1, '', now(), now() from asked where extend
  ), charge as (
    insert into raw.transfer (kind, purse, before, amount, reason, occurred_at, recorded_at)
    select 'charge', id, $3::bigint, 1, '', now(), now() from asked
  )
  insert into raw.event (topic, queue, body, told_at)
  select 'metering.charged', call_id, format('{"callId":"%s","lineId":"%s","amountKopecks":%s,"chargedKopecks":%s,"billableSeconds":%s}', call_id, line, 100, 1000, 660)::jsonb, now() from asked`;
