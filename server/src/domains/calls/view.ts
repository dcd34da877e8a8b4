/** The call as each side sees it; a person's history; the consultant's client book. */
import type { CallSummary, CallView, ClientBookEntry, ClientCard, Meter } from "@minuta/contracts/calls";
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import type { Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { CallsDeps } from "./index.ts";
import { cleanText } from "./rules.ts";
import * as store from "./store.ts";

/** In a carrier call the consultant pays, in a marketplace call the client. */
export const paysFor = (tariff: CallView["tariff"], side: Side): boolean => (tariff === "carrier") === (side === "consultant");

const nothing = kopecks(0n);

/** Time is the same for both; money is the payer's: the other side is told that it pays nothing, and nothing of the payer's wallet. */
export const meterAsSeen = (meter: Meter, youPay: boolean): Meter =>
  youPay ? meter : { ...meter, charged: nothing, reserved: nothing, pricePerMinute: nothing, minutesLeft: null };

const clientOf = (row: { readonly client: store.CallRow["client"]; readonly client_guest_id: GuestId | null }): ClientCard => ({
  guestId: row.client_guest_id,
  ...row.client,
});

/** Refuses when there is no such call. `reader`: the transaction that changed something, or the database. */
export async function viewCall(deps: CallsDeps, reader: Reader, { callId, side }: { callId: CallId; side: Side }): Promise<CallView> {
  const row = await reader.maybe(store.findCall, [callId]);
  if (row === null) throw refuse("not-found", {});
  const meter = (await deps.metering.meters(reader, [callId])).get(callId);
  if (meter === undefined) throw new Error(`call ${callId} has no meter`);
  const comments = await reader.rows(store.listComments, [callId]);
  const { id, tariff, state, consultant, task, configuration, flags } = row;
  const youPay = paysFor(tariff, side);
  return {
    id,
    tariff,
    state,
    side,
    consultant,
    client: clientOf(row),
    task,
    configuration,
    youPay,
    comments,
    flags,
    ownRateKopecks: row.own_rate_kopecks,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    meter: meterAsSeen(meter, youPay),
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
  const calls = rows.map((row) => summaryOf(row, meters.get(row.id), row.consultant_id === personId ? "consultant" : "client"));
  return { calls, next: rows.length === limit ? String(rows.at(-1)?.number) : null };
}

function summaryOf(row: store.CallRow, meter: Meter | undefined, side: Side): CallSummary {
  const { id, tariff, state, consultant, task } = row;
  const youPay = paysFor(tariff, side);
  return {
    id,
    tariff,
    state,
    side,
    consultant,
    client: clientOf(row),
    task,
    youPay,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    billableSeconds: meter?.billableSeconds ?? row.billable_seconds,
    charged: youPay && meter !== undefined ? meter.charged : nothing,
  };
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
