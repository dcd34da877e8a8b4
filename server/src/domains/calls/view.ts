/** The call as each side sees it; a person's history; the consultant's client book. */
import type { CallOutcome, CallSummary, CallView, ClientBookEntry, ClientCard, Meter } from "@minuta/contracts/calls";
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import { kopecks, type Kopecks } from "@minuta/contracts/money";
import type { Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { CallsDeps } from "./index.ts";
import { findRing } from "./rings/store.ts";
import { cleanText } from "./rules.ts";
import * as store from "./store.ts";

/** In a carrier call the consultant pays, in a marketplace call the client. */
export const paysFor = (tariff: CallView["tariff"], side: Side): boolean => (tariff === "carrier") === (side === "consultant");

const nothing = kopecks(0n);

/**
 * Time is the same for both. In a marketplace call both know price and charge; a carrier call's client is told that it pays nothing. What
 * the payer's wallet holds is his alone.
 */
export function meterAsSeen(meter: Meter, { tariff, side }: Pick<CallView, "tariff" | "side">): Meter {
  if (paysFor(tariff, side)) return meter;
  const seen = { ...meter, reserved: nothing, minutesLeft: null };
  return tariff === "marketplace" ? seen : { ...seen, charged: nothing, pricePerMinute: nothing };
}

/** A call that is not open yet, or never was, has no line: its meter shows the price and nothing else. */
const unopenedMeter = (state: CallView["state"], pricePerMinute: Kopecks): Meter => ({
  status: state === "ringing" ? "idle" : "ended",
  provenSeconds: 0,
  billableSeconds: 0,
  charged: nothing,
  reserved: nothing,
  pricePerMinute,
  minutesLeft: null,
  pauseEndsAt: null,
  pausedBy: null,
});

function outcomeOf(row: store.OutcomeRow | undefined): CallOutcome | null {
  if (row === undefined) return null;
  const { fee, earned, settled_at: at, settled_by: by } = row;
  return at === null || by === null ? { state: "waiting", until: row.waits_until, fee, earned } : { state: "settled", at, by, fee, earned };
}

const clientOf = (row: { readonly client: store.CallRow["client"]; readonly client_guest_id: GuestId | null }): ClientCard => ({
  guestId: row.client_guest_id,
  ...row.client,
});

/** Refuses when there is no such call. `reader`: the transaction that changed something, or the database. */
export async function viewCall(deps: CallsDeps, reader: Reader, { callId, side }: { callId: CallId; side: Side }): Promise<CallView> {
  const row = await reader.maybe(store.findCall, [callId]);
  if (row === null) throw refuse("not-found", {});
  const ring = row.tariff === "marketplace" ? await reader.one(findRing, [callId]) : null;
  const [outcome] = ring === null ? [] : await reader.rows(store.listOutcomes, [[callId]]);
  const line = (await deps.metering.meters(reader, [callId])).get(callId);
  const meter = line ?? (ring === null ? undefined : unopenedMeter(row.state, ring.price_kopecks));
  if (meter === undefined) throw new Error(`call ${callId} has no meter`);
  const comments = await reader.rows(store.listComments, [callId]);
  const { id, tariff, state, consultant, task, configuration, flags } = row;
  return {
    id,
    tariff,
    state,
    side,
    consultant,
    client: clientOf(row),
    task,
    configuration,
    release: ring?.release ?? null,
    youPay: paysFor(tariff, side),
    comments,
    flags,
    ownRateKopecks: row.own_rate_kopecks,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    meter: meterAsSeen(meter, { tariff, side }),
    outcome: outcomeOf(outcome),
  };
}

/** Both ends and the cabinets of both persons are told to look again, once the change is there to be seen. */
export function tellChanged({ bus }: CallsDeps, tx: Tx, call: Pick<store.CallRow, "id" | "consultant_id" | "client_person_id">): void {
  const news = { t: "call-changed", callId: call.id };
  tx.afterCommit(() => {
    bus.publish(`call:${call.id}`, news);
    bus.publish(`person:${call.consultant_id}`, news);
    if (call.client_person_id !== null) bus.publish(`person:${call.client_person_id}`, news);
  });
}

export interface HistoryPage {
  readonly personId: PersonId;
  readonly side: Side | null;
  /** Cursor: the `next` of the page before. */
  readonly before: string | null;
  readonly limit: number;
}

/** Newest first; the cursor is the call's number, so that calls that begin meanwhile shift nothing. */
export async function history(
  deps: CallsDeps,
  { personId, side, before, limit }: HistoryPage,
): Promise<{ calls: CallSummary[]; next: string | null }> {
  if (before !== null && !/^\d{1,18}$/.test(before)) throw refuse("invalid-input", { fields: ["before"] });
  const rows = await deps.db.rows(store.listCalls, [personId, side, before, limit]);
  const meters = await deps.metering.meters(
    deps.db,
    rows.map((row) => row.id),
  );
  const outcomes = new Map((await deps.db.rows(store.listOutcomes, [rows.map((row) => row.id)])).map((one) => [one.call_id, one]));
  const calls = rows.map((row) =>
    summaryOf(row, {
      meter: meters.get(row.id),
      outcome: outcomes.get(row.id),
      side: row.consultant_id === personId ? "consultant" : "client",
    }),
  );
  return { calls, next: rows.length === limit ? String(rows.at(-1)?.number) : null };
}

interface Told {
  /** None: the call never opened. */
  readonly meter: Meter | undefined;
  readonly outcome: store.OutcomeRow | undefined;
  readonly side: Side;
}

function summaryOf(row: store.CallRow, told: Told): CallSummary {
  const { id, tariff, state, consultant, task } = row;
  return {
    id,
    tariff,
    state,
    side: told.side,
    consultant,
    client: clientOf(row),
    task,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    billableSeconds: told.meter?.billableSeconds ?? row.billable_seconds,
    ...moneyOf(row, told),
  };
}

function moneyOf(
  { tariff, state }: store.CallRow,
  { meter, outcome, side }: Told,
): Pick<CallSummary, "youPay" | "charged" | "held" | "earned"> {
  const charged = meter?.charged ?? nothing;
  if (paysFor(tariff, side)) return { youPay: true, charged, held: nothing, earned: nothing };
  const none = { youPay: false, charged: nothing, held: nothing, earned: nothing };
  if (tariff === "carrier") return none;
  return state === "settled" ? { ...none, earned: outcome?.earned ?? nothing } : { ...none, held: charged };
}

export async function clientBook({ db }: CallsDeps, consultantId: PersonId): Promise<ClientBookEntry[]> {
  const rows = await db.rows(store.listClients, [consultantId]);
  return rows.map((row) => ({
    client: { guestId: row.guest_id, ...row.client },
    note: row.note,
    calls: row.calls,
    billableSeconds: row.billable_seconds,
    lastCallAt: row.last_call_at,
    lastCallId: row.last_call_id,
  }));
}

export async function noteOnClient({ db }: CallsDeps, of: { consultantId: PersonId; guestId: GuestId; note: string }): Promise<void> {
  if ((await db.run(store.putNote, [of.consultantId, of.guestId, cleanText(of.note)])) === 0) throw refuse("not-found", {});
}
