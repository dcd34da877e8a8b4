/** Limits on attempts, counted in the database so that every copy of the server counts together. */
import { z } from "zod";
import { query, type Reader } from "./db.ts";
import { refuse } from "./refusal.ts";

const countAttempt = query({
  name: "platform.count_attempt",
  row: z.object({ count: z.int(), retry_after: z.number() }),
  text: `insert into platform.attempt as a (what, who, window_start, count) values ($1, $2, clock_timestamp(), 1)
    on conflict (what, who) do update set
      count = case when a.window_start < clock_timestamp() - make_interval(secs => $3) then 1 else a.count + 1 end,
      window_start = case when a.window_start < clock_timestamp() - make_interval(secs => $3) then clock_timestamp() else a.window_start end
    returning count, extract(epoch from window_start + make_interval(secs => $3) - clock_timestamp())::float8 as retry_after`,
});

export interface AttemptLimit {
  readonly what: string;
  readonly who: string;
  readonly max: number;
  readonly perSeconds: number;
}

/** Counts one attempt; refuses with `too-many-attempts` past the limit. Not to be run inside a transaction that may roll back. */
export async function countOrRefuse(db: Reader, limit: AttemptLimit): Promise<void> {
  const { count, retry_after } = await db.one(countAttempt, [limit.what, limit.who, limit.perSeconds]);
  if (count > limit.max) throw refuse("too-many-attempts", { retryAfterSeconds: Math.max(1, Math.ceil(retry_after)) });
}
