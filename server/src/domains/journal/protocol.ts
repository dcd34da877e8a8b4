/** The protocol of a call: everything that is printed, gathered. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { CHAIN_START } from "@minuta/contracts/journal-chain";
import type { Protocol } from "@minuta/contracts/journal";
import { refuse } from "#platform/refusal";
import type { JournalDeps } from "./index.ts";
import { ownSum, paidSeconds, protocolNumber } from "./rules.ts";
import * as store from "./store.ts";

export async function makeProtocol({ db, calls, metering }: JournalDeps, callId: CallId, side: Side): Promise<Protocol> {
  const callNumber = await calls.numberOf(callId);
  if (callNumber === null) throw refuse("not-found", {});
  const call = await calls.view(callId, side);
  const meter = (await metering.meters(db, [callId])).get(callId);
  // A ring that did not become a call (yet): there is nothing to print.
  if (meter === undefined) throw refuse("not-found", {});
  const { now } = await db.one(store.readClock);
  const intervals = await metering.intervals(callId);
  const events = await db.rows(store.listEvents, [callId]);
  const chargeableSeconds = paidSeconds(meter.charged, meter.pricePerMinute);
  return {
    number: protocolNumber(callNumber),
    call,
    intervals,
    events,
    provenSeconds: meter.provenSeconds,
    billableSeconds: meter.billableSeconds,
    chargeableSeconds,
    charged: meter.charged,
    pricePerMinute: meter.pricePerMinute,
    ownSum: ownSum(call.ownRateKopecks, chargeableSeconds),
    journalHead: events.at(-1)?.hash ?? CHAIN_START,
    printedAt: now,
  };
}
