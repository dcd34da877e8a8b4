/** A month of a wallet and a month of earnings, one row a call, page by page. */
import type { PersonId } from "@minuta/contracts/ids";
import type { Earning, EarningsTotals, StatementCall, StatementPayment, StatementTotals } from "@minuta/contracts/reports";
import { kopecks } from "@minuta/contracts/money";
import type { z } from "zod";
import type { Reader } from "#platform/db";
import { refuse } from "#platform/refusal";
import * as store from "./store.ts";

export interface AskedMonth {
  readonly personId: PersonId;
  /** `2026-11`, of Europe/Moscow. */
  readonly month: string;
  /** `next` of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

interface PageOf<Totals, Row> {
  readonly totals: Totals;
  readonly rows: Row[];
  readonly next: string | null;
}

function cursor(before: string | undefined): bigint | null {
  if (before === undefined) return null;
  if (!/^\d{1,18}$/.test(before)) throw refuse("invalid-input", { fields: ["before"] });
  return BigInt(before);
}

/** One row more than the page holds is asked for: it says whether there is a following page. */
function paged<Row extends { readonly id: string }>(rows: readonly Row[], limit: number): { rows: Row[]; next: string | null } {
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

type Row = z.output<typeof store.listStatement.row>;

function statementRow({
  transfer,
  call_id,
  side,
  name,
  price_per_minute,
  charged,
  reserved,
  ...row
}: Row): StatementCall | StatementPayment {
  const id = String(transfer);
  if (row.kind !== "quota" || call_id === null) {
    const { kind, amount, balance, reason, occurred_at } = row;
    return { id, kind: "payment", payment: { kind, amount, balanceAfter: balance, reason, occurredAt: occurred_at } };
  }
  return {
    id,
    kind: "call",
    callId: call_id,
    at: row.occurred_at,
    // Money set aside for what no call is known of is told too.
    side: side ?? "client",
    name: name ?? "",
    running: row.running,
    billableSeconds: row.billable_seconds,
    pricePerMinute: price_per_minute ?? kopecks(0),
    charged: charged ?? kopecks(0),
    reserved: reserved ?? kopecks(0),
    refunded: row.refunded,
  };
}

export async function monthOfWallet(
  db: Reader,
  { personId, month, before, limit }: AskedMonth,
): Promise<PageOf<StatementTotals, StatementCall | StatementPayment>> {
  const start = cursor(before);
  const { after, through, ...totals } = await db.one(store.sumMonth, [personId, month]);
  const rows = await db.rows(store.listStatement, [personId, start ?? through + 1n, after, limit + 1]);
  return { totals, ...paged(rows.map(statementRow), limit) };
}

export async function monthOfEarnings(
  db: Reader,
  { personId, month, before, limit }: AskedMonth,
): Promise<PageOf<EarningsTotals, Earning>> {
  const start = cursor(before);
  const [totals, rows] = await Promise.all([
    db.one(store.sumEarnings, [personId, month]),
    db.rows(store.listEarnings, [personId, month, start, limit + 1]),
  ]);
  const told = rows.map(({ number, call_id, opened_at, billable_seconds, price_per_minute, waits_until, ...row }) => ({
    id: String(number),
    callId: call_id,
    at: opened_at,
    billableSeconds: billable_seconds,
    pricePerMinute: price_per_minute,
    waitsUntil: waits_until,
    ...row,
  }));
  return { totals, ...paged(told, limit) };
}
