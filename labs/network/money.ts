/** What the database says of a call's money, read beside the product. */
import { join } from "node:path";
import { startPostgres } from "@minuta/server/postgres";
import pg from "pg";

/** The lab sells by the second, so that a second too many is a ruble too many. */
const LAB_PRICE_KOPECKS_PER_MINUTE = 6000;

export interface Money {
  /** For how long the database holds evidence of both ends between the two instants, and what it costs. */
  chargedBetween(callId: string, from: Date, to: Date): Promise<{ provenSeconds: number; chargedKopecks: number }>;
  close(): Promise<void>;
}

/** The tariff of carrier calls from now on: by the second, from the first. */
const SELL_BY_THE_SECOND = `insert into metering.tariff (kind, valid_from, price_per_minute, first_seconds, next_seconds, free_seconds)
  values ('carrier', platform.now(), $1, 1, 1, 0)`;

const PROVEN_BETWEEN = `
  with present as (select side, began_at, coalesce(ended_at, platform.now()) as ended_at from metering.presence where call_id = $1)
  select coalesce(sum(extract(epoch from least(a.ended_at, b.ended_at, $3) - greatest(a.began_at, b.began_at, $2))), 0)::float8 as seconds
  from present a join present b on a.side = 'client' and b.side = 'consultant'
  where least(a.ended_at, b.ended_at, $3) > greatest(a.began_at, b.began_at, $2)`;

/** `dataFolder` of a running product with an embedded database. */
export async function openMoney(dataFolder: string): Promise<Money> {
  const { connection, stop } = await startPostgres({ folder: join(dataFolder, "postgres") });
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(SELL_BY_THE_SECOND, [LAB_PRICE_KOPECKS_PER_MINUTE]);
  return {
    async chargedBetween(callId, from, to) {
      const { rows } = await client.query<{ seconds: number }>(PROVEN_BETWEEN, [callId, from, to]);
      const provenSeconds = Math.round((rows[0]?.seconds ?? 0) * 10) / 10;
      return { provenSeconds, chargedKopecks: Math.round((provenSeconds * LAB_PRICE_KOPECKS_PER_MINUTE) / 60) };
    },
    async close() {
      await client.end();
      await stop();
    },
  };
}
