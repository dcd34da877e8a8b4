/** What ends a call when no person does: nobody came back, the money ran out, a pause was too long. */
import { callEndReason } from "@minuta/contracts/calls";
import { whenWrong } from "@minuta/contracts/fallback";
import { callId, type CallId, type Side } from "@minuta/contracts/ids";
import { z } from "zod";
import type { Event } from "#platform/events";
import type { CallsDeps } from "./index.ts";
import { watchRings } from "./rings/watch-rings.ts";
import { BOTH_AWAY_SECONDS, forsakenSince } from "./rules.ts";
import { close } from "./run-call.ts";
import * as store from "./store.ts";

const LOOK_EVERY_MS = 15_000;
const LOOK_AT_RINGS_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

export interface End {
  readonly callId: CallId;
  readonly side: Side;
}

/** The pages of these ends are connected right now. To be told at least every 20 s while they are (one call for all ends of a server copy). */
export async function seen({ db }: CallsDeps, ends: readonly End[]): Promise<void> {
  if (ends.length > 0) await db.run(store.noteSeen, [ends.map((end) => end.callId), ends.map((end) => end.side)]);
}

/**
 * Ends the calls that were forsaken. All it knows is in the tables, so it may run on every copy and after any restart; a paused call is
 * left to the meter, which ends pauses. Answers how many ended.
 */
export async function endForsaken(deps: CallsDeps): Promise<number> {
  const quiet = await deps.db.rows(store.listQuiet, [BOTH_AWAY_SECONDS]);
  let ended = 0;
  for (const { call_id } of quiet) if (await endIfForsaken(deps, call_id)) ended += 1;
  return ended;
}

/** Looks after calls and what leads to them until it is stopped; any number of copies may. */
export function startWatch(deps: CallsDeps): () => void {
  const failed = (error: unknown): void => deps.log.error({ err: error }, "calls.watch_failed");
  const stops = [
    deps.clock.every(LOOK_EVERY_MS, () => endForsaken(deps).then(() => {}, failed)),
    deps.clock.every(LOOK_AT_RINGS_EVERY_MS, () => watchRings(deps).then(() => {}, failed)),
    deps.clock.every(FORGET_EVERY_MS, () => deps.db.run(store.forgetExpired).then(() => {}, failed)),
  ];
  return () => stops.forEach((stop) => stop());
}

async function endIfForsaken(deps: CallsDeps, id: CallId): Promise<boolean> {
  return deps.db.tx(async (tx) => {
    const call = await tx.maybe(store.lockCall, [id]);
    if (call === null || call.state !== "open") return false;
    const { client, consultant, now, opened_at } = await tx.one(store.findAttendance, [id]);
    const endedAt = forsakenSince({ openedAt: opened_at, now, seenAt: { client, consultant } });
    const meter = (await deps.metering.meters(tx, [id])).get(id);
    if (endedAt === null || meter === undefined || meter.status !== "idle") return false;
    await close(deps, tx, { call, reason: "nobody-came-back", by: "server", endedAt });
    return true;
  });
}

const lineEnded = z.object({ callId, reason: whenWrong(callEndReason, "no-money") });

/** The meter ended the line by itself. May be heard twice. */
export async function hearLineEnded(deps: CallsDeps, event: Event): Promise<void> {
  const told = lineEnded.parse(event.body);
  await deps.db.tx(async (tx) => {
    const call = await tx.maybe(store.lockCall, [told.callId]);
    if (call !== null) await close(deps, tx, { call, reason: told.reason, by: "server", endedAt: null });
  });
}
