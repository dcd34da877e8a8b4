/**
 * `npm run lab:reports`: the protocol of a year with 100,000 calls, written as CSV, XLSX and PDF by the product's own code over a real
 * PostgreSQL, each read to its end and thrown away. `peakMegabytes`: the most memory the process had at any moment (its resident set),
 * with `startMegabytes` of it there before the first line. `--calls=N` for a quick look.
 */
import { parseArgs } from "node:util";
import { personId } from "@minuta/contracts/ids";
import { createReports } from "@minuta/server/reports";
import { startTestPostgres, testDatabase } from "@minuta/server/testing";

const { values } = parseArgs({ options: { calls: { type: "string", default: "100000" } } });
const calls = Number(values.calls);
const MEGABYTE = 1_000_000;

const stop = await startTestPostgres();
const database = await testDatabase();
const consultant = personId.parse(crypto.randomUUID());
await database.db.pool.query(
  `insert into calls.call (tariff, state, consultant_id, consultant, client_person_id, client, task, configuration, opened_at, ended_at, end_reason, billable_seconds)
  select 'carrier', 'settled', $1, '{"name":"Анна Смирнова"}', uuidv7(), jsonb_build_object('name', 'Клиент ' || n % 500),
    'Не проводится документ реализации ' || n || ', проверить счёт учёта и настройки', 'bp3',
    '2025-12-01'::timestamptz + n * interval '1 minute' * (500000.0 / $2), '2025-12-01'::timestamptz + n * interval '1 minute' * (500000.0 / $2) + interval '10 minutes', 'client-ended', 60 + n % 1800
  from generate_series(1, $2::integer) n`,
  [consultant, calls],
);
await database.db.pool.query("analyze calls.call");

const reports = createReports({ db: database.db });
const asked = { personId: consultant, side: "consultant", from: "2025-12-01", to: "2026-11-30", other: null } as const;
const startMegabytes = Math.round(process.memoryUsage.rss() / MEGABYTE);
const files: Record<string, { seconds: number; megabytes: number }> = {};
const began = performance.now();
for (const as of ["csv", "xlsx", "pdf"] as const) {
  const at = performance.now();
  const file = await reports.periodFile(asked, { as, locale: "ru" });
  let bytes = 0;
  for await (const piece of file.read(0, 0)) bytes += piece.length;
  files[as] = { seconds: Number(((performance.now() - at) / 1000).toFixed(1)), megabytes: Number((bytes / MEGABYTE).toFixed(1)) };
  console.log(`${as}: ${files[as].megabytes} MB in ${files[as].seconds} s`);
}
const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
// `maxRSS` is in KiB.
const peakMegabytes = Math.round((process.resourceUsage().maxRSS * 1024) / MEGABYTE);
await database.close();
await stop();
console.log(JSON.stringify({ lab: "reports", calls, peakMegabytes, seconds, startMegabytes, files }));
