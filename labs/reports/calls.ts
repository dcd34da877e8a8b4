/** A consultant's year of calls as rows: what real ones leave behind in calls, meter and ledger, whose own functions move the money. */
import type { PersonId } from "@minuta/contracts/ids";
import { proveMoney } from "../../server/src/ledger-proof.ts";
import type { Db } from "../../server/src/platform/db.ts";

/** What the ledger posts in one batch is looked through more than once: small ones are quicker. */
const CHUNK = 500;
/** Kopecks: more than anybody spends here. */
const MONEY = 10_000_000_000;
const CLIENTS = 500;

/**
 * Seven of ten calls are his own clients', who pay him by his own rate; three are of the marketplace. Most are settled, by the client's word or
 * his silence; the last three days wait. Refuses (throws) when a movement is not posted or an invariant of the money does not hold.
 */
export async function writeYear(db: Db, consultant: PersonId, calls: number): Promise<void> {
  const sql = (text: string, values: readonly unknown[] = []) => db.pool.query(text, [...values]);
  await sql("create schema lab");
  await sql(
    `create table lab.client as select n, gen_random_uuid() as id, n % 10 < 7 as guest, 'Клиент ' || n as name from generate_series(0, ${CLIENTS - 1}) n`,
  );
  await sql("insert into calls.guest (id, name) select id, name from lab.client where guest");
  await sql(
    `select ledger.post_batch(array_agg(('lab:' || id, 'top-up', null, ledger.open_account('bank'), ledger.open_account('wallet:' || id), ${MONEY}, null, false, 'lab', now())::ledger.movement))
    from (select id from lab.client where not guest union all select $1::uuid) payer`,
    [consultant],
  );
  await sql("insert into metering.copy (through, expires_at) values (platform.now(), platform.now() + interval '1 hour')");
  await sql(planned(calls), [consultant]);
  for (let from = 1; from <= calls; from += CHUNK) {
    for (const write of [writeCalls, writeOutcomes, writeLines, writePresence]) await sql(write, [from, from + CHUNK - 1]);
    const { rows } = await sql(moveMoney, [from, from + CHUNK - 1]);
    if (Number(rows[0].refused) > 0) throw new Error(`${rows[0].refused} movements were not posted`);
    await sql(
      "select ledger.close_purses(array_agg(l.purse)) from metering.line l join lab.call c on c.id = l.call_id where c.n between $1 and $2",
      [from, from + CHUNK - 1],
    );
  }
  await sql("vacuum analyze");
  const broken = (await proveMoney(db)).filter(({ holds }) => !holds);
  if (broken.length > 0)
    throw new Error(`money is not right: ${broken.map(({ invariant, figure }) => `${invariant}: ${figure}`).join("; ")}`);
  await sql("drop schema lab cascade");
}

/** One to thirty minutes each, evenly over the 360 days before this one. */
const planned = (calls: number): string => `create table lab.call as
  select asked.n, gen_random_uuid() as id, $1::uuid as consultant, c.id as client, c.guest, c.name, opened_at, opened_at + seconds * interval '1 second' as ended_at, seconds,
    price, (seconds + 59) / 60 * price as charged, case when c.guest then $1::uuid else c.id end as payer,
    case when c.guest or opened_at < now() - interval '4 days' then 'settled' else 'ended' end as state, case when asked.n % 3 = 0 then 'silence' else 'client' end as settled_by
  from (
    select n, 60 + n % 1741 as seconds, date_trunc('second', now() - interval '360 days' + n * (interval '359 days' / ${calls})) as opened_at from generate_series(1, ${calls}) n
  ) asked
  join lab.client c on c.n = asked.n % ${CLIENTS}
  cross join lateral (select case when c.guest then 100 else 4500 end::bigint as price) priced`;

const CHOSEN = "from lab.call where n between $1 and $2";

const writeCalls = `insert into calls.call (id, tariff, state, consultant_id, consultant, client_person_id, client_guest_id, client, task, configuration, own_rate_kopecks,
    opened_at, ended_at, end_reason, billable_seconds)
  select id, case when guest then 'carrier' else 'marketplace' end, state, consultant, '{"name": "Анна Смирнова", "firm": "ООО «Учёт»", "inn": "7707083893", "verified": true}',
    case when not guest then client end, case when guest then client end,
    jsonb_build_object('name', name, 'organisation', 'ООО «' || name || '»', 'inn', null, 'email', null, 'emailConfirmed', false),
    'Не проводится документ реализации ' || n || ', проверить счёт учёта и настройки', 'bp3', case when guest then 2000 + n % 7 * 100 end,
    opened_at, ended_at, 'client-ended', seconds
  ${CHOSEN} order by n`;

const writeOutcomes = `insert into calls.outcome (call_id, waits_until, fee_kopecks, earned_kopecks, settled_by, settled_at)
  select id, ended_at + interval '72 hours', charged / 10, charged - charged / 10, case state when 'settled' then settled_by end,
    case state when 'settled' then ended_at + interval '72 hours' end
  ${CHOSEN} and not guest`;

const writeLines = `insert into metering.line (call_id, tariff, payer, payee, wallet, purse, price_per_minute, status, opened_at, ended_at, end_reason, proven_before_ms, lane)
  select c.id, (metering.tariff_of(case when guest then 'carrier' else 'marketplace' end, now())).id, payer, case when not guest then consultant end, w.id,
    ledger.open_purse(w.id, c.id), price, 'ended', opened_at, ended_at, 'client-ended', seconds * 1000, metering.lane_of(payer)
  from lab.call c join ledger.account w on w.name = 'wallet:' || payer where n between $1 and $2 order by n`;

const writePresence = `insert into metering.presence (copy, n, call_id, side, began_at, ended_at)
  select (select max(id) from metering.copy), 2 * n + at, id, side, opened_at, ended_at
  from lab.call cross join (values (0, 'client'), (1, 'consultant')) ends (at, side) where n between $1 and $2`;

/** Set aside, charged, and settled where the call is. */
const moveMoney = `with line as materialized (
    select c.*, l.purse, l.wallet from lab.call c join metering.line l on l.call_id = c.id where n between $1 and $2
  ), movement as (
    select n, 1 as step, ledger.quota(purse, wallet, 0, charged, false, opened_at) as of from line
    union all select n, 2, ledger.charge(purse, 0, charged, ended_at) from line
    union all select n, 3, ledger.settlement(purse, ledger.open_account('platform:carrier'), 0, charged, 'lab', ended_at) from line where guest
    union all select n, 3, ledger.settlement(purse, ledger.open_account('platform:fee'), 0, charged / 10, 'lab', ended_at) from line where not guest and state = 'settled'
    union all select n, 4, ledger.settlement(purse, ledger.open_account('earned:' || consultant), charged / 10, charged - charged / 10, 'lab', ended_at)
      from line where not guest and state = 'settled'
  )
  select count(*) filter (where outcome <> 'posted') as refused
  from unnest((select ledger.post_batch(array_agg(of order by n, step)) from movement)) outcome`;
