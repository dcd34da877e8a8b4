/** The meters of open calls, as both screens show them. */
import type { Meter } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import type { Reader } from "#platform/db";
import { togetherInCall } from "./rules.ts";
import * as store from "./store.ts";

/**
 * Screens show a running stretch this far behind now: heartbeats say so already, leases follow. At a sudden loss what is shown may step
 * back by a few seconds; what is charged never does.
 */
const SHOWN_DELAY_SECONDS = 2;

export async function meters(reader: Reader, callIds: readonly CallId[]): Promise<Map<CallId, Meter>> {
  if (callIds.length === 0) return new Map();
  const rows = await reader.rows(store.readMeters, [callIds, SHOWN_DELAY_SECONDS]);
  const byCall = Map.groupBy(rows, ({ call_id }) => call_id);
  return new Map([...byCall].map(([callId, lines]) => [callId, togetherInCall(lines)]));
}
