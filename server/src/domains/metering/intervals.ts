/** The minute table of a call's protocol. */
import type { CallId } from "@minuta/contracts/ids";
import type { ProtocolInterval } from "@minuta/contracts/journal";
import type { Reader } from "#platform/db";
import { stretches } from "./rules.ts";
import * as store from "./store.ts";

/** Empty for a call without a line. */
export async function intervals(reader: Reader, callId: CallId): Promise<ProtocolInterval[]> {
  const life = await reader.maybe(store.readLife, [callId]);
  if (life === null) return [];
  const [presence, pauses] = [await reader.rows(store.readPresence, [callId]), await reader.rows(store.readPauses, [callId])];
  return stretches({ life: { from: life.opened_at, to: life.until }, presence, pauses });
}
