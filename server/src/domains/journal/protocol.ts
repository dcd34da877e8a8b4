/** The protocol of a call: everything that is printed, gathered. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { CHAIN_START } from "@minuta/contracts/journal-chain";
import type { Protocol } from "@minuta/contracts/journal";
import { writeProtocolFile, type ProtocolFile } from "@minuta/contracts/protocol-file";
import { protocolNumber } from "@minuta/contracts/protocol-number";
import { ownSum, paidSeconds } from "@minuta/contracts/tariff";
import { refuse } from "#platform/refusal";
import type { JournalDeps } from "./index.ts";
import { stateClosing } from "./statements/state.ts";
import { listCountersignatures, listKeys, listStatements } from "./statements/store.ts";
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

/** The protocol as a file that anybody can check: signed by all who could, sealed by the server. */
export async function makeProtocolFile(deps: JournalDeps, callId: CallId): Promise<{ readonly number: string; readonly text: string }> {
  for (;;) {
    await stateClosing(deps, callId);
    const { call, ...protocol } = await makeProtocol(deps, callId, "consultant");
    const { side: _, youPay: __, meter: ___, ...sameForBoth } = call;
    const witnessed = await readWitnessed(deps, callId);
    // Something was written down meanwhile: it is to be stated too.
    if (call.endedAt !== null && witnessed.statements.at(-1)?.journal.n !== protocol.events.length) continue;
    return {
      number: protocol.number,
      text: writeProtocolFile({ protocol: { ...protocol, call: sameForBoth }, ...witnessed }, deps.signing),
    };
  }
}

export type Witnessed = Pick<ProtocolFile, "statements" | "keys" | "recordings">;

/** Statements before recordings: what is told of a recording meanwhile is listed, and not stated yet. */
export async function readWitnessed({ db, recordings }: Pick<JournalDeps, "db" | "recordings">, callId: CallId): Promise<Witnessed> {
  const signatures = await db.rows(listCountersignatures, [callId]);
  const statements = (await db.rows(listStatements, [callId, 0])).map(({ signed }) => ({
    ...signed,
    countersignatures: signatures.filter(({ n }) => n === signed.n).map(({ by }) => by),
  }));
  const keys = await db.rows(listKeys, [callId]);
  const segments = await recordings.segments(db, callId);
  const of = (side: Side) => segments.filter((segment) => segment.side === side);
  return { statements, keys, recordings: { client: of("client"), consultant: of("consultant") } };
}
