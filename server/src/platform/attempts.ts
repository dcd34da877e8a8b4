/** Limits on attempts, counted in the database so that every copy of the server counts together. */
import { isIPv6 } from "node:net";
import { z } from "zod";
import { command, query, type Reader } from "./db.ts";
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

/**
 * Whose attempts are counted together: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber is given (RFC 6177): within it
 * he may take any address he likes.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // An IPv4 address as IPv6 writes it.
  if (address.includes(".")) return address.slice(address.lastIndexOf(":") + 1);
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(":")}::/64`;
}

/** Counts one attempt; refuses with `too-many-attempts` past the limit. Not to be run inside a transaction that may roll back. */
export async function countOrRefuse(db: Reader, limit: AttemptLimit): Promise<void> {
  const { count, retry_after } = await db.one(countAttempt, [limit.what, limit.who, limit.perSeconds]);
  if (count > limit.max) throw refuse("too-many-attempts", { retryAfterSeconds: Math.max(1, Math.ceil(retry_after)) });
}

/** To be run now and then. No window is longer than a day: what is older counts for nothing. */
export const forgetOldAttempts = command({
  name: "platform.forget_old_attempts",
  text: "delete from platform.attempt where window_start < clock_timestamp() - interval '1 day'",
});
