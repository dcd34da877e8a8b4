/** Live lines by the thousand, as rows: what joins, quotas and heartbeats of that many calls leave in the database. */
import type { Db } from "../../server/src/platform/db.ts";

const CHUNK = 2000;
const COPIES = 3;
/** Kopecks: hours of talk, so that no lab ends for want of money. */
const MONEY = 100_000_000;

/**
 * One carrier call and one marketplace call in turn; every tenth payer has two; every tenth line is an organisation's, which has twenty and a
 * budget over them.
 * Both ends of a call are mostly on different server copies. They began within one minute, two minutes ago.
 */
export async function openLines(db: Db, legs: number): Promise<void> {
  const sql = (text: string, values: readonly unknown[] = []) => db.pool.query(text, [...values]);
  const organisations = Math.floor(legs / 200) + 1;
  const payers = Math.ceil((0.9 * legs) / 1.1);
  await sql(
    "create function lab_uuid(text) returns uuid language sql immutable as $$ select overlay(overlay(md5($1) placing '4' from 13) placing '8' from 17)::uuid $$",
  );
  await sql(
    "insert into metering.copy (through, expires_at) select platform.now(), platform.now() + interval '1 hour' from generate_series(1, $1)",
    [COPIES],
  );
  await sql("insert into ledger.budget (name, allowed) select 'lab:' || n, 1000000000000 from generate_series(1, $1) n", [organisations]);
  // The first payers are the organisations.
  for (let from = 1; from <= organisations + payers; from += CHUNK) {
    const chunk = [from, Math.min(organisations + payers, from + CHUNK - 1)];
    await sql("select ledger.open_account('wallet:' || lab_uuid('payer' || n)) from generate_series($1::int, $2::int) n", chunk);
    await sql(
      `select ledger.post_batch(array_agg(('lab:' || n, 'top-up', null, ledger.open_account('bank'), a.id, ${MONEY}, null, false, 'lab', platform.now())::ledger.movement))
       from generate_series($1::int, $2::int) n join ledger.account a on a.name = 'wallet:' || lab_uuid('payer' || n)`,
      chunk,
    );
  }
  for (let from = 1; from <= legs; from += CHUNK) {
    await sql(openChunk, [from, Math.min(legs, from + CHUNK - 1), organisations, payers]);
    await sql("select metering.refresh(array_agg(lab_uuid('call' || n)), platform.now()) from generate_series($1::int, $2::int) n", [
      from,
      Math.min(legs, from + CHUNK - 1),
    ]);
  }
  await sql("vacuum analyze");
}

const openChunk = `with asked as materialized (
    select n, lab_uuid('call' || n) as call, lab_uuid('payer' || case when n % 10 = 0 then 1 + n / 200 else $3::int + 1 + (n - n / 10) % $4::int end) as payer, platform.now() - interval '2 minutes' + random() * interval '1 minute' as began,
      case when n % 2 = 0 then 'carrier' else 'marketplace' end as call_kind
    from generate_series($1::int, $2::int) n
  ), opened as (
    insert into metering.line (call_id, tariff, payer, payee, wallet, purse, price_per_minute, opened_at, lane)
    select call, (metering.tariff_of(call_kind, platform.now())).id, payer, case call_kind when 'marketplace' then lab_uuid('payee' || n) end, a.id,
      ledger.open_purse(a.id, call, case when n % 10 = 0 then array[(select id from ledger.budget where name = 'lab:' || 1 + n / 200)] else '{}' end),
      case call_kind when 'carrier' then 100 else 2500 end, began, metering.lane_of(payer)
    from asked join ledger.account a on a.name = 'wallet:' || payer order by n
  )
  insert into metering.presence (copy, n, call_id, side, began_at)
  select 1 + (n + at) % ${COPIES}, 2 * n + at, call, side, began from asked cross join (values (0, 'client'), (1, 'consultant')) ends (at, side)`;

/** What every server copy does every five seconds. */
export const renewLeases = (db: Db): Promise<unknown> =>
  db.pool.query(
    "update metering.copy set through = platform.now() - interval '6 seconds', expires_at = platform.now() + interval '15 seconds'",
  );

/** Freezes the clock, or moves it on; every end stays on the line. */
export async function moveClock(db: Db, seconds: number): Promise<void> {
  await db.pool.query("update platform.clock set frozen_at = platform.now() + make_interval(secs => $1)", [seconds]);
  await db.pool.query(
    "update metering.copy set through = platform.now() - interval '6 seconds', expires_at = platform.now() + interval '1 hour'",
  );
}
